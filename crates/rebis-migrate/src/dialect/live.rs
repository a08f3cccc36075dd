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
    // Where enums are types only a change of type depends on what was: the default that goes and comes back.
    let needed = !conn.dialect().capabilities().named_enums;
    if existing.ty != UNKNOWN_TYPE || (!needed && change.ty.is_none()) {
        return Ok(op.clone());
    }
    let existing = match column(conn, schema.as_deref(), table, &existing.name).await? {
        Ok(existing) => existing,
        Err(why) if needed => return Err(Error::new(ErrorKind::Migration, why)),
        // It may be in a schema that was not looked at; the database knows.
        Err(_) => return Ok(op.clone()),
    };
    let (schema, table, change) = (schema.clone(), table.clone(), change.clone());
    Ok(Op::Schema(Ddl::AlterColumn { schema, table, existing, change }))
}

/// The column, or why there is none.
async fn column(
    conn: &mut Connection,
    schema: Option<&str>,
    table: &str,
    column: &str,
) -> Result<Result<Column, String>> {
    let options = InspectOptions {
        schemas: schema.map(str::to_owned).into_iter().collect(),
        tables: vec![table.to_owned()],
    };
    let found = inspect(conn, &options).await?;
    let there = found
        .tables
        .into_iter()
        .find(|t| t.name.eq_ignore_ascii_case(table) && (schema.is_none() || t.schema.as_deref() == schema));
    let Some(there) = there else {
        return Ok(Err(format!(
            "there is no table {table}; create it first, or correct the name in the script"
        )));
    };
    let names: Vec<&str> = there.columns.iter().map(|c| c.name.as_str()).collect();
    let live = there.columns.iter().find(|c| c.name.eq_ignore_ascii_case(column)).cloned();
    Ok(live.ok_or_else(|| format!("table {table} has no column {column}; it has {}", names.join(", "))))
}
