//! The README's commands, typed in.

use rebis_testkit::{Transcript, each_database};

each_database! {
    async fn the_readme_is_true(test: TestDatabase) {
        Transcript::of(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))
            .program("flasky", env!("CARGO_BIN_EXE_flasky"))
            .on(test.backend())
            .env("DATABASE_URL", test.url())
            .run();
    }
}
