//! INSERTs. Invariant: neighbours of one table and one shape share a statement, and keys come back to the rows they belong to.

use std::sync::Arc;

use rebis_engine::Connection;
use rebis_sql::compile::compile_select;
use rebis_sql::stmt::{BulkInsert, BulkLayout};
use rebis_sql::{Expr, GeneratedKeys, Value};

use super::order;
use super::pointers::follow;
use super::shape::Shape;
use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ColumnSet, KindTable, ModelMeta};
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
        let points = !row.status().pointers.is_empty();
        let waits = points && follow(row)?;
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
    let (Some((meta, unset)), [first, ..]) = (shape, &rows[..]) else { return Ok(()) };
    if let Some(column) = unset.iter().find(|&c| meta.needed.has(c)) {
        return Err(never_given(meta, column));
    }
    let shape = &*Shape::of(meta, unset);
    let simple = shape.back.is_empty() || shape.lone_key().is_some();
    match connection.generated_keys() {
        GeneratedKeys::PerRow if simple => {
            if lone && rows.len() == 1 && meta.kinds.is_empty() {
                connection.next_alone();
            }
            one_by_one(connection, shape, &rows).await?;
        }
        _ if simple || connection.dialect().capabilities().insert_returning => {
            many(connection, shape, &rows, lone && meta.kinds.is_empty()).await?;
        }
        _ => {
            one_by_one(connection, shape, &rows).await?;
            for row in &rows {
                read_back(connection, shape, row).await?;
            }
        }
    }
    for kind in &meta.kinds {
        let of_kind = rows.iter().filter(|row| kind.holds(&row.value(kind.tag)));
        insert_kind(connection, meta, kind, &of_kind.map(Arc::clone).collect::<Vec<_>>()).await?;
    }
    for row in &rows {
        let version = row.version();
        let mut status = row.status();
        status.state = State::Persistent;
        status.born = true;
        status.flushed = version;
    }
    // They are of one model, which the first of them knows.
    first.enter_map(session, &rows);
    Ok(())
}

/// Rows of a kind, which stand in the model's table already, in the kind's own.
pub(super) async fn insert_kind(
    connection: &mut Connection,
    meta: &'static ModelMeta,
    kind: &KindTable,
    rows: &[Object],
) -> Result<()> {
    let shape = Shape::of_kind(meta, kind);
    match connection.generated_keys() {
        _ if rows.is_empty() => Ok(()),
        GeneratedKeys::PerRow => one_by_one(connection, &shape, rows).await,
        _ => many(connection, &shape, rows, false).await,
    }
}

/// Several rows with one statement.
async fn many(connection: &mut Connection, shape: &Shape, rows: &[Object], lone: bool) -> Result<()> {
    let Shape { given, back, .. } = shape;
    // The key that is known by counting on from the first row's.
    let counted = match connection.generated_keys() {
        GeneratedKeys::FirstOfStatement => shape.lone_key(),
        _ => None,
    };
    let returns = counted.is_none() && !back.is_empty();
    let dialect = connection.dialect();
    if let [row] = rows {
        if lone {
            connection.next_alone();
        }
        let sql = shape.one_row(dialect, returns)?;
        return run(connection, shape, sql, row.values(given), rows, counted).await;
    }
    let statement = shape.statement(if returns { back } else { &[] });
    let mut bulk = BulkInsert::new(&statement, dialect);
    let types = connection.array_types(&bulk.sql(1)?).await?;
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
        run(connection, shape, &sql, binds, chunk, counted).await?;
    }
    Ok(())
}

/// One statement, whose rows get what the database has filled in: what it returns, or the key that is counted.
async fn run(
    connection: &mut Connection,
    shape: &Shape,
    sql: &str,
    binds: Vec<Value>,
    rows: &[Object],
    counted: Option<usize>,
) -> Result<()> {
    if counted.is_some() || shape.back.is_empty() {
        let done = connection.execute_owned(sql, binds).await?;
        if let Some(key) = counted {
            let first = done.last_insert_id.ok_or_else(|| shape.no_key())?;
            for (id, row) in (first..).zip(rows) {
                row.set(&[(key, Value::Int(id))])?;
            }
        }
        return Ok(());
    }
    let mut rest = rows.iter();
    connection
        .query(sql, &binds, |row| match rest.next() {
            Some(object) => object.absorb(&shape.back, row, 0),
            None => Ok(()),
        })
        .await?;
    if rest.next().is_some() { Err(shape.no_key()) } else { Ok(()) }
}

/// Each row with a statement of its own, prepared once, and the key that the database made for it.
async fn one_by_one(connection: &mut Connection, shape: &Shape, rows: &[Object]) -> Result<()> {
    let sql = shape.one_row(connection.dialect(), false)?;
    let values = |row: usize, binds: &mut Vec<Value>| rows[row].put_values(&shape.given, binds);
    let done = connection.execute_times(sql, rows.len(), values).await?;
    let Some(&key) = shape.back.iter().find(|&&c| shape.meta.def.columns[c].autoincrement) else {
        return Ok(());
    };
    for (row, done) in rows.iter().zip(done) {
        row.set(&[(key, Value::Int(done.last_insert_id.ok_or_else(|| shape.no_key())?))])?;
    }
    Ok(())
}

/// Reads what the database filled in, where INSERT cannot give it back.
async fn read_back(connection: &mut Connection, shape: &Shape, row: &Object) -> Result<()> {
    let Shape { meta, back, .. } = shape;
    let mut select = meta.select_all();
    select.columns = back.iter().map(|&c| meta.column_expr(c).into()).collect();
    for &k in &meta.key {
        select.and_where(crate::expr::equal(meta.column_expr(k), Expr::Value(row.value(k))));
    }
    let compiled = compile_select(&select, connection.dialect())?;
    connection.query(&compiled.sql, &compiled.binds, |found| row.absorb(back, found, 0)).await?;
    Ok(())
}
