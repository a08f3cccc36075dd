//! What commands print. Invariant: a closed pipe (`… | head`) ends the output, not the program with a panic.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Command;
use clap::builder::styling::{AnsiColor, Style, Styles};

/// Whether a line of [`status`] stands at the end of the terminal.
static STATUS: AtomicBool = AtomicBool::new(false);

/// Shows what is waited for in the last line of the terminal, in the place of what stood there. Elsewhere than on a terminal there is no such
/// line: the log says enough.
pub(crate) fn status(text: impl std::fmt::Display) {
    let mut err = std::io::stderr().lock();
    if err.is_terminal() {
        let width = std::env::var("COLUMNS").ok().and_then(|n| n.parse().ok()).unwrap_or(80);
        let text: String = text
            .to_string()
            .chars()
            .take(usize::saturating_sub(width, 1))
            .filter(|c| !c.is_control())
            .collect();
        STATUS.store(true, Ordering::Relaxed);
        let _ = write!(err, "\r\x1b[K{text}");
        let _ = err.flush();
    }
}

/// Takes that line away, before something else is written.
pub(crate) fn clear_status() {
    if STATUS.swap(false, Ordering::Relaxed) {
        let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
    }
}

/// Prints a line to standard output.
pub(crate) fn line(text: impl std::fmt::Display) {
    clear_status();
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A command whose help is coloured as everything else is: on a terminal, unless `NO_COLOR` is set.
#[must_use]
pub fn styled(command: Command) -> Command {
    let heading = AnsiColor::Green.on_default().bold();
    let word = AnsiColor::Cyan.on_default();
    command.styles(
        Styles::styled()
            .header(heading)
            .usage(heading)
            .literal(word.bold())
            .placeholder(word)
            .error(AnsiColor::Red.on_default().bold())
            .valid(AnsiColor::Green.on_default())
            .invalid(AnsiColor::Yellow.on_default()),
    )
}

/// Whether standard error shows colours: on a terminal, unless `NO_COLOR` is set.
#[must_use]
pub fn coloured() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The text in that style, where there are colours.
pub(crate) fn painted(text: &str, style: Style) -> String {
    if coloured() { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Prints an error and its causes to standard error, and gives the exit code of a failure. Who runs a command may read the data: of what a
/// database refused it shows the database's own words.
pub fn fail(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    clear_status();
    let mut text = error.to_string();
    let mut shown = format!("{} {text}", painted("Error:", AnsiColor::Red.on_default().bold()));
    let mut next = cause_of(error);
    while let Some(cause) = next {
        let words = cause.to_string();
        // Many errors repeat their cause in their own text.
        if !text.contains(&words) {
            shown.push_str(&format!("\n  caused by: {words}"));
        }
        text = words;
        next = cause_of(cause);
    }
    let _ = writeln!(std::io::stderr().lock(), "{shown}");
    ExitCode::FAILURE
}

fn cause_of<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a (dyn std::error::Error + 'static)> {
    let report = error.downcast_ref::<rebis_engine::Error>().and_then(rebis_engine::Error::report);
    error.source().or(report)
}
