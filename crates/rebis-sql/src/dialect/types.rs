//! Spellings that types share. Invariant: a length or precision that is not given is not written.

use std::fmt::Write as _;

use crate::compile::Result;
use crate::dialect::rules::invalid;

/// `VARCHAR` or `VARCHAR(64)`.
pub(crate) fn push_length(name: &str, length: Option<u32>, sql: &mut String) {
    sql.push_str(name);
    if let Some(n) = length {
        let _ = write!(sql, "({n})");
    }
}

/// `NUMERIC`, `NUMERIC(10)` or `NUMERIC(10, 2)`.
pub(crate) fn push_numeric(
    name: &str,
    precision: Option<u32>,
    scale: Option<u32>,
    sql: &mut String,
) -> Result<()> {
    sql.push_str(name);
    let _ = match (precision, scale) {
        (None, None) => Ok(()),
        (Some(p), None) => write!(sql, "({p})"),
        (Some(p), Some(s)) => write!(sql, "({p}, {s})"),
        (None, Some(_)) => return Err(invalid("a numeric type has a scale but no precision; give both")),
    };
    Ok(())
}
