//! Running other programs. Invariant: a program that fails ends the command, with its name in the message.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a command ends with: nothing, or the sentence that says why not.
pub(crate) type Outcome = Result<(), String>;

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// Where things are built.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// `cargo` in the workspace's folder.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Runs it, its output shown.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = show(command);
    println!("\n$ {shown}");
    let status = command.status().map_err(|e| format!("`{shown}` did not start: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed ({status})")) }
}

/// Runs it quietly and says whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

fn show(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut text = program.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
