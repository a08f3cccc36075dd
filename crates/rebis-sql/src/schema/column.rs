//! [`Column`]: a column's name, type, nullability and defaults.

use crate::{SqlType, Value};

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// Its type.
    pub ty: SqlType,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// The default that the database fills in.
    pub default: Option<ServerDefault>,
    /// Whether the database makes the key: SERIAL/IDENTITY, AUTO_INCREMENT, SQLite's rowid.
    pub autoincrement: bool,
    /// A generated column's expression.
    pub computed: Option<Computed>,
    /// GENERATED … AS IDENTITY (PostgreSQL).
    pub identity: Option<Identity>,
    /// The column's comment.
    pub comment: Option<String>,
}

impl Column {
    /// A column that allows NULL and has no default.
    pub fn new(name: impl Into<String>, ty: SqlType) -> Self {
        Column {
            name: name.into(),
            ty,
            nullable: true,
            default: None,
            autoincrement: false,
            computed: None,
            identity: None,
            comment: None,
        }
    }

    /// The same column with NOT NULL.
    #[must_use]
    pub fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }
}

/// A default that the database fills in.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerDefault {
    /// A constant, written as a literal by the dialect.
    Value(Value),
    /// The current moment: CURRENT_TIMESTAMP.
    Now,
    /// An SQL expression, written as it is. Never from outside the program.
    Sql(String),
}

/// A generated column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    /// The SQL expression.
    pub sql: String,
    /// Stored (`true`) or computed on reading (`false`).
    pub stored: bool,
}

/// An identity column's options (PostgreSQL).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// GENERATED ALWAYS (`true`) or BY DEFAULT (`false`).
    pub always: bool,
    /// First value.
    pub start: Option<i64>,
    /// Step.
    pub increment: Option<i64>,
}
