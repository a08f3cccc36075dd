//! Text, bytes and UUIDs. Invariant: bytes are never read as text with what is not UTF-8 replaced.

use uuid::Uuid;

use super::wrong;
use crate::{Cell, ColumnType, DecodeError, SqlType, Value};

impl ColumnType for String {
    /// Without a length: VARCHAR, which is VARCHAR(255) on MySQL; give a column a length, or make it Text, by an attribute.
    fn sql_type() -> SqlType {
        SqlType::String(None)
    }

    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    fn into_value(self) -> Value {
        Value::Text(self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Text(text) => Ok(text.to_owned()),
            other => other_text(other),
        }
    }
}

/// Apart from what most columns hold, so that reading those is short enough to stand where it is called.
#[cold]
fn other_text(cell: Cell<'_>) -> Result<String, DecodeError> {
    match cell {
        Cell::Json(text) => Ok(text.into_owned()),
        // MySQL lends text of a binary collation as bytes.
        Cell::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(wrong("String", &cell)),
        },
        Cell::Uuid(uuid) => Ok(uuid.to_string()),
        other => Err(wrong("String", &other)),
    }
}

impl ColumnType for Vec<u8> {
    fn sql_type() -> SqlType {
        SqlType::LargeBinary
    }

    fn to_value(&self) -> Value {
        Value::Bytes(self.clone())
    }

    fn into_value(self) -> Value {
        Value::Bytes(self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Bytes(bytes) => Ok(bytes.to_vec()),
            Cell::Text(text) => Ok(text.as_bytes().to_vec()),
            other => Err(wrong("Vec<u8>", &other)),
        }
    }
}

impl ColumnType for Uuid {
    fn sql_type() -> SqlType {
        SqlType::Uuid
    }

    fn to_value(&self) -> Value {
        Value::Uuid(*self)
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let read = match &cell {
            Cell::Uuid(uuid) => Some(*uuid),
            Cell::Text(text) => Uuid::try_parse(text).ok(),
            Cell::Bytes(bytes) => Uuid::from_slice(bytes).or_else(|_| Uuid::try_parse_ascii(bytes)).ok(),
            _ => None,
        };
        read.ok_or_else(|| wrong("Uuid", &cell))
    }
}
