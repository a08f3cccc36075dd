//! What commands print. Invariant: a closed pipe (`… | head`) ends the output, not the program with a panic.

use std::io::Write as _;
use std::process::ExitCode;

/// Prints a line to standard output.
pub(crate) fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints an error and its causes to standard error, and gives the exit code of a failure.
pub fn fail(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    let mut text = error.to_string();
    let mut shown = format!("Error: {text}");
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        // Many errors repeat their cause in their own text.
        if !text.contains(&words) {
            shown.push_str(&format!("\n  caused by: {words}"));
        }
        text = words;
        next = cause.source();
    }
    let _ = writeln!(std::io::stderr().lock(), "{shown}");
    ExitCode::FAILURE
}
