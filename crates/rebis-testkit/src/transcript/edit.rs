//! Files that a document writes. Invariant: a difference fits in exactly one place.

use std::fs;
use std::path::Path;

/// How a block gets into a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Write,
    Append,
    Edit,
}

/// A block that goes into a file.
#[derive(Debug)]
pub(super) struct Change {
    /// The block's line, from 1.
    pub(super) line: usize,
    pub(super) kind: Kind,
    pub(super) path: String,
    pub(super) text: String,
}

impl Change {
    /// Makes it in a folder.
    pub(super) fn apply(&self, folder: &Path, real: impl Fn(&str) -> String) -> Result<(), String> {
        let path = folder.join(&self.path);
        let text = real(&self.text);
        let there = || fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()));
        let new = match self.kind {
            Kind::Write => text,
            Kind::Append => there()? + "\n" + &text,
            Kind::Edit => edited(&there()?, &text)?,
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
        }
        fs::write(&path, new).map_err(|e| format!("{}: {e}", path.display()))
    }
}

/// The text after a difference: lines that begin with ` ` are there, `-` goes, `+` comes.
fn edited(there: &str, difference: &str) -> Result<String, String> {
    let (mut old, mut new) = (String::new(), String::new());
    for line in difference.lines() {
        let (sign, rest) = if line.is_empty() { (" ", "") } else { line.split_at(1) };
        let rest = format!("{rest}\n");
        match sign {
            "-" => old.push_str(&rest),
            "+" => new.push_str(&rest),
            " " => {
                old.push_str(&rest);
                new.push_str(&rest);
            }
            _ => return Err(format!("`{line}` is no line of a difference: it begins with ` `, `-` or `+`")),
        }
    }
    match there.matches(&old).count() {
        1 => Ok(there.replacen(&old, &new, 1)),
        n => Err(format!("these lines stand {n} times in the file, not once:\n{old}\n--- the file\n{there}")),
    }
}
