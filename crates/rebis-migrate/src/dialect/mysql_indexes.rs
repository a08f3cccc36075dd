//! Indexes that go, on MySQL and MariaDB. Invariant: a foreign key always has an index; the server refuses to drop the last one that it
//! can use, also when the table goes next.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_sql::ddl::ConstraintKind;
use rebis_sql::schema::{Index, IndexKey, Table};
use rebis_sql::{Ddl, Dialect};

use super::{Next, Planned};
use crate::Result;
use crate::op::Op;

/// The next statements when an index goes: with its table, or after another index was made for the foreign keys that need one.
pub(super) async fn next(conn: &mut Connection, ops: &[Op]) -> Result<Option<Next>> {
    let Some((schema, table, _)) = dropped(&ops[0]) else { return plan(conn.dialect(), ops, None) };
    let (schema, table) = (schema.clone(), table.clone());
    let options =
        InspectOptions { schemas: schema.clone().into_iter().collect(), tables: vec![table.clone()] };
    let found = inspect(conn, &options).await?;
    let there = found.tables.iter().find(|t| t.name == table && (schema.is_none() || t.schema == schema));
    plan(conn.dialect(), ops, there)
}

/// The schema, table and name of an index that goes.
fn dropped(op: &Op) -> Option<(&Option<String>, &String, &String)> {
    match op.to_ddl()? {
        Ddl::DropIndex { schema, table, name, .. }
        | Ddl::DropConstraint { schema, table, name, kind: ConstraintKind::Unique } => {
            Some((schema, table, name))
        }
        _ => None,
    }
}

/// The same for a table that is known: `there` is what inspection finds, or would find.
pub(super) fn plan(dialect: Dialect, ops: &[Op], there: Option<&Table>) -> Result<Option<Next>> {
    if let Some(next) = with_table(dialect, ops)? {
        return Ok(Some(next));
    }
    let (Some(there), Some(ddl), Some((schema, table, name))) = (there, ops[0].to_ddl(), dropped(&ops[0]))
    else {
        return Ok(None);
    };
    let mut statements = Vec::new();
    for index in needed(there, name) {
        let make = Ddl::CreateIndex {
            schema: schema.clone(),
            table: table.clone(),
            index,
            if_not_exists: false,
            concurrently: false,
        };
        statements.extend(dialect.ddl(&make)?.into_iter().map(Planned::from));
    }
    statements.extend(dialect.ddl(ddl)?.into_iter().map(Planned::from));
    Ok(Some(Next { ops: 1, statements }))
}

/// Indexes of a table, and then the table: the table takes them along.
fn with_table(dialect: Dialect, ops: &[Op]) -> Result<Option<Next>> {
    let at = ops.iter().position(|op| !matches!(op.to_ddl(), Some(Ddl::DropIndex { .. })));
    let Some((at, Some(drop @ Ddl::DropTable { .. }))) = at.map(|at| (at, ops[at].to_ddl())) else {
        return Ok(None);
    };
    if at == 0 || ops[..at].iter().any(|op| op.table() != ops[at].table()) {
        return Ok(None);
    }
    let statements = dialect.ddl(drop)?.into_iter().map(Planned::from).collect();
    Ok(Some(Next { ops: at + 1, statements }))
}

/// The indexes that foreign keys need once `dropped` is gone, named as the server would name them.
fn needed(table: &Table, dropped: &str) -> Vec<Index> {
    let columns = |index: &Index| -> Vec<String> {
        let plain = index.keys.iter().map_while(|k| match k {
            IndexKey::Column { name, .. } => Some(name.clone()),
            IndexKey::Expression(_) => None,
        });
        plain.collect()
    };
    let Some(going) = table.indexes.iter().find(|i| i.name == dropped).map(columns) else {
        return Vec::new();
    };
    let staying: Vec<Vec<String>> = table
        .indexes
        .iter()
        .filter(|i| i.name != dropped)
        .map(columns)
        .chain(table.primary_key.iter().map(|k| k.columns.clone()))
        .collect();
    let mut new: Vec<Index> = Vec::new();
    for key in &table.foreign_keys {
        let served = |columns: &Vec<String>| columns.starts_with(&key.columns);
        let Some(name) = key.name.as_ref().filter(|n| *n != dropped) else { continue };
        if served(&going) && !staying.iter().any(served) {
            new.push(Index::new(name, key.columns.iter().cloned()));
        }
    }
    new
}
