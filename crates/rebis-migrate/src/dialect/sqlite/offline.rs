//! SQLite's migrations as text: a table is made anew from what the history says of it.
//!
//! **Invariant.** The text of the table is the one that CREATE TABLE would have written, so the same rebuild as on a connection applies.

use rebis_sql::schema::{Schema, Table};
use rebis_sql::{Ddl, Dialect};

use super::rebuild::{Found, TEMPORARY, editable, quote, rebuild};
use super::{may_drop, may_need_rebuild, needs_rebuild, same};
use crate::dialect::Planned;
use crate::dialect::offline::{find, written};
use crate::op::Op;
use crate::{Error, ErrorKind, Result};

/// What stands before BEGIN and behind COMMIT: DROP TABLE would delete the rows that refer to the table while foreign keys are on.
pub(in crate::dialect) fn frame(ops: &[Op]) -> (Vec<String>, Vec<String>) {
    if !ops.iter().any(may_drop) {
        return Default::default();
    }
    let set = |on: &str| vec![format!("PRAGMA foreign_keys = {on}")];
    (set("OFF"), set("ON"))
}

/// The statements for the first of `ops`, or for all neighbours on one table that has to be made anew.
pub(in crate::dialect) fn offline(ops: &[Op], known: &Schema) -> Result<(usize, Vec<Planned>)> {
    let one = || written(Dialect::Sqlite, &ops[0], known).map(|statements| (1, statements));
    let Some(place) = ops[0].to_ddl().and_then(editable) else { return one() };
    let neighbours: Vec<&Ddl> = ops
        .iter()
        .map_while(|op| op.to_ddl().filter(|ddl| editable(ddl).is_some_and(|p| same(p, place))))
        .collect();
    let group = &ops[..neighbours.len()];
    if !group.iter().any(may_need_rebuild) {
        return one();
    }
    let (schema, name) = place;
    let Some(table) = find(known, schema, name) else {
        if group.iter().any(needs_rebuild) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "table {name} has to be made anew, and the history does not say what it is: no script before this one creates it; \
                     run this migration with a connection"
                ),
            ));
        }
        return one();
    };
    let found = of(table)?;
    let in_place = neighbours
        .iter()
        .all(|d| !matches!(d, Ddl::DropColumn { column, .. } if !found.drops_in_place(column)));
    if in_place && !group.iter().any(needs_rebuild) {
        return one();
    }
    let refuse = |why: String| {
        Error::new(ErrorKind::Migration, format!("table {name} cannot be changed as the script says: {why}"))
    };
    let mut sql = vec![format!(
        "-- {name} is made anew from what the history says of it: triggers on it have to be created again.\n\
         DROP TABLE IF EXISTS {}",
        quote(&format!("{TEMPORARY}{name}"))
    )];
    sql.extend(rebuild(&found, &neighbours).map_err(refuse)?);
    Ok((group.len(), sql.into_iter().map(Planned::from).collect()))
}

/// What `sqlite_master` would say of the table.
fn of(table: &Table) -> Result<Found> {
    let bare = Table { indexes: Vec::new(), ..table.clone() };
    let mut create = Dialect::Sqlite.ddl(&Ddl::CreateTable { table: bare, if_not_exists: false })?;
    let mut found = Found { name: table.name.clone(), create: create.remove(0), ..Found::default() };
    for index in &table.indexes {
        let create = Ddl::CreateIndex {
            schema: table.schema.clone(),
            table: table.name.clone(),
            index: index.clone(),
            if_not_exists: false,
            concurrently: false,
        };
        found.indexes.extend(Dialect::Sqlite.ddl(&create)?.into_iter().map(|sql| (index.name.clone(), sql)));
    }
    Ok(found)
}
