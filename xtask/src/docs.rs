//! `cargo xtask docs`: the API documentation. Invariant: a broken link or a missing description is a failure.

use crate::process::{self, Outcome, cargo};

/// The command.
pub(crate) fn run() -> Outcome {
    let mut command = cargo(&["doc", "--workspace", "--all-features", "--no-deps", "--exclude", "xtask"]);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}
