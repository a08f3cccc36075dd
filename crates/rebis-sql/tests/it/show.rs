//! Prints one thing in all dialects, side by side. Invariant: dialects that write the same share a line.

use rebis_sql::{CompileError, Dialect};

/// `sqlite: …`, one line for each different text, with the dialects that write it.
pub(crate) fn all(write: impl Fn(Dialect) -> Result<String, CompileError>) -> String {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for dialect in Dialect::ALL {
        let text = write(dialect).unwrap_or_else(|e| format!("! {e}"));
        match lines.iter_mut().find(|(_, t)| *t == text) {
            Some((names, _)) => names.push(dialect.name()),
            None => lines.push((vec![dialect.name()], text)),
        }
    }
    lines.iter().map(|(names, t)| format!("{}: {t}", names.join(", "))).collect::<Vec<_>>().join("\n")
}

/// Fails with both texts when they differ, up to indentation.
#[track_caller]
pub(crate) fn same(got: &str, wanted: &str) {
    let trim = |s: &str| s.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert!(trim(got) == trim(wanted), "got:\n{got}\n\nwanted:\n{wanted}");
}
