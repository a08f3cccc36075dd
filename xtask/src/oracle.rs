//! `cargo xtask oracle DIR`: what was recorded from Alembic, run against this project. Invariant: any failed case fails the command.

use std::path::PathBuf;

use crate::options::Options;
use crate::process::{self, Outcome, cargo};
use crate::servers;

/// The command.
pub(crate) fn run(options: &Options) -> Outcome {
    let [folder, part @ ..] = &options.rest[..] else {
        return Err(String::from("oracle: name the folder that holds the recorded cases (*.jsonl)"));
    };
    // cargo runs in the workspace's folder, which may be another one.
    let folder = std::path::absolute(PathBuf::from(folder)).map_err(|e| format!("{folder}: {e}"))?;
    let mut command = cargo(&["run", "--quiet", "-p", "rebis-migrate", "--example", "oracle", "--"]);
    servers::find().tell(command.arg(folder).args(part));
    process::run(&mut command)
}
