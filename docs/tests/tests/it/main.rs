//! The tutorial typed in, on every database: from an empty folder to a tested program. Each builds a package of its own with cargo.
//! And the book's pages: each is listed, each link leads somewhere, each with Rust in it is compiled.

mod pages;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rebis_testkit::{Transcript, each_database};

/// The runs share one folder for what cargo builds, and so take turns.
static TURN: Mutex<()> = Mutex::new(());

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

each_database! {
    async fn the_tutorial_is_true(test: TestDatabase) {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        // The workspace's own versions: nothing is resolved anew, and nothing is fetched.
        fs::create_dir(folder.path().join("microblog")).unwrap();
        fs::copy(workspace().join("Cargo.lock"), folder.path().join("microblog/Cargo.lock")).unwrap();
        // …/target/debug/deps/it-0123: what was built for this test serves here too. What is made is kept apart: the tutorial's program
        // has the name of an example's, and would take its place.
        let built = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
        Transcript::of(workspace().join("docs/tutorial/README.md"))
            .on(test.backend())
            .folder(folder.path())
            .replace("../rebis/crates/rebis", workspace().join("crates/rebis").display().to_string())
            .env("CARGO_BUILD_BUILD_DIR", built.display().to_string())
            .env("CARGO_TARGET_DIR", folder.path().join("target").display().to_string())
            .env("CARGO_NET_OFFLINE", "true")
            // As the workspace builds what it depends on, so that much of it is built already.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("DATABASE_URL", test.url())
            .run();
    }
}

#[test]
fn the_commands_are_as_they_say() {
    Transcript::of(workspace().join("docs/reference/commands.md"))
        .program("microblog", env!("CARGO_BIN_EXE_guide"))
        .replace("Usage: microblog", "Usage: guide")
        .replace("  microblog completions", "  guide completions")
        .replace("completions/microblog", "completions/guide")
        .replace("_microblog", "_guide")
        // As cargo does it for the example's own program, so that the application has its name.
        .env("CARGO_MANIFEST_DIR", workspace().join("examples/microblog").display().to_string())
        .run();
}
