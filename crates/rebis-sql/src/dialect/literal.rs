//! Literals that are the same wherever a value has no type of its own. Invariant: text from a value stays inside its quotes.

use std::fmt::Write as _;

use crate::Value;
use crate::compile::Result;
use crate::dialect::quote::{push_hex, push_text};
use crate::dialect::rules::invalid;
use crate::storage::{date_text, datetime_text, interval_micros, time_text, uuid_text};

/// A literal of a database that stores dates as text, UUIDs as 32 hexadecimal digits and intervals as microseconds.
pub(crate) fn push_plain(value: &Value, backslash_escapes: bool, sql: &mut String) -> Result<()> {
    let text = |text: &str, sql: &mut String| push_text(text, backslash_escapes, sql);
    match value {
        Value::Null => sql.push_str("NULL"),
        Value::Unwritable(why) => return Err(invalid(why.as_str())),
        Value::Bool(b) => sql.push(if *b { '1' } else { '0' }),
        Value::Int(i) => push_int(*i, sql),
        Value::Float(f) => push_float(*f, sql)?,
        Value::Decimal(d) => {
            let _ = write!(sql, "{d}");
        }
        Value::Text(t) => text(t, sql)?,
        Value::Bytes(b) => {
            sql.push_str("X'");
            push_hex(b, sql);
            sql.push('\'');
        }
        Value::Date(d) => text(&date_text(*d), sql)?,
        Value::Time(t) => text(&time_text(*t), sql)?,
        Value::DateTime(at) => text(&datetime_text(*at), sql)?,
        Value::DateTimeUtc(at) => text(&datetime_text(at.naive_utc()), sql)?,
        Value::Interval(i) => {
            push_int(
                interval_micros(*i)
                    .ok_or_else(|| invalid("an interval is too long to be counted in microseconds"))?,
                sql,
            );
        }
        Value::Json(json) => text(&json.to_string(), sql)?,
        Value::Uuid(u) => text(&uuid_text(*u), sql)?,
        Value::Array(_) => return Err(invalid("this database has no array literal; store the list as JSON")),
    }
    Ok(())
}

pub(crate) fn push_int(i: i64, sql: &mut String) {
    // The smallest integer's digits alone are out of range, and `- 9223372036854775808` is parsed as their negation.
    let _ = if i == i64::MIN { write!(sql, "({} - 1)", i + 1) } else { write!(sql, "{i}") };
}

pub(crate) fn push_float(f: f64, sql: &mut String) -> Result<()> {
    if !f.is_finite() {
        return Err(invalid("NaN and the infinities have no literal in this database"));
    }
    let _ = write!(sql, "{f:?}");
    Ok(())
}
