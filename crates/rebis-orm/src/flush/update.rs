//! UPDATEs. Invariant: a statement names the columns that changed and no other, and each must meet its one row.

use std::collections::HashMap;

use rebis_engine::Connection;
use rebis_sql::{Expr, Statement, Update, Value, compile};

use super::pointers::follow;
use super::version;
use crate::entity::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::equal;
use crate::model::{ColumnSet, ModelMeta, RowKey};

/// Rows in one statement.
const CHUNK: usize = 500;

/// `lone` says that one row is all that there is to commit: its statement needs no transaction around it.
pub(crate) async fn update(connection: &mut Connection, rows: Vec<Object>, lone: bool) -> Result<()> {
    let mut groups: Vec<(&'static ModelMeta, ColumnSet, Vec<Object>)> = Vec::new();
    for row in rows {
        follow(&row)?;
        let flushed = row.status().flushed;
        let mut changed = row.changed_since(flushed).minus(row.meta().computed);
        if changed.is_empty() {
            let version = row.version();
            row.status().flushed = version;
            continue;
        }
        let renewed = row.meta().renew(changed);
        if !renewed.is_empty() {
            row.set(&renewed)?;
            changed = renewed.iter().fold(changed, |all, (c, _)| all.with(*c));
        }
        if let Some(column) = row.meta().version {
            version::count(&row, flushed, column, changed)?;
            changed = changed.with(column);
        }
        match groups.last_mut() {
            Some((meta, columns, all)) if meta.type_id == row.meta().type_id && *columns == changed => {
                all.push(row)
            }
            _ => groups.push((row.meta(), changed, vec![row])),
        }
    }
    for (meta, changed, rows) in groups {
        if lone && meta.computed.is_empty() && meta.kinds.is_empty() {
            connection.next_alone();
        }
        write(connection, meta, changed, &rows).await?;
    }
    Ok(())
}

/// Writes these values of a row and no other, and leaves what else has changed of it for later.
pub(super) async fn write_ahead(
    connection: &mut Connection,
    row: &Object,
    values: &[(usize, Value)],
) -> Result<()> {
    let meta = row.meta();
    let flushed = row.status().flushed;
    let changed = row.changed_since(flushed).minus(meta.computed);
    let later: Vec<(usize, Value)> = changed.iter().map(|c| (c, row.value(c))).collect();
    row.show(flushed);
    row.set(values)?;
    let mut columns = values.iter().fold(ColumnSet::EMPTY, |all, (c, _)| all.with(*c));
    if let Some(column) = meta.version {
        version::count(row, flushed, column, columns)?;
        columns = columns.with(column);
    }
    write(connection, meta, columns, std::slice::from_ref(row)).await?;
    row.set(&later)
}

async fn write(
    connection: &mut Connection,
    meta: &'static ModelMeta,
    changed: ColumnSet,
    rows: &[Object],
) -> Result<()> {
    if let Some(&column) = meta.key.iter().find(|&&k| changed.has(k)) {
        return Err(Error::new(
            ErrorKind::State,
            format!("the primary key {}.{} was changed", meta.def.name, meta.def.columns[column].field),
        )
        .on(meta.def.name)
        .advise("a row keeps its key: delete the object and add a new one, or use `update(…).set(…)`"));
    }
    let versions: Vec<u32> = rows.iter().map(|r| r.version()).collect();
    let own = changed.minus(meta.apart);
    if !own.is_empty() {
        write_table(connection, meta, meta.def.table, own, rows).await?;
    }
    if !meta.kinds.is_empty() {
        super::kinds::update(connection, meta, changed.minus(own), rows).await?;
    }
    for (row, version) in rows.iter().zip(versions) {
        row.status().flushed = version;
    }
    if meta.computed.is_empty() { Ok(()) } else { read_computed(connection, meta, rows).await }
}

/// Writes these columns, which stand in one table: the model's, or that of a kind of its rows.
pub(super) async fn write_table(
    connection: &mut Connection,
    meta: &'static ModelMeta,
    table: &'static str,
    changed: ColumnSet,
    rows: &[Object],
) -> Result<()> {
    let of_model = table == meta.def.table;
    let statement = Update {
        with: Vec::new(),
        schema: meta.schema_name(),
        table: table.into(),
        set: changed.iter().map(|c| (meta.column(c), Expr::Value(Value::Int(0)))).collect(),
        from: Vec::new(),
        filter: Some(if of_model { key_condition(meta) } else { is_key(meta) }),
        returning: Vec::new(),
    };
    let compiled = compile(&Statement::Update(statement), connection.dialect())?;
    let columns: Vec<usize> = changed.iter().collect();
    let values = |row: usize, binds: &mut Vec<Value>| {
        rows[row].put_values(&columns, binds);
        if of_model {
            binds.extend(key_values(&rows[row]));
        } else {
            rows[row].put_values(&meta.key, binds);
        }
    };
    let done = connection.execute_times(&compiled.sql, rows.len(), values).await?;
    for (row, done) in rows.iter().zip(done) {
        if done.rows_affected != 1 {
            return Err(stale(format!("UPDATE of {}", row.label()), meta, done.rows_affected, 1));
        }
    }
    Ok(())
}

/// Reads what the database has worked out anew, in as few statements as the binds allow.
async fn read_computed(connection: &mut Connection, meta: &'static ModelMeta, rows: &[Object]) -> Result<()> {
    let columns: Vec<usize> = meta.computed.iter().collect();
    for chunk in rows.chunks(CHUNK) {
        let mut select = meta.select_all();
        select.columns = meta.key.iter().chain(&columns).map(|&c| meta.column_expr(c).into()).collect();
        select.filter = Some(match meta.key.as_slice() {
            [key] => Expr::In {
                expr: Box::new(meta.column_expr(*key)),
                list: chunk.iter().map(|r| Expr::Value(r.value(*key))).collect(),
                negated: false,
            },
            key => Expr::Or(
                chunk
                    .iter()
                    .map(|r| key.iter().map(|&k| equal(meta.column_expr(k), Expr::Value(r.value(k)))))
                    .map(|parts| Expr::And(parts.collect()))
                    .collect(),
            ),
        });
        let compiled = compile(&Statement::Select(select), connection.dialect())?;
        let mut by_key: HashMap<RowKey, &Object> = chunk.iter().filter_map(|r| Some((r.key()?, r))).collect();
        connection
            .query(&compiled.sql, &compiled.binds, |row| {
                let values = meta.key.iter().enumerate().map(|(i, &k)| {
                    let decode = meta.def.columns[k].decode;
                    Ok(decode(row.cell(i)?)?)
                });
                let values = values.collect::<rebis_engine::Result<Vec<Value>>>()?;
                let Some(object) = RowKey::new(&values).and_then(|key| by_key.remove(&key)) else {
                    return Ok(());
                };
                let clean = object.version() == object.status().flushed;
                object.absorb(&columns, row, meta.key.len())?;
                if clean {
                    let version = object.version();
                    object.status().flushed = version;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// `key = ?` (and `version = ?`), with stand-ins for the values: only the text is used.
pub(crate) fn key_condition(meta: &ModelMeta) -> Expr {
    are(meta, meta.key.iter().chain(&meta.version))
}

/// `key = ?`, in a table that has no version.
pub(super) fn is_key(meta: &ModelMeta) -> Expr {
    are(meta, meta.key.iter())
}

fn are<'a>(meta: &ModelMeta, columns: impl Iterator<Item = &'a usize>) -> Expr {
    let column = |c: usize| Expr::Column { table: None, name: meta.column(c) };
    let mut all: Vec<Expr> = columns.map(|&c| equal(column(c), Expr::Value(Value::Int(0)))).collect();
    if all.len() == 1 { all.remove(0) } else { Expr::And(all) }
}

/// The values of [`key_condition`]: the key, and the version that the database had last.
pub(crate) fn key_values(row: &Object) -> Vec<Value> {
    let mut all = row.values(&row.meta().key);
    if let Some(column) = row.meta().version {
        let flushed = row.status().flushed;
        all.push(row.value_at(flushed, column));
    }
    all
}

pub(crate) fn stale(what: String, meta: &ModelMeta, met: u64, instead_of: usize) -> Error {
    Error::new(ErrorKind::Stale, format!("{what} met {met} rows instead of {instead_of}"))
        .on(meta.def.name)
        .advise("someone else has changed or deleted it: roll back, load it again and repeat the work")
}
