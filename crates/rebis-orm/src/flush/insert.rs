//! INSERTs. Invariant: neighbours of one table and one shape share a statement, and keys come back to the rows they belong to.

use std::sync::Arc;

use rebis_engine::Connection;
use rebis_sql::{Expr, GeneratedKeys, Insert, Statement, Value, compile};

use super::order;
use super::pointers::follow;
use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ColumnSet, ModelMeta};
use crate::session::Shared;

/// The most rows of one statement: texts stay of a size that servers parse quickly.
const MOST_ROWS: usize = 1000;

/// Inserts the rows; gives those that need an UPDATE afterwards, because a circle was broken there.
pub(crate) async fn insert(
    session: &Arc<Shared>,
    connection: &mut Connection,
    rows: Vec<Object>,
) -> Result<Vec<Object>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ranks = order::ranks(&rows);
    let rank: Vec<usize> = rows.iter().map(|o| ranks.get(o.meta().def.table).copied().unwrap_or(0)).collect();
    let mut needs = order::dependencies(&rows);
    // Columns that are NULL at first and filled in by an UPDATE, because they point into a circle.
    let mut held: Vec<(usize, ColumnSet)> = Vec::new();
    let sorted = loop {
        match order::sort(&needs, &rank) {
            Ok(sorted) => break sorted,
            Err(circle) => {
                let loose = order::loosen(&rows, &mut needs, &circle);
                held.push(loose.ok_or_else(|| circle_error(&rows, &circle))?);
            }
        }
    };
    let mut filled_in: Vec<(Object, Vec<(usize, Value)>)> = Vec::new();
    let mut later = Vec::new();
    let mut batch: Vec<Object> = Vec::new();
    let mut place = vec![usize::MAX; rows.len()];
    let mut start = 0;
    let mut shape: Option<(&'static ModelMeta, ColumnSet)> = None;
    for (at, i) in sorted.into_iter().enumerate() {
        // A row that needs one of the batch can only be made once that one has its key.
        if needs[i].iter().any(|&n| (start..at).contains(&place[n])) {
            write(session, connection, shape, std::mem::take(&mut batch)).await?;
            start = at;
        }
        let row = &rows[i];
        let waits = follow(row)?;
        let mut now: Vec<(usize, Value)> = Vec::new();
        for column in held.iter().filter(|(r, _)| *r == i).flat_map(|(_, columns)| columns.iter()) {
            now.push((column, row.value(column)));
        }
        if waits || !now.is_empty() {
            later.push(Arc::clone(row));
        }
        if !now.is_empty() {
            let nulls: Vec<(usize, Value)> = now.iter().map(|(c, _)| (*c, Value::Null)).collect();
            row.set(&nulls)?;
            filled_in.push((Arc::clone(row), now));
        }
        let own = (row.meta(), row.status().unset);
        if shape.is_some_and(|(meta, unset)| meta.type_id != own.0.type_id || unset != own.1) {
            write(session, connection, shape, std::mem::take(&mut batch)).await?;
            start = at;
        }
        shape = Some(own);
        batch.push(Arc::clone(row));
        place[i] = at;
    }
    write(session, connection, shape, batch).await?;
    for (row, values) in filled_in {
        row.set(&values)?;
    }
    Ok(later)
}

fn circle_error(rows: &[Object], circle: &[usize]) -> Error {
    let names: Vec<String> = circle.iter().map(|&i| rows[i].meta().def.name.to_owned()).collect();
    Error::new(
        ErrorKind::Cycle,
        format!("these new rows refer to each other in a circle: {}", names.join(", ")),
    )
    .advise("make one of the foreign keys an Option, so that it can be filled in after the rows exist")
}

