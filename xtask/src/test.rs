//! `cargo xtask test`: every test, on every database that is there. Invariant: what is not tested is said, and fails under `--require-all`.

use crate::options::Options;
use crate::process::{self, Outcome, cargo};
use crate::{python, servers};

/// The command.
pub(crate) fn run(options: &Options) -> Outcome {
    let servers = servers::find();
    let mut command = cargo(&["test", "--workspace", "--all-features"]);
    servers.tell(command.args(&options.rest));
    python::tell(&mut command);
    if options.require_all {
        if !servers.missing.is_empty() {
            return Err(String::from("a database is missing, and --require-all was given"));
        }
        command.env("REBIS_TEST_REQUIRE_ALL", "1");
    }
    process::run(&mut command)?;
    // One example is another program without its feature.
    let mut plain = cargo(&["test", "--package", "movies"]);
    servers.tell(plain.args(&options.rest));
    if options.require_all {
        plain.env("REBIS_TEST_REQUIRE_ALL", "1");
    }
    process::run(&mut plain)
}
