//! How long cargo takes. Invariant: the profile is cargo's own, whatever the environment says, and nothing is downloaded while the clock runs.

use std::fs;
use std::process::Command;
use std::time::Instant;

use super::project::Project;

/// How long something took, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Time {
    pub(super) wall: f64,
    /// By all processors, in the compiler and the linker; it says how much work it was, also on a machine that does other work besides.
    pub(super) cpu: f64,
}

/// Runs cargo on a project, its output kept for the error.
pub(super) fn cargo(project: &Project, arguments: &[&str]) -> Result<Time, String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).arg("--quiet").current_dir(project.folder());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let sets =
            ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_INCREMENTAL", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"];
        if sets.iter().any(|start| name.starts_with(start)) {
            command.env_remove(&*name);
        }
    }
    command.env("CARGO_TARGET_DIR", project.built());
    if arguments.first() != Some(&"fetch") {
        command.arg("--offline");
    }
    let (started, before) = (Instant::now(), children());
    let output = command.output().map_err(|e| format!("cargo did not start: {e}"))?;
    let time = Time { wall: started.elapsed().as_secs_f64(), cpu: children() - before };
    if output.status.success() {
        return Ok(time);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).take(12).collect();
    Err(format!("`cargo {}` failed:\n  {}", arguments.join(" "), first.join("\n  ")))
}

/// The median of each.
pub(super) fn median(times: &[Time]) -> Time {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Time {
        wall: middle(times.iter().map(|time| time.wall).collect()),
        cpu: middle(times.iter().map(|time| time.cpu).collect()),
    }
}

/// The processor time of all children that have ended, where the system tells (Linux).
fn children() -> f64 {
    const TICKS: f64 = 100.0;
    let Ok(stat) = fs::read_to_string("/proc/self/stat") else { return 0.0 };
    // Behind the name, which may hold anything, the first field is the third: the state.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field =
        |number: usize| fields.get(number - 3).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    (field(16) + field(17)) / TICKS
}