async fn write(
    session: &Arc<Shared>,
    connection: &mut Connection,
    shape: Option<(&'static ModelMeta, ColumnSet)>,
    rows: Vec<Object>,
) -> Result<()> {
    let Some((meta, unset)) = shape.filter(|_| !rows.is_empty()) else { return Ok(()) };
    let given: Vec<usize> =
        (0..meta.def.columns.len()).filter(|&c| !unset.has(c) && !meta.computed.has(c)).collect();
    let back: Vec<usize> =
        (0..meta.def.columns.len()).filter(|&c| unset.has(c) || meta.computed.has(c)).collect();
    // Values keep their order: rows of one statement get their keys in it.
    let capabilities = connection.dialect().capabilities();
    // A row of defaults only cannot share a statement.
    let fit = if given.is_empty() { 1 } else { (capabilities.max_binds / given.len()).clamp(1, MOST_ROWS) };
    let key_only = back.len() == 1 && meta.def.columns[back[0]].autoincrement;
    let simple = back.is_empty() || key_only;
    for chunk in rows.chunks(fit) {
        match capabilities.generated_keys {
            GeneratedKeys::PerRow if simple => one_by_one(connection, meta, &given, &back, chunk).await?,
            _ if back.is_empty() => {
                let compiled = compile(&statement(meta, &given, &[], chunk), connection.dialect())?;
                connection.execute(&compiled.sql, &compiled.binds).await?;
            }
            GeneratedKeys::FirstOfStatement if key_only => {
                let compiled = compile(&statement(meta, &given, &[], chunk), connection.dialect())?;
                let done = connection.execute(&compiled.sql, &compiled.binds).await?;
                let first = done.last_insert_id.ok_or_else(|| no_key(meta))?;
                for (id, row) in (first..).zip(chunk) {
                    row.set(&[(back[0], Value::Int(id))])?;
                }
            }
            _ if capabilities.insert_returning => returning(connection, meta, &given, &back, chunk).await?,
            _ => {
                let key: Vec<usize> =
                    back.iter().copied().filter(|&c| meta.def.columns[c].autoincrement).collect();
                one_by_one(connection, meta, &given, &key, chunk).await?;
                for row in chunk {
                    read_back(connection, meta, &back, row).await?;
                }
            }
        }
        for row in chunk {
            let version = row.version();
            {
                let mut status = row.status();
                status.state = State::Persistent;
                status.born = true;
                status.flushed = version;
            }
            row.enter_map(session);
        }
    }
    Ok(())
}

fn statement(meta: &ModelMeta, given: &[usize], back: &[usize], rows: &[Object]) -> Statement {
    Statement::Insert(Insert {
        schema: meta.schema_name(),
        columns: given.iter().map(|&c| meta.column(c)).collect(),
        rows: rows.iter().map(|r| given.iter().map(|&c| Expr::Value(r.value(c))).collect()).collect(),
        returning: back.iter().map(|&c| Expr::Column { table: None, name: meta.column(c) }).collect(),
        ..Insert::into(meta.def.table)
    })
}

async fn one_by_one(
    connection: &mut Connection,
    meta: &ModelMeta,
    given: &[usize],
    back: &[usize],
    rows: &[Object],
) -> Result<()> {
    let compiled = compile(&statement(meta, given, &[], &rows[..1]), connection.dialect())?;
    let binds: Vec<Vec<Value>> = rows.iter().map(|r| r.values(given)).collect();
    let done = connection.execute_many(&compiled.sql, &binds).await?;
    if let [key] = back {
        for (row, done) in rows.iter().zip(done) {
            row.set(&[(*key, Value::Int(done.last_insert_id.ok_or_else(|| no_key(meta))?))])?;
        }
    }
    Ok(())
}

async fn returning(
    connection: &mut Connection,
    meta: &ModelMeta,
    given: &[usize],
    back: &[usize],
    rows: &[Object],
) -> Result<()> {
    let compiled = compile(&statement(meta, given, back, rows), connection.dialect())?;
    let mut rest = rows.iter();
    connection
        .query(&compiled.sql, &compiled.binds, |row| match rest.next() {
            Some(object) => object.absorb(back, row, 0),
            None => Ok(()),
        })
        .await?;
    match rest.next() {
        None => Ok(()),
        Some(_) => Err(no_key(meta)),
    }
}

/// Reads what the database filled in, where INSERT cannot give it back.
async fn read_back(
    connection: &mut Connection,
    meta: &ModelMeta,
    back: &[usize],
    row: &Object,
) -> Result<()> {
    let mut select = meta.select_all();
    select.columns = back.iter().map(|&c| meta.column_expr(c).into()).collect();
    for &k in &meta.key {
        select.and_where(crate::expr::equal(meta.column_expr(k), Expr::Value(row.value(k))));
    }
    let compiled = compile(&Statement::Select(select), connection.dialect())?;
    connection.query(&compiled.sql, &compiled.binds, |found| row.absorb(back, found, 0)).await?;
    Ok(())
}

fn no_key(meta: &ModelMeta) -> Error {
    Error::new(ErrorKind::Mapping, format!("the database gave no key back for a new row of `{}`", meta.def.table))
        .on(meta.def.name)
        .advise("check that the table's key is made by the database (AUTO_INCREMENT, IDENTITY), or give the key in the program")
}
