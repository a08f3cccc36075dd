//! [`RowKey`]: column values that can be hashed, to find rows by what refers to them. Invariant: one integer costs no allocation.

use std::borrow::Cow;

use rebis_sql::{Cell, Value};

/// The values of a key or of a foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RowKey {
    Int(i64),
    Text(String),
    Uuid(uuid::Uuid),
    Other(Vec<String>),
}

impl RowKey {
    /// The key made of these values, or nothing when one of them is NULL: NULL refers to no row.
    pub(crate) fn new(values: &[Value]) -> Option<RowKey> {
        match values {
            [one] => RowKey::one(one.clone()),
            many if many.iter().any(Value::is_null) => None,
            many => Some(RowKey::Other(many.iter().map(|v| format!("{v:?}")).collect())),
        }
    }

    /// Whether it is the key of one column with that value.
    pub(crate) fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (RowKey::Int(own), Value::Int(other)) => own == other,
            (RowKey::Text(own), Value::Text(other)) => own == other,
            (RowKey::Uuid(own), Value::Uuid(other)) => own == other,
            _ => false,
        }
    }

    /// The key of one column.
    pub(crate) fn one(value: Value) -> Option<RowKey> {
        Some(match value {
            Value::Null => return None,
            Value::Int(i) => RowKey::Int(i),
            Value::Text(t) => RowKey::Text(t),
            Value::Uuid(u) => RowKey::Uuid(u),
            other => RowKey::Other(vec![format!("{other:?}")]),
        })
    }
}

/// A value as the cell it would be read back as.
pub(crate) fn cell_of(value: &Value) -> Cell<'_> {
    match value {
        Value::Bool(v) => Cell::Bool(*v),
        Value::Int(v) => Cell::Int(*v),
        Value::Float(v) => Cell::Float(*v),
        Value::Decimal(v) => Cell::Decimal(*v),
        Value::Text(v) => Cell::Text(v),
        Value::Bytes(v) => Cell::Bytes(v),
        Value::Date(v) => Cell::Date(*v),
        Value::Time(v) => Cell::Time(*v),
        Value::DateTime(v) => Cell::DateTime(*v),
        Value::DateTimeUtc(v) => Cell::DateTimeUtc(*v),
        Value::Interval(v) => Cell::Interval(*v),
        Value::Json(v) => Cell::Json(Cow::Owned(v.to_string())),
        Value::Uuid(v) => Cell::Uuid(*v),
        Value::Array(v) => Cell::Array(v.clone()),
        _ => Cell::Null,
    }
}
