//! `cargo xtask ci`: what continuous integration runs, in the order in which a failure is cheapest.

use crate::options::Options;
use crate::process::{self, Outcome, cargo};
use crate::{docs, test, tidy};

/// The command.
pub(crate) fn run(options: &Options) -> Outcome {
    process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    tidy::run()?;
    test::run(options)?;
    process::run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))?;
    docs::run()
}
