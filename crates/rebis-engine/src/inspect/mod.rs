//! [`inspect`]: a live database as [`rebis_sql::schema`]. Invariant: the number of catalogue queries does not depend on the number of tables.
//!
//! What a database keeps is not always what was asked for: MySQL has no intervals, SQLite no zones. [`as_inspected`] says what
//! inspection finds after a declared table was created, so `inspect(create(table)) == as_inspected(table)`, and a comparison of the two
//! shows exactly what is different. The rules, by database:
//!
//! | declared | SQLite | PostgreSQL | MySQL, MariaDB |
//! |---|---|---|---|
//! | `Interval` | `BigInteger` | as declared | `BigInteger` |
//! | `DateTime { timezone: true }` | `timezone: false` | as declared | `timezone: false` |
//! | `String(None)` | as declared | as declared | `String(Some(255))` |
//! | `Numeric` without digits | as declared | as declared | 38 digits, scale 10 |
//! | `Numeric` with scale 0 | without a scale | without a scale | without a scale |
//! | `Enum` | as declared | as declared | `name` is the column's: the database keeps none |
//! | `Other` that is a generic type's spelling | that type | that type | that type |
//! | a counted `SmallInteger`, `BigInteger` | `Integer` | as declared | as declared |
//! | a lone `Integer` primary key | counted, NOT NULL | as declared | as declared |
//! | other primary key columns | as declared | NOT NULL | NOT NULL |
//! | an unnamed primary key | no name | `<table>_pkey` | no name, also when one is given |
//! | a unique constraint | as declared | as declared | a unique index of that name |
//! | `Restrict` | as declared | as declared | `NoAction`, which is the same there |
//! | `deferrable` | as declared | as declared | refused when created |
//! | identity | none | counted; start and step 1 are absent | none |
//! | comments | none | as declared | as declared |
//! | an index's `include`, `method` | none | as declared; `btree` is absent | `include` none, `btree` absent |
//!
//! A default NULL is no default; `now()` in any spelling of the database is `ServerDefault::Now`; a constant is read as a value of its
//! column's type. **Not comparable as text**, since PostgreSQL and MySQL write them anew: `ServerDefault::Sql`, the SQL of checks, of
//! generated columns, of partial and expression indexes, and array constants on PostgreSQL. Compare those by name and presence.

mod default;
mod expected;
mod mysql;
mod postgres;
mod sqlite;
mod tables;

pub use expected::as_inspected;

use rebis_sql::Dialect;
use rebis_sql::schema::Schema;

use crate::{Connection, Error, ErrorKind, Result};

/// What to inspect.
#[derive(Clone, Debug, Default)]
pub struct InspectOptions {
    /// Schemas besides the connection's own (PostgreSQL).
    pub schemas: Vec<String>,
    /// Only these tables; all when empty.
    pub tables: Vec<String>,
}

impl InspectOptions {
    /// Whether a table of that name is asked for.
    fn wants(&self, table: &str) -> bool {
        self.tables.is_empty() || self.tables.iter().any(|t| t == table)
    }
}

/// Reads tables, columns, keys, indexes, checks and comments.
///
/// Views, virtual tables, single partitions, the database's own tables and tables that belong to an extension are left out.
///
/// # Errors
/// What the database says.
pub async fn inspect(connection: &mut Connection, options: &InspectOptions) -> Result<Schema> {
    // The registry of inspectors.
    match connection.dialect() {
        Dialect::Sqlite => sqlite::inspect(connection, options).await,
        Dialect::Postgres => postgres::inspect(connection, options).await,
        Dialect::MySql => mysql::inspect(connection, options, false).await,
        Dialect::MariaDb => mysql::inspect(connection, options, true).await,
        other => Err(Error::new(ErrorKind::Other, format!("{} cannot be inspected", other.name()))),
    }
}
