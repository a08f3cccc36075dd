//! `rebis new`: an application in a new folder.
//!
//! **Invariant.** Nothing that is there is written over: a folder that exists is refused, and one that could not be finished is taken
//! away again.

mod dependency;
mod files;
mod name;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use clap::ArgMatches;
use rebis_web::BoxError;

use crate::cargo;
use files::Scaffold;
use name::Name;

/// Prints a line; a closed pipe (`… | head`) is no failure.
macro_rules! say {
    ($($text:tt)*) => {
        let _ = writeln!(std::io::stdout().lock(), $($text)*);
    };
}

pub(crate) fn run(given: &ArgMatches) -> Result<ExitCode, BoxError> {
    let Some(path) = given.get_one::<std::path::PathBuf>("path") else { return Ok(ExitCode::FAILURE) };
    let name = Name::of(path)?;
    // The folder that one stands in, where the path is a name alone.
    let folder = std::path::absolute(path)?;
    if folder.exists() {
        return Err(format!("{} exists already: choose another name, or move it away", path.display()).into());
    }
    let parent = folder.parent().unwrap_or(Path::new("/"));
    if !parent.is_dir() {
        return Err(format!("the folder {} does not exist", parent.display()).into());
    }
    let database = given.get_one::<String>("database").map_or("sqlite", String::as_str);
    let dependency = dependency::of(given)?;
    let in_workspace = cargo::above(parent, |manifest| {
        fs::read_to_string(manifest)
            .is_ok_and(|text| text.lines().any(|line| line.starts_with("[workspace]")))
    });
    let scaffold = Scaffold::new(&name, database, &dependency.line(database), in_workspace.is_some());

    if let Err(error) = scaffold.write(&folder) {
        let _ = fs::remove_dir_all(&folder);
        return Err(error);
    }
    if !given.get_flag("no-git") {
        start_git(&folder);
    }
    say!("Made the application `{name}` in {}.", path.display());
    if let Some(remark) = dependency.remark() {
        say!("{remark}");
    }
    if let Some(workspace) = in_workspace {
        say!(
            "It is a workspace of its own, apart from the one in {}; remove `[workspace]` from its Cargo.toml to join that.",
            workspace.display()
        );
    }
    say!("\nNext:\n    cd {}\n    cargo test\n    cargo run -- db upgrade\n    cargo run", path.display());
    say!(
        "\nWhile you write, `rebis run` in place of `cargo run` builds and starts it again when a source changes."
    );
    if database != "sqlite" {
        say!(
            "\nThe database is the one that DATABASE_URL in .env says; it must be there: README.md says how to make it."
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A repository, unless the folder is in one already or there is no Git.
fn start_git(folder: &Path) {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(folder)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        git.status().is_ok_and(|status| status.success())
    };
    if !git(&["rev-parse", "--is-inside-work-tree"]) {
        git(&["init", "--quiet"]);
    }
}
