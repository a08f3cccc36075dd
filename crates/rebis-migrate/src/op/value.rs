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
