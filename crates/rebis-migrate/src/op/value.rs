//! What a script writes for values, defaults and parts of an index. Invariant: text becomes a value unless it says that it is SQL.

use rebis_sql::Value;
use rebis_sql::schema::{IndexKey, ServerDefault};

/// A literal of a script.
pub trait IntoValue {
    /// The value.
    fn into_value(self) -> Value;
}

macro_rules! values {
    ($($from:ty => |$v:ident| $to:expr;)*) => {$(
        impl IntoValue for $from {
            fn into_value(self) -> Value {
                let $v = self;
                $to
            }
        }
    )*};
}

values! {
    Value => |v| v;
    bool => |v| Value::Bool(v);
    i16 => |v| Value::Int(v.into());
    i32 => |v| Value::Int(v.into());
    i64 => |v| Value::Int(v);
    u32 => |v| Value::Int(v.into());
    f64 => |v| Value::Float(v);
    &str => |v| Value::Text(v.to_owned());
    String => |v| Value::Text(v);
    rust_decimal::Decimal => |v| Value::Decimal(v);
    uuid::Uuid => |v| Value::Uuid(v);
    serde_json::Value => |v| Value::Json(v);
    chrono::NaiveDate => |v| Value::Date(v);
    chrono::NaiveTime => |v| Value::Time(v);
    chrono::NaiveDateTime => |v| Value::DateTime(v);
    chrono::DateTime<chrono::Utc> => |v| Value::DateTimeUtc(v);
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

/// A row for [`bulk_insert`](crate::Operations::bulk_insert): a tuple of literals, or a `Vec<Value>`.
pub trait IntoRow {
    /// The values.
    fn into_row(self) -> Vec<Value>;
}

impl IntoRow for Vec<Value> {
    fn into_row(self) -> Vec<Value> {
        self
    }
}

macro_rules! rows {
    ($($name:ident)*) => {
        impl<$($name: IntoValue),*> IntoRow for ($($name,)*) {
            #[allow(non_snake_case)]
            fn into_row(self) -> Vec<Value> {
                let ($($name,)*) = self;
                vec![$($name.into_value()),*]
            }
        }
        rows!(@next $($name)*);
    };
    (@next $first:ident) => {};
    (@next $first:ident $($rest:ident)*) => { rows!($($rest)*); };
}

rows!(A B C D E F G H I J K L);

/// A row as values, for rows that differ in their types: `[row((1, "a")), row((2, None::<&str>))]`.
pub fn row(values: impl IntoRow) -> Vec<Value> {
    values.into_row()
}

/// What a column's server default can be written as: a literal, [`now()`] or [`sql()`].
pub trait IntoServerDefault {
    /// The default.
    fn into_server_default(self) -> ServerDefault;
}

impl<T: IntoValue> IntoServerDefault for T {
    fn into_server_default(self) -> ServerDefault {
        ServerDefault::Value(self.into_value())
    }
}

impl IntoServerDefault for ServerDefault {
    fn into_server_default(self) -> ServerDefault {
        self
    }
}

macro_rules! parsed {
    ($($(#[$doc:meta])* $name:ident($text:ident) => $value:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// What cannot be read stays text, which the database refuses.
        #[must_use]
        pub fn $name($text: &str) -> Value {
            $value.unwrap_or_else(|| Value::Text($text.to_owned()))
        }
    )*};
}

parsed! {
    /// An exact decimal number: `decimal("19.90")`.
    decimal(text) => text.parse().ok().map(Value::Decimal);
    /// A date: `date("2026-11-20")`.
    date(text) => text.parse().ok().map(Value::Date);
    /// A time of day: `time("10:12:33")`.
    time(text) => text.parse().ok().map(Value::Time);
    /// A date and time without zone: `datetime("2026-11-20 10:12:33")`.
    datetime(text) => moment(text).map(Value::DateTime);
    /// A moment in UTC: `datetime_utc("2026-11-20 10:12:33")`.
    datetime_utc(text) => moment(text).map(|at| Value::DateTimeUtc(at.and_utc()));
    /// A JSON document: `json("{\"a\": 1}")`.
    json(text) => serde_json::from_str(text).ok().map(Value::Json);
    /// A UUID.
    uuid(text) => text.parse().ok().map(Value::Uuid);
    /// Bytes, in hexadecimal: `bytes("00ff")`.
    bytes(text) => unhex(text).map(Value::Bytes);
}

fn moment(text: &str) -> Option<chrono::NaiveDateTime> {
    text.replace(' ', "T").parse().ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A length of time in microseconds.
#[must_use]
pub fn interval(microseconds: i64) -> Value {
    Value::Interval(chrono::TimeDelta::microseconds(microseconds))
}

/// An array (PostgreSQL).
#[must_use]
pub fn array<V: IntoValue, const N: usize>(items: [V; N]) -> Value {
    Value::Array(items.into_iter().map(V::into_value).collect())
}

/// The current moment, as a server default.
#[must_use]
pub fn now() -> ServerDefault {
    ServerDefault::Now
}

/// An SQL expression, as a server default. It is written as it is.
pub fn sql(expression: impl Into<String>) -> ServerDefault {
    ServerDefault::Sql(expression.into())
}

/// A part of an index: a column's name, [`desc`] of one, or [`expr`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPart(pub(crate) IndexKey);

impl From<&str> for IndexPart {
    fn from(column: &str) -> Self {
        IndexPart(IndexKey::Column { name: column.to_owned(), descending: false })
    }
}

impl From<String> for IndexPart {
    fn from(name: String) -> Self {
        IndexPart(IndexKey::Column { name, descending: false })
    }
}

/// A column of an index, from low to high; a plain name says the same where all parts are columns.
#[must_use]
pub fn asc(column: &str) -> IndexPart {
    column.into()
}

/// A column of an index, from high to low.
#[must_use]
pub fn desc(column: &str) -> IndexPart {
    IndexPart(IndexKey::Column { name: column.to_owned(), descending: true })
}

/// An expression in an index, as SQL.
#[must_use]
pub fn expr(sql: &str) -> IndexPart {
    IndexPart(IndexKey::Expression(sql.to_owned()))
}
