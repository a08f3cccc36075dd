//! `cargo xtask ci`: what continuous integration runs, in the order in which a failure is cheapest.

use crate::options::Options;
use crate::process::{self, Outcome, cargo};
use crate::{browser, docs, test, tidy, weight};

/// The command.
pub(crate) fn run(options: &Options) -> Outcome {
    process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    // A workspace of its own, in the same style.
    process::run(&mut cargo(&["fmt", "--all", "--check", "--manifest-path", "benches/Cargo.toml"]))?;
    tidy::run()?;
    weight::run()?;
    test::run(options)?;
    // What stands behind `--` is for the tests.
    browser::run(&Options { rest: Vec::new(), ..options.clone() })?;
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
