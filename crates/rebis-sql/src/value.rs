//! [`Value`]: what travels to a database as a bind. Invariant: a value owns its data and knows no dialect.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value that can be bound to a statement.
///
/// The driver converts it to what the server expects for that place: an `Int` bound where PostgreSQL wants an `int4` is sent as one, or
/// refused when it does not fit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// SQL NULL, of any type.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of any width.
    Int(i64),
    /// A floating point number of either width.
    Float(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text; also an enum's label.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A calendar date.
    Date(NaiveDate),
    /// A time of day, without zone.
    Time(NaiveTime),
    /// A date and time without zone.
    DateTime(NaiveDateTime),
    /// A moment: date and time in UTC.
    DateTimeUtc(DateTime<Utc>),
    /// A length of time.
    Interval(TimeDelta),
    /// A JSON document.
    Json(serde_json::Value),
    /// A UUID.
    Uuid(Uuid),
    /// An array of one element type (PostgreSQL).
    Array(Vec<Value>),
    /// A Rust value that could not be written, and why: no database takes it, and binding it gives this text as the error.
    Unwritable(String),
}

impl Value {
    /// Whether this is SQL NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}
