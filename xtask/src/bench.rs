//! `cargo xtask bench`: the benches, a package with a lockfile of its own. Invariant: it prints ratios of one run, never a verdict.

use crate::options::Options;
use crate::process::{self, Outcome, cargo, root};
use crate::servers;

/// The command.
pub(crate) fn run(options: &Options) -> Outcome {
    let servers = servers::find();
    let mut command = cargo(&["run", "--release", "--quiet", "--"]);
    servers.tell(command.current_dir(root().join("benches")).args(&options.rest));
    process::run(&mut command)
}
