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
    let (arguments, rest): (&[&str], _) = match &options.rest[..] {
        [first, rest @ ..] if first == "migrate" => (&["-p", "rebis-benches-migrate"], rest),
        [first, rest @ ..] if first == "web" => (&["-p", "rebis-benches-web", "--features", "loco"], rest),
        rest => (&[], rest),
    };
    let mut command = cargo(&["run", "--quiet", "--release"]);
    python::tell(command.args(arguments).current_dir(root().join("benches")));
    servers.tell(command.arg("--").args(rest));
    process::run(&mut command)
}
