//! [`inspect`]: a live database as [`rebis_sql::schema`]. Invariant: the number of catalogue queries does not depend on the number of tables.
//!
//! What a database keeps is not always what was asked for; [`as_inspected`] says what to expect, and lists the rules.

mod default;
mod expected;
mod mysql;
mod objects;
mod postgres;
mod sqlite;
mod tables;

pub use expected::as_inspected;
pub use objects::inspect_objects;

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
