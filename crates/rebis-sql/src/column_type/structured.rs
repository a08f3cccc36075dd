//! JSON documents, serde types in a column, and arrays. Invariant: what serde cannot write becomes NULL only where NULL is what it means.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{cell_of, wrong};
use crate::{Cell, ColumnType, DecodeError, SqlType, Value};

impl ColumnType for serde_json::Value {
    fn sql_type() -> SqlType {
        SqlType::Json
    }

    fn to_value(&self) -> Value {
        Value::Json(self.clone())
    }

    fn into_value(self) -> Value {
        Value::Json(self)
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        read_json(&cell, "JSON")
    }
}

/// Any serde type as a JSON column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(
    /// The value.
    pub T,
);

/// Any serde type as bytes in a binary column (SQLAlchemy's PickleType): written as JSON, opaque to the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blob<T>(
    /// The value.
    pub T,
);

/// An array column (PostgreSQL).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Array<T>(
    /// The items.
    pub Vec<T>,
);

impl<T: Serialize + DeserializeOwned> ColumnType for Json<T> {
    fn sql_type() -> SqlType {
        SqlType::Json
    }

    /// A value that serde_json cannot write (a map whose keys are no text) is an error when it is bound: at the flush, or when the statement
    /// is run.
    fn to_value(&self) -> Value {
        serde_json::to_value(&self.0).map_or_else(unwritable::<T>, Value::Json)
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        read_json(&cell, std::any::type_name::<T>()).map(Json)
    }
}

impl<T: Serialize + DeserializeOwned> ColumnType for Blob<T> {
    fn sql_type() -> SqlType {
        SqlType::LargeBinary
    }

    fn to_value(&self) -> Value {
        serde_json::to_vec(&self.0).map_or_else(unwritable::<T>, Value::Bytes)
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        read_json(&cell, std::any::type_name::<T>()).map(Blob)
    }
}

impl<T: ColumnType> ColumnType for Array<T> {
    fn sql_type() -> SqlType {
        SqlType::Array(Box::new(T::sql_type()))
    }

    fn to_value(&self) -> Value {
        Value::Array(self.0.iter().map(T::to_value).collect())
    }

    fn into_value(self) -> Value {
        Value::Array(self.0.into_iter().map(T::into_value).collect())
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match &cell {
            Cell::Array(items) => {
                items.iter().map(|v| T::from_cell(cell_of(v))).collect::<Result<_, _>>().map(Array)
            }
            other => Err(wrong("an array", other)),
        }
    }
}

fn unwritable<T>(why: serde_json::Error) -> Value {
    Value::Unwritable(format!(
        "a value of type {} cannot be written as JSON: {why}",
        std::any::type_name::<T>()
    ))
}

/// SQLite keeps a JSON document that is only a number or a boolean as a number.
fn read_json<T: DeserializeOwned>(cell: &Cell<'_>, expected: &'static str) -> Result<T, DecodeError> {
    let read = match cell {
        Cell::Json(text) => serde_json::from_str(text),
        Cell::Text(text) => serde_json::from_str(text),
        Cell::Bytes(bytes) => serde_json::from_slice(bytes),
        Cell::Int(i) => serde_json::from_value((*i).into()),
        Cell::Float(f) => serde_json::from_value((*f).into()),
        Cell::Bool(b) => serde_json::from_value((*b).into()),
        other => return Err(wrong(expected, other)),
    };
    read.map_err(|e| DecodeError::new(expected, format_args!("JSON that does not fit: {e}")))
}
