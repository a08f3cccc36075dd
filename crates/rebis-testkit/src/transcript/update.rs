//! `REBIS_TRANSCRIPTS=update`: what was printed goes into the document. Invariant: nothing but the output of faulty commands changes.

use std::path::Path;

use super::Fault;

/// Writes the document anew.
pub(super) fn write(document: &Path, text: &str, faults: &[Fault]) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // From the end, so that the places of those before stay right.
    for fault in faults.iter().rev() {
        if let Some((place, actual)) = &fault.actual {
            lines.splice(place.clone(), actual.iter().cloned());
        }
    }
    std::fs::write(document, lines.join("\n") + "\n")
        .unwrap_or_else(|e| panic!("{}: {e}", document.display()));
}
