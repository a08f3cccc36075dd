//! A column as it is in the database now. Invariant: asked for only where a script does not say it.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_sql::Ddl;
use rebis_sql::schema::Column;

use crate::op::{Op, UNKNOWN_TYPE};
use crate::{Error, ErrorKind, Result};

/// The operation with the altered column as it really is, where the script left that open.
pub(super) async fn fill(conn: &mut Connection, op: &Op) -> Result<Op> {
    let Some(Ddl::AlterColumn { schema, table, existing, change }) = op.to_ddl() else {
        return Ok(op.clone());
    };
    if existing.ty != UNKNOWN_TYPE {
        return Ok(op.clone());
    }
    let existing = column(conn, schema.as_deref(), table, &existing.name).await?;
    let (schema, table, change) = (schema.clone(), table.clone(), change.clone());
    Ok(Op::Schema(Ddl::AlterColumn { schema, table, existing, change }))
}

async fn column(conn: &mut Connection, schema: Option<&str>, table: &str, column: &str) -> Result<Column> {
    let missing = |text: String| Error::new(ErrorKind::Migration, text);
    let options = InspectOptions {
        schemas: schema.map(str::to_owned).into_iter().collect(),
        tables: vec![table.to_owned()],
    };
    let found = inspect(conn, &options).await?;
    let there = found
        .tables
        .into_iter()
        .find(|t| t.name.eq_ignore_ascii_case(table) && (schema.is_none() || t.schema.as_deref() == schema))
        .ok_or_else(|| {
            missing(format!("there is no table {table}; create it first, or correct the name in the script"))
        })?;
    let names: Vec<String> = there.columns.iter().map(|c| c.name.clone()).collect();
    there
        .columns
        .into_iter()
        .find(|c| c.name.eq_ignore_ascii_case(column))
        .ok_or_else(|| missing(format!("table {table} has no column {column}; it has {}", names.join(", "))))
}
