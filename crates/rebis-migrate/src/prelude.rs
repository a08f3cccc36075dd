//! What a migration script imports: `use rebis::migrate::prelude::*;`. Invariant: everything that a rendered script names is here.
//!
//! The column types are values named as in SQLAlchemy. `String` and `DateTime` are functions and constants, so the Rust types of
//! these names keep their meaning.

#![allow(non_upper_case_globals, non_snake_case)]

use rebis_sql::SqlType;

pub use crate::op::{
    array, asc, bytes, date, datetime, datetime_utc, decimal, desc, expr, interval, json, now, row, sql,
    time, uuid,
};
pub use crate::{Operations, Revision, revision};
pub use rebis_engine::{Connection, Result};
pub use rebis_sql::ddl::ConstraintKind;
pub use rebis_sql::schema::Identity;
pub use rebis_sql::schema::ReferentialAction::{self, Cascade, NoAction, Restrict, SetDefault, SetNull};
pub use rebis_sql::{Dialect, Value};

/// 16-bit integer.
pub const SmallInteger: SqlType = SqlType::SmallInteger;
/// 32-bit integer.
pub const Integer: SqlType = SqlType::Integer;
/// 64-bit integer.
pub const BigInteger: SqlType = SqlType::BigInteger;
/// 32-bit floating point number.
pub const Float: SqlType = SqlType::Float;
/// 64-bit floating point number.
pub const Double: SqlType = SqlType::Double;
/// Exact decimal number of the database's own precision; see [`Numeric`].
pub const Decimal: SqlType = SqlType::Numeric { precision: None, scale: None };
/// Text of the database's own greatest length; see [`String()`].
pub const Varchar: SqlType = SqlType::String(None);
/// Text of any length.
pub const Text: SqlType = SqlType::Text;
/// A boolean.
pub const Boolean: SqlType = SqlType::Boolean;
/// A calendar date.
pub const Date: SqlType = SqlType::Date;
/// A time of day.
pub const Time: SqlType = SqlType::Time;
/// Date and time without zone.
pub const DateTime: SqlType = SqlType::DateTime { timezone: false };
/// A moment: date and time in UTC.
pub const DateTimeTz: SqlType = SqlType::DateTime { timezone: true };
/// A length of time.
pub const Interval: SqlType = SqlType::Interval;
/// Bytes.
pub const LargeBinary: SqlType = SqlType::LargeBinary;
/// A JSON document.
pub const Json: SqlType = SqlType::Json;
/// A UUID.
pub const Uuid: SqlType = SqlType::Uuid;

/// Text of at most `length` characters.
#[must_use]
pub const fn String(length: u32) -> SqlType {
    SqlType::String(Some(length))
}

/// Exact decimal number of `precision` digits, `scale` of them after the point.
#[must_use]
pub const fn Numeric(precision: u32, scale: u32) -> SqlType {
    SqlType::Numeric { precision: Some(precision), scale: Some(scale) }
}

/// One of the labels; `name` is the type's name where enums are types (PostgreSQL).
#[must_use]
pub fn Enum<const N: usize>(name: &str, labels: [&str; N]) -> SqlType {
    SqlType::Enum { name: name.to_owned(), values: labels.iter().map(|l| (*l).to_owned()).collect() }
}

/// An array (PostgreSQL).
#[must_use]
pub fn Array(element: SqlType) -> SqlType {
    SqlType::Array(Box::new(element))
}

/// A type that Rebis has no name for, as the database spells it.
#[must_use]
pub fn Other(sql: &str) -> SqlType {
    SqlType::Other(sql.to_owned())
}
