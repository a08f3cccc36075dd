//! `cargo xtask weight`: how many crates a small application compiles. Invariant: 200 or more is a failure, so that a new dependency is a
//! decision and no accident.

use std::collections::BTreeSet;

use crate::process::{Outcome, cargo};

/// An application with everything but the other databases: session, migrations, pages, shell.
const APPLICATION: [&str; 5] =
    ["--package", "microblog", "--no-default-features", "--features", "rebis/sqlite"];

/// One less is allowed.
const TOO_MANY: usize = 200;

/// The command.
pub(crate) fn run() -> Outcome {
    let mut tree =
        cargo(&["tree", "--quiet", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let output = tree.args(APPLICATION).output().map_err(|e| format!("`cargo tree` did not start: {e}"))?;
    if !output.status.success() {
        return Err(format!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let crates = crates(&text);
    println!(
        "\nweight: microblog on SQLite compiles {} crates; fewer than {TOO_MANY} is the rule",
        crates.len()
    );
    if crates.len() < TOO_MANY { Ok(()) } else { Err(format!("{} crates: {crates:?}", crates.len())) }
}

/// Name and version of each, once.
fn crates(tree: &str) -> BTreeSet<String> {
    let lines = tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_crate_counts_once_for_each_version() {
        let tree = "app v0.1.0 (/somewhere)\na v1.0.0\nb v1.0.0 (proc-macro) (*)\na v1.0.0 (*)\na v2.0.0\n";
        assert_eq!(super::crates(tree).len(), 4);
    }
}
