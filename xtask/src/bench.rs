//! `cargo xtask bench`: the benches, a workspace with a lockfile of its own. Invariant: it prints ratios of one run, never a verdict.

use crate::options::Options;
use crate::process::{self, Outcome, cargo, root};
use crate::{compile, python, servers};

/// The command.
pub(crate) fn run(options: &Options) -> Outcome {
    if let [first, rest @ ..] = &options.rest[..]
        && first == "compile"
    {
        return compile::run(rest);
    }
    let servers = servers::find();
    let mut command = cargo(&["run", "--release", "--quiet"]);
    command.current_dir(root().join("benches"));
    let rest = match &options.rest[..] {
        [first, rest @ ..] if first == "migrate" => {
            python::tell(command.args(["-p", "rebis-benches-migrate"]));
            rest
        }
        rest => {
            python::tell(&mut command);
            rest
        }
    };
    servers.tell(command.arg("--").args(rest));
    process::run(&mut command)
}
