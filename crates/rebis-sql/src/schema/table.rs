//! [`Table`] and [`Schema`], a set of tables.

use crate::Dialect;

use super::{Check, Column, Exclusion, ForeignKey, Index, PrimaryKey, Unique};

/// A table: columns in order, keys, constraints, indexes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// The schema (PostgreSQL) or database (MySQL) that holds it; the connection's own when absent.
    pub schema: Option<String>,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<PrimaryKey>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Unique constraints (a unique *index* stands in `indexes`).
    pub uniques: Vec<Unique>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Exclusion constraints (PostgreSQL).
    pub exclusions: Vec<Exclusion>,
    /// Indexes, unique ones included.
    pub indexes: Vec<Index>,
    /// The table's comment.
    pub comment: Option<String>,
    /// How it is stored, by SQLAlchemy's names: `mysql_engine`, `postgresql_fillfactor`, `sqlite_strict`. Each database takes its own.
    pub options: Vec<(String, String)>,
    /// The options that it has because the database gives them to any table: only inspection knows them.
    pub usual: Usual,
    /// What it was called before, so that a comparison sees a rename. No database keeps it.
    pub was: Option<String>,
}

impl Table {
    /// An empty table of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Table { name: name.into(), ..Table::default() }
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// What the table says of one of its options on a database: `option(Dialect::MariaDb, "engine")` of `mysql_engine`.
    #[must_use]
    pub fn option(&self, dialect: Dialect, called: &str) -> Option<&str> {
        let said = |start: &str| {
            self.options.iter().find(|(name, _)| name.strip_prefix(start).is_some_and(|n| n == called))
        };
        dialect.prefixes().iter().find_map(|start| said(start)).map(|(_, value)| value.as_str())
    }

    /// The same, and where nothing was said what the database gave it.
    #[must_use]
    pub fn option_now(&self, dialect: Dialect, called: &str) -> Option<&str> {
        let given = || self.usual.0.iter().find(|(name, _)| *name == called).map(|(_, value)| value.as_str());
        self.option(dialect, called).or_else(given)
    }

    /// Whether the column belongs to the primary key.
    #[must_use]
    pub fn is_key(&self, column: &str) -> bool {
        self.primary_key.as_ref().is_some_and(|k| k.columns.iter().any(|c| c == column))
    }
}

/// Options of a table that nobody declared, without what says the database. Two are equal whatever they are: nothing is to be done about them.
#[derive(Clone, Debug, Default)]
pub struct Usual(pub Vec<(String, String)>);

impl PartialEq for Usual {
    fn eq(&self, _: &Usual) -> bool {
        true
    }
}

/// A set of tables: what a program's models declare, or what a database holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The tables, sorted by schema and name.
    pub tables: Vec<Table>,
}

impl Schema {
    /// The table of that name in the connection's own schema.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.schema.is_none() && t.name == name)
    }
}
