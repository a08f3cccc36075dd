//! [`SqlType`]: the generic column types. Invariant: a type is data; how a database spells it is the dialect's business.

use std::fmt;

/// The type of a column, independent of any database. Printed it is a word or two for a person: `string(64)`, `datetime, UTC`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlType {
    /// 16-bit integer.
    SmallInteger,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    BigInteger,
    /// 32-bit floating point number.
    Float,
    /// 64-bit floating point number.
    Double,
    /// Exact decimal number with `precision` digits in all, `scale` of them after the point.
    Numeric {
        /// Digits in all; the database's default when absent.
        precision: Option<u32>,
        /// Digits after the point; 0 when absent and `precision` is given.
        scale: Option<u32>,
    },
    /// Text of at most so many characters.
    String(Option<u32>),
    /// Text of any length.
    Text,
    /// A boolean.
    Boolean,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// Date and time; with `timezone`, a moment in UTC.
    DateTime {
        /// Whether the value is a moment (`true`) or a reading of a wall clock and calendar (`false`).
        timezone: bool,
    },
    /// A length of time.
    Interval,
    /// One of the given labels. Native on PostgreSQL (`name` is the type's name there) and MySQL; VARCHAR with a CHECK on SQLite.
    Enum {
        /// The type's name, where the database has named types.
        name: String,
        /// The labels, in order.
        values: Vec<String>,
    },
    /// Bytes.
    LargeBinary,
    /// A JSON document.
    Json,
    /// A UUID.
    Uuid,
    /// An array of the given element type (PostgreSQL).
    Array(Box<SqlType>),
    /// A type that Rebis has no name for, as the database spells it. Inspection yields it; it is never altered by comparison.
    Other(String),
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SqlType::SmallInteger => f.write_str("small integer"),
            SqlType::Integer => f.write_str("integer"),
            SqlType::BigInteger => f.write_str("big integer"),
            SqlType::Float => f.write_str("float"),
            SqlType::Double => f.write_str("double"),
            SqlType::Numeric { precision: Some(digits), scale } => {
                write!(f, "numeric({digits}, {})", scale.unwrap_or(0))
            }
            SqlType::Numeric { precision: None, .. } => f.write_str("numeric"),
            SqlType::String(Some(most)) => write!(f, "string({most})"),
            SqlType::String(None) => f.write_str("string"),
            SqlType::Text => f.write_str("text"),
            SqlType::Boolean => f.write_str("boolean"),
            SqlType::Date => f.write_str("date"),
            SqlType::Time => f.write_str("time"),
            SqlType::DateTime { timezone: true } => f.write_str("datetime, UTC"),
            SqlType::DateTime { timezone: false } => f.write_str("datetime"),
            SqlType::Interval => f.write_str("interval"),
            SqlType::Enum { values, .. } => write!(f, "one of {}", values.join(", ")),
            SqlType::LargeBinary => f.write_str("bytes"),
            SqlType::Json => f.write_str("json"),
            SqlType::Uuid => f.write_str("uuid"),
            SqlType::Array(of) => write!(f, "array of {of}"),
            SqlType::Other(name) => f.write_str(name),
        }
    }
}
