//! Options of a table. Invariant: what is written is a word or a number, whatever the program says.

use crate::compile::Result;
use crate::dialect::rules::invalid;
use crate::schema::Table;

/// The options whose names begin with one of these, without it, in the order in which they were given.
pub(crate) fn own<'a>(table: &'a Table, starts: &[&str]) -> Result<Vec<(&'a str, &'a str)>> {
    let mut found = Vec::new();
    for (name, value) in &table.options {
        let Some(own) = starts.iter().find_map(|start| name.strip_prefix(start)) else { continue };
        found.push((word(own)?, word(value)?));
    }
    Ok(found)
}

/// A word or a number, which needs no quotes.
pub(crate) fn word(text: &str) -> Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-';
    if text.is_empty() || !text.chars().all(plain) || text.contains("--") {
        return Err(invalid(format!("{text:?} is no option, word or number, as a table takes them")));
    }
    Ok(text)
}
