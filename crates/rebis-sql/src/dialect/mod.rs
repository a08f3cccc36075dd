//! [`Dialect`]: which database's SQL is written, and what that database can do ([`Capabilities`]).
//!
//! **Invariant.** A difference between databases is first a capability (data), then an overridden method with an ANSI default. This file
//! is the crate's one registry of dialects; nowhere else is one matched on.

pub(crate) mod ddl;
mod literal;
mod mysql;
mod postgres;
pub(crate) mod quote;
pub(crate) mod rules;
mod sqlite;
mod types;

use crate::{CompileError, Ddl, SqlType, Value};

/// A database's way of writing SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite 3.44 or newer (the bundled one is).
    Sqlite,
    /// PostgreSQL 12 or newer.
    Postgres,
    /// MySQL 8.0 or newer.
    MySql,
    /// MariaDB 10.5 or newer.
    MariaDb,
}

/// What a database can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `INSERT … RETURNING`.
    pub insert_returning: bool,
    /// `UPDATE/DELETE … RETURNING`.
    pub update_returning: bool,
    /// How generated keys of a multi-row INSERT are learnt, unless the server is set up to count otherwise (the connection knows).
    pub generated_keys: GeneratedKeys,
    /// DDL inside a transaction can be rolled back.
    pub transactional_ddl: bool,
    /// Constraints can be added and dropped, columns' types and nullability altered.
    pub alter_table: bool,
    /// Array columns.
    pub arrays: bool,
    /// Enums are types with a name, created before the table.
    pub named_enums: bool,
    /// Comments on tables and columns.
    pub comments: bool,
    /// `FULL JOIN`.
    pub full_join: bool,
    /// `DISTINCT ON`.
    pub distinct_on: bool,
    /// `SELECT … FOR UPDATE`.
    pub row_locks: bool,
    /// Locks that let other rows refer to the locked ones: `FOR NO KEY UPDATE`, `FOR KEY SHARE`.
    pub key_locks: bool,
    /// Locks of some of the tables of a query: `FOR UPDATE OF`.
    pub lock_of: bool,
    /// `LATERAL` subqueries.
    pub lateral: bool,
    /// `INTERSECT ALL` and `EXCEPT ALL`.
    pub compound_all: bool,
    /// `… FILTER (WHERE …)` after an aggregate.
    pub aggregate_filter: bool,
    /// `GROUPS` in the frame of a window.
    pub frame_groups: bool,
    /// A default for `lag` and `lead` where there is no such row.
    pub lag_default: bool,
    /// `NULLS FIRST` and `NULLS LAST`. Without them an order by an expression is written in another way; that of a compound cannot be.
    pub nulls_order: bool,
    /// From low to high, NULLs stand before everything else where an order does not say.
    pub nulls_low: bool,
    /// `DELETE … RETURNING`; with `USING` it takes `update_returning`.
    pub delete_returning: bool,
    /// Comparisons with `ANY (SELECT …)` and `ALL (SELECT …)`.
    pub quantified: bool,
    /// `WITH` before UPDATE and DELETE.
    pub modify_with: bool,
    /// `DELETE … USING`.
    pub delete_using: bool,
    /// Regular expressions.
    pub regular_expressions: bool,
    /// Full-text search of ordinary columns.
    pub full_text: bool,
    /// The most values one statement can bind.
    pub max_binds: usize,
    /// The longest identifier, in bytes.
    pub max_identifier: usize,
}

/// How the keys that a multi-row INSERT generated are learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratedKeys {
    /// `INSERT … RETURNING`, rows in the order of VALUES.
    Returning,
    /// One prepared INSERT per row and the last inserted id after each: the fastest on an embedded database.
    PerRow,
    /// The first id of the statement; the others follow it one by one.
    FirstOfStatement,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 4] = [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql, Dialect::MariaDb];

    /// The database's name, as people write it: `SQLite`, `PostgreSQL` …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "PostgreSQL",
            Dialect::MySql => "MySQL",
            Dialect::MariaDb => "MariaDB",
        }
    }

    /// What the database can do.
    #[must_use]
    pub fn capabilities(self) -> &'static Capabilities {
        self.rules().capabilities()
    }

    /// What the names of a table's options begin with that it takes: its own, and those of the database that it is like.
    pub(crate) fn prefixes(self) -> &'static [&'static str] {
        match self {
            Dialect::Sqlite => &["sqlite_"],
            Dialect::Postgres => &["postgresql_"],
            Dialect::MySql => &["mysql_"],
            Dialect::MariaDb => &["mariadb_", "mysql_"],
        }
    }

    /// The database whose words it understands besides its own.
    pub(crate) fn alike(self) -> Option<Dialect> {
        matches!(self, Dialect::MariaDb).then_some(Dialect::MySql)
    }

    /// Writes an identifier between the dialect's quotes, its own quotes doubled. A NUL, which no database takes, becomes U+FFFD.
    pub fn quote_into(self, identifier: &str, sql: &mut String) {
        quote::push_identifier(self.rules().quote(), identifier, sql);
    }

    /// The column type as the dialect spells it: `VARCHAR(64)`. Two types of one spelling are one type to that database.
    ///
    /// # Errors
    /// When the database does not have the type.
    pub fn type_name(self, ty: &SqlType) -> Result<String, CompileError> {
        let mut sql = String::new();
        self.rules().type_name(ty, &mut sql)?;
        Ok(sql)
    }

    /// A value as a literal, for DDL defaults, checks and offline scripts. Queries always bind.
    ///
    /// # Errors
    /// When the value has no literal in this dialect.
    pub fn literal(self, value: &Value) -> Result<String, CompileError> {
        let mut sql = String::new();
        self.rules().literal(value, &mut sql)?;
        Ok(sql)
    }

    /// The statements that make a change of the schema, in order.
    ///
    /// # Errors
    /// When the database cannot make the change by statements alone; the error names the capability.
    pub fn ddl(self, change: &Ddl) -> Result<Vec<String>, CompileError> {
        let mut out = Vec::new();
        ddl::write(self.rules(), change, &mut out)?;
        Ok(out)
    }

    /// The one registry of dialects.
    pub(crate) fn rules(self) -> &'static dyn rules::Rules {
        match self {
            Dialect::Sqlite => &sqlite::Sqlite,
            Dialect::Postgres => &postgres::Postgres,
            Dialect::MySql => &mysql::MySql { maria: false },
            Dialect::MariaDb => &mysql::MySql { maria: true },
        }
    }
}
