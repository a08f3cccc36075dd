//! [`Cell`]: one cell of a row as the driver lends it. Invariant: text and bytes are borrowed from the driver's row, never copied here.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Value;

/// One cell of a result row, borrowed from the driver.
///
/// A database without a type of its own for a value delivers what it stores: SQLite gives dates as [`Cell::Text`] and booleans as
/// [`Cell::Int`]. [`ColumnType::from_cell`](crate::ColumnType::from_cell) accepts every form its type is stored in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of any width.
    Int(i64),
    /// An unsigned integer too large for `Int` (MySQL's BIGINT UNSIGNED).
    UInt(u64),
    /// A 32-bit float, kept apart because widening it would show digits that were never stored.
    Float32(f32),
    /// A 64-bit float.
    Float(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text, or an enum's label.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A calendar date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A date and time without zone.
    DateTime(NaiveDateTime),
    /// A moment in UTC.
    DateTimeUtc(DateTime<Utc>),
    /// A length of time.
    Interval(TimeDelta),
    /// A JSON document as the text it was stored in.
    Json(Cow<'a, str>),
    /// A UUID.
    Uuid(Uuid),
    /// An array (PostgreSQL).
    Array(Vec<Value>),
}
