//! `cargo xtask test`: every test, on every database that is there. Invariant: what is not tested is said, and fails under `--require-all`.

use crate::options::Options;
use crate::process::{self, Outcome, cargo};
use crate::servers;

/// Runs all tests of the workspace.
pub(crate) fn run_tests(options: &Options, servers: &servers::Servers) -> Outcome {
    for line in &servers.missing {
        println!("{line}");
    }
    if options.require_all && !servers.missing.is_empty() {
        return Err(String::from("a database is missing, and --require-all was given"));
    }
    let mut command = cargo(&["test", "--workspace", "--all-features"]);
    command.args(&options.rest);
    for (name, value) in &servers.environment {
        command.env(name, value);
    }
    if options.require_all {
        command.env("REBIS_TEST_REQUIRE_ALL", "1");
    }
    process::run(&mut command)
}

/// The command.
pub(crate) fn run(options: &Options) -> Outcome {
    run_tests(options, &servers::find())
}
