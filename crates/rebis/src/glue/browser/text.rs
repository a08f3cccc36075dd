//! Values as text, and text as values.
//!
//! **Invariant.** What [`text_of`] writes of a value that can be edited, [`parse`] reads as the same value.

use rebis_orm::Error;
use rebis_orm::dynamic::AnyColumn;
use rebis_sql::{SqlType, Value};

use super::super::queries::sounds_secret;

/// Whether the values of a column are not to be shown.
pub(super) fn is_secret(column: AnyColumn) -> bool {
    sounds_secret(column.name()) || column.model().meta().secret_columns().any(|name| name == column.name())
}

/// Whether a person can write a value of the column as text.
pub(super) fn is_editable(column: AnyColumn) -> bool {
    let plain = !matches!(column.sql_type(), SqlType::LargeBinary | SqlType::Interval | SqlType::Array(_));
    plain && !column.is_computed() && !column.is_version()
}

/// The value as a person would write it; nothing for NULL.
pub(super) fn text_of(value: &Value) -> String {
    const MOMENT: &str = "%Y-%m-%d %H:%M:%S%.f";
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::DateTime(at) => at.format(MOMENT).to_string(),
        Value::DateTimeUtc(at) => at.naive_utc().format(MOMENT).to_string(),
        Value::Json(json) => serde_json::to_string_pretty(json).unwrap_or_default(),
        Value::Uuid(id) => id.to_string(),
        Value::Array(all) => format!("[{}]", all.iter().map(text_of).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

/// The text as a value of the column; NULL for nothing, where NULL is allowed.
pub(super) fn parse(column: AnyColumn, text: &str) -> Result<Value, Error> {
    let trimmed = text.trim();
    if text.is_empty() && column.is_nullable() {
        return Ok(Value::Null);
    }
    let value = match column.sql_type() {
        SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger => {
            trimmed.parse().ok().map(Value::Int)
        }
        SqlType::Float | SqlType::Double => trimmed.parse().ok().map(Value::Float),
        SqlType::Boolean => match trimmed {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        SqlType::String(_) | SqlType::Text => None,
        _ => Some(Value::Text(trimmed.to_owned())),
    };
    // What cannot be read goes on as text, so that the column says what it wants.
    column.read(value.unwrap_or_else(|| Value::Text(text.to_owned())))
}

/// Cut for a table's cell.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Text for a URL's path or query.
pub(super) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
