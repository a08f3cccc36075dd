//! DELETEs. Invariant: children before parents, and each row deleted is counted.

use std::sync::Arc;

use rebis_engine::Connection;
use rebis_sql::{Delete, Expr, Statement, Value, compile};

use super::order;
use super::update::{key_condition, key_values, stale};
use crate::entity::{Object, State};
use crate::error::Result;
use crate::session::Shared;

const CHUNK: usize = 500;

/// `lone` says that one row is all that there is to commit: its statement needs no transaction around it.
pub(crate) async fn delete(
    session: &Arc<Shared>,
    connection: &mut Connection,
    rows: Vec<Object>,
    lone: bool,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // What was changed of a row and not written does not count: the order is that of the rows in the database.
    for row in &rows {
        let flushed = row.status().flushed;
        row.show(flushed);
        row.status().forget_pointers();
    }
    let rank = order::ranks(&rows);
    let mut needs = order::dependencies(&rows);
    // A circle is opened by an UPDATE, which lets one row refer to nothing. So is a row that refers to itself: MySQL would not delete it.
    let mut opened: Vec<Object> = Vec::new();
    for row in &rows {
        let own = order::refers(row, row).filter(|&c| row.meta().def.columns[c].may_be_null());
        let nulls: Vec<(usize, Value)> = own.map(|c| (c, Value::Null)).collect();
        if !nulls.is_empty() {
            row.set(&nulls)?;
            opened.push(Arc::clone(row));
        }
    }
    let mut sorted = loop {
        match order::sort(&needs, &rank) {
            Ok(sorted) => break sorted,
            Err(circle) => {
                let Some((i, columns)) = order::loosen(&rows, &mut needs, &circle) else {
                    // By table: the database decides.
                    let mut all: Vec<usize> = (0..rows.len()).collect();
                    all.sort_by_key(|&i| (rank[i], i));
                    break all;
                };
                rows[i].status().forget_pointers();
                rows[i].set(&columns.iter().map(|c| (c, Value::Null)).collect::<Vec<_>>())?;
                opened.push(Arc::clone(&rows[i]));
            }
        }
    };
    let lone = lone && opened.is_empty();
    super::update::update(connection, opened, false).await?;
    sorted.reverse();
    let mut start = 0;
    while start < sorted.len() {
        let meta = rows[sorted[start]].meta();
        // One statement takes neighbours of a table as long as none of them refers to another: a database may check row by row.
        let mut end = start + 1;
        while end < sorted.len()
            && end - start < CHUNK
            && rows[sorted[end]].meta().type_id == meta.type_id
            && !sorted[start..end].iter().any(|&i| needs[i].contains(&sorted[end]))
        {
            end += 1;
        }
        let batch: Vec<&Object> = sorted[start..end].iter().map(|&i| &rows[i]).collect();
        if lone && meta.kinds.is_empty() {
            connection.next_alone();
        }
        remove(connection, &batch).await?;
        for row in batch {
            row.leave_map(session);
            row.status().state = State::Deleted;
        }
        start = end;
    }
    Ok(())
}

async fn remove(connection: &mut Connection, rows: &[&Object]) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let meta = first.meta();
    super::kinds::delete(connection, meta, rows).await?;
    let mut statement = Delete {
        with: Vec::new(),
        schema: meta.schema_name(),
        table: meta.def.table.into(),
        using: Vec::new(),
        filter: Some(key_condition(meta)),
        returning: Vec::new(),
    };
    if let ([key], true, None) = (meta.key.as_slice(), rows.len() > 1, meta.version) {
        let column = Expr::Column { table: None, name: meta.column(*key) };
        let list = rows.iter().map(|r| Expr::Value(r.value(*key))).collect();
        statement.filter = Some(Expr::In { expr: Box::new(column), list, negated: false });
        let compiled = compile(&Statement::Delete(statement), connection.dialect())?;
        let done = connection.execute(&compiled.sql, &compiled.binds).await?;
        if done.rows_affected != rows.len() as u64 {
            return Err(stale(
                format!("DELETE of {} {} rows, the first {},", rows.len(), meta.def.name, first.label()),
                meta,
                done.rows_affected,
                rows.len(),
            ));
        }
        return Ok(());
    }
    let compiled = compile(&Statement::Delete(statement), connection.dialect())?;
    let keys = |row: usize, binds: &mut Vec<Value>| binds.extend(key_values(rows[row]));
    let done = connection.execute_times(&compiled.sql, rows.len(), keys).await?;
    for (row, done) in rows.iter().zip(done) {
        if done.rows_affected != 1 {
            return Err(stale(format!("DELETE of {}", row.label()), meta, done.rows_affected, 1));
        }
    }
    Ok(())
}
