//! [`inspect_objects`]: views and triggers. Invariant: their texts are the database's, which may be other words than those it was given.

use rebis_sql::Dialect;
use rebis_sql::schema::Objects;

use super::{mysql, postgres, sqlite};
use crate::{Connection, Error, ErrorKind, Result};

/// Reads the views and triggers of the connection's own schema, by name. Those of extensions and of constraints are left out.
///
/// # Errors
/// What the database says.
pub async fn inspect_objects(connection: &mut Connection) -> Result<Objects> {
    // The registry of readers.
    let mut found = match connection.dialect() {
        Dialect::Sqlite => sqlite::objects(connection).await?,
        Dialect::Postgres => postgres::objects(connection).await?,
        Dialect::MySql | Dialect::MariaDb => mysql::objects(connection).await?,
        other => return Err(Error::new(ErrorKind::Other, format!("{} cannot be inspected", other.name()))),
    };
    found.views.sort_by(|a, b| a.name.cmp(&b.name));
    found.triggers.sort_by(|a, b| (&a.table, &a.name).cmp(&(&b.table, &b.name)));
    Ok(found)
}
