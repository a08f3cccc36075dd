//! Where it happened: lines of source around a place, and the frames of a panic.
//!
//! Invariant: only files that the compiler named are read, and only to be shown on a debug page; a file that is not there is no error.

use std::backtrace::Backtrace;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Once;

use serde::Serialize;

use super::Trace;

const AROUND: usize = 4;

/// A place in a source file, with the lines around it where the file is at hand.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    number: usize,
    text: String,
    here: bool,
}

/// Where a handler panicked.
#[derive(Debug)]
pub(super) struct Panicked {
    pub(super) file: String,
    pub(super) line: u32,
    trace: Backtrace,
}

/// One frame of the program's own.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Frame {
    function: String,
    at: String,
}

impl Place {
    /// `root`: the application's folder; the compiler names files relative to a folder at or above it.
    pub(super) fn read(root: &Path, file: &str, line: u32) -> Self {
        let text = find(root, file).and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let here = line as usize;
        let around = here.saturating_sub(AROUND)..=here + AROUND;
        let lines = text
            .lines()
            .enumerate()
            .map(|(at, text)| Line { number: at + 1, text: text.to_owned(), here: at + 1 == here })
            .filter(|line| around.contains(&line.number))
            .collect();
        Self { file: file.to_owned(), line, lines }
    }
}

fn find(root: &Path, file: &str) -> Option<PathBuf> {
    let file = Path::new(file);
    if file.is_absolute() {
        return file.is_file().then(|| file.to_owned());
    }
    let here = std::env::current_dir().unwrap_or_default();
    let folders = root.ancestors().chain(here.ancestors()).take(16);
    folders.map(|folder| folder.join(file)).find(|path| path.is_file())
}

/// Lets the trace of a request know where its handler panics. Whoever was told of panics before still is.
pub(super) fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if let (Some(trace), Some(at)) = (Trace::current(), info.location()) {
                let (file, line) = (at.file().to_owned(), at.line());
                trace.panicked(Panicked { file, line, trace: Backtrace::force_capture() });
            }
            before(info);
        }));
    });
}

impl Panicked {
    /// The frames that are neither the standard library's nor a registry's, innermost first.
    pub(super) fn frames(&self) -> Vec<Frame> {
        frames(&self.trace.to_string())
    }
}

fn frames(text: &str) -> Vec<Frame> {
    let foreign = ["/rustc/", "/registry/src/", "/library/", "/rebis-web/src/"];
    let mut function = "";
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        match line.strip_prefix("at ") {
            Some(at) if !function.is_empty() && !foreign.iter().any(|part| at.contains(part)) => {
                let at = at.strip_prefix("./").unwrap_or(at).to_owned();
                found.push(Frame { function: function.to_owned(), at });
            }
            Some(_) => {}
            None => function = line.split_once(": ").map_or("", |(_, name)| name),
        }
    }
    found.truncate(30);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frames_of_the_program_are_found() {
        let text = "   0: std::panicking::begin_panic\n             at /rustc/abc/library/std/src/panicking.rs:1:2\n\
                    \x20  1: shop::routes::index::{{closure}}\n             at ./src/routes.rs:25:5\n\
                    \x20  2: axum::handler\n             at /root/.cargo/registry/src/x/axum/src/lib.rs:1:1\n  3: main\n";
        let found = frames(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].function.as_str(), found[0].at.as_str()),
            ("shop::routes::index::{{closure}}", "src/routes.rs:25:5")
        );
    }

    #[test]
    fn lines_around_a_place() {
        let place = Place::read(Path::new(env!("CARGO_MANIFEST_DIR")), file!(), 1);
        assert_eq!((place.lines.len(), place.lines[0].here), (1 + AROUND, true));
        assert!(place.lines[0].text.starts_with("//! Where"));
        assert!(Place::read(Path::new("/"), "not/there.rs", 7).lines.is_empty());
    }
}
