//! INSERTs. Invariant: neighbours of one table and one shape share a statement, and keys come back to the rows they belong to.

use std::sync::Arc;

use rebis_engine::Connection;
use rebis_sql::stmt::{BulkInsert, BulkLayout};
use rebis_sql::{Expr, GeneratedKeys, Insert, Statement, Value, compile};

use super::order;
use super::pointers::follow;
use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ColumnSet, ModelMeta};
use crate::session::Shared;

/// The most rows of one statement: texts stay of a size that servers parse quickly.
const MOST_ROWS: usize = 1000;

/// Inserts the rows; gives those that need an UPDATE afterwards, because a circle was broken there. `lone` says that these rows are all that
/// there is to commit: where one statement takes them, it needs no transaction around it.
pub(crate) async fn insert(
    session: &Arc<Shared>,
    connection: &mut Connection,
    rows: Vec<Object>,
    lone: bool,
) -> Result<Vec<Object>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let rank = order::ranks(&rows);
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
            write(session, connection, shape, std::mem::take(&mut batch), false).await?;
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
            write(session, connection, shape, std::mem::take(&mut batch), false).await?;
            start = at;
        }
        shape = Some(own);
        batch.push(Arc::clone(row));
        place[i] = at;
    }
    let all = batch.len() == rows.len() && later.is_empty();
    write(session, connection, shape, batch, lone && all).await?;
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

fn never_given(meta: &ModelMeta, column: usize) -> Error {
    let (model, field) = (meta.def.name, meta.def.columns[column].field);
    Error::new(
        ErrorKind::State,
        format!("a new {model} was put into a relation that does not give it its `{field}`, and has none"),
    )
    .on(model)
    .advise(format!("give it, `{model}::builder().{field}(…)`, or relate it to the object that it refers to"))
}

async fn write(
    session: &Arc<Shared>,
    connection: &mut Connection,
    shape: Option<(&'static ModelMeta, ColumnSet)>,
    rows: Vec<Object>,
    lone: bool,
) -> Result<()> {
    let Some((meta, unset)) = shape.filter(|_| !rows.is_empty()) else { return Ok(()) };
    if let Some(column) = unset.iter().find(|&c| meta.needed.has(c)) {
        return Err(never_given(meta, column));
    }
    let columns = 0..meta.def.columns.len();
    let (back, given): (Vec<usize>, Vec<usize>) =
        columns.partition(|&c| unset.has(c) || meta.computed.has(c));
    let keys = connection.generated_keys();
    let key_only = back.len() == 1 && meta.def.columns[back[0]].autoincrement;
    let simple = back.is_empty() || key_only;
    match keys {
        GeneratedKeys::PerRow if simple => one_by_one(connection, meta, &given, &back, &rows).await?,
        _ if simple || connection.dialect().capabilities().insert_returning => {
            let counted = key_only && keys == GeneratedKeys::FirstOfStatement;
            many(connection, meta, &given, &back, &rows, counted, lone).await?;
        }
        _ => {
            let key: Vec<usize> =
                back.iter().copied().filter(|&c| meta.def.columns[c].autoincrement).collect();
            one_by_one(connection, meta, &given, &key, &rows).await?;
            for row in &rows {
                read_back(connection, meta, &back, row).await?;
            }
        }
    }
    for row in &rows {
        let version = row.version();
        let mut status = row.status();
        status.state = State::Persistent;
        status.born = true;
        status.flushed = version;
    }
    // They are of one model, which the first of them knows.
    rows[0].enter_map(session, &rows);
    Ok(())
}

/// Several rows with one statement. `counted` says that the keys are known by counting on from the first.
async fn many(
    connection: &mut Connection,
    meta: &ModelMeta,
    given: &[usize],
    back: &[usize],
    rows: &[Object],
    counted: bool,
    lone: bool,
) -> Result<()> {
    let statement = shape_of(meta, given, if counted { &[] } else { back });
    let mut bulk = BulkInsert::new(&statement, connection.dialect());
    let types = match rows.len() {
        1 => None,
        _ => connection.array_types(&bulk.sql(1)?).await?,
    };
    bulk = bulk.of_arrays(types.as_deref());
    let fit = bulk.most_rows(MOST_ROWS);
    if lone && rows.len() <= fit {
        connection.next_alone();
    }
    // Values keep their order: rows of one statement get their keys in it.
    for chunk in rows.chunks(fit) {
        let sql = bulk.sql(chunk.len())?;
        let binds: Vec<Value> = match bulk.layout() {
            BulkLayout::Rows => chunk.iter().flat_map(|row| given.iter().map(|&c| row.value(c))).collect(),
            BulkLayout::Columns => {
                given.iter().map(|&c| Value::Array(chunk.iter().map(|row| row.value(c)).collect())).collect()
            }
        };
        if statement.returning.is_empty() {
            let done = connection.execute_owned(&sql, binds).await?;
            if counted {
                let first = done.last_insert_id.ok_or_else(|| no_key(meta))?;
                for (id, row) in (first..).zip(chunk) {
                    row.set(&[(back[0], Value::Int(id))])?;
                }
            }
            continue;
        }
        let mut rest = chunk.iter();
        connection
            .query(&sql, &binds, |row| match rest.next() {
                Some(object) => object.absorb(back, row, 0),
                None => Ok(()),
            })
            .await?;
        if rest.next().is_some() {
            return Err(no_key(meta));
        }
    }
    Ok(())
}

/// The statement without its rows.
fn shape_of(meta: &ModelMeta, given: &[usize], back: &[usize]) -> Insert {
    Insert {
        schema: meta.schema_name(),
        columns: given.iter().map(|&c| meta.column(c)).collect(),
        returning: back.iter().map(|&c| Expr::Column { table: None, name: meta.column(c) }).collect(),
        ..Insert::into(meta.def.table)
    }
}

async fn one_by_one(
    connection: &mut Connection,
    meta: &ModelMeta,
    given: &[usize],
    back: &[usize],
    rows: &[Object],
) -> Result<()> {
    let sql = BulkInsert::new(&shape_of(meta, given, &[]), connection.dialect()).sql(1)?;
    let binds: Vec<Vec<Value>> = rows.iter().map(|r| r.values(given)).collect();
    let done = connection.execute_many(&sql, &binds).await?;
    if let [key] = back {
        for (row, done) in rows.iter().zip(done) {
            row.set(&[(*key, Value::Int(done.last_insert_id.ok_or_else(|| no_key(meta))?))])?;
        }
    }
    Ok(())
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
