//! [`inspect`]: a live database as [`rebis_sql::schema`]. Invariant: the number of catalogue queries does not depend on the number of tables.

use rebis_sql::schema::Schema;

use crate::{Connection, Result};

/// What to inspect.
#[derive(Clone, Debug, Default)]
pub struct InspectOptions {
    /// Schemas besides the connection's own (PostgreSQL).
    pub schemas: Vec<String>,
    /// Only these tables; all when empty.
    pub tables: Vec<String>,
}

/// Reads tables, columns, keys, indexes, checks and comments.
///
/// Views, the database's own tables and tables that belong to an extension are left out.
///
/// # Errors
/// What the database says.
pub async fn inspect(connection: &mut Connection, options: &InspectOptions) -> Result<Schema> {
    let _ = (connection, options);
    unimplemented!()
}
