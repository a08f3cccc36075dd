//! The tables of kinds of rows. Invariant: the model's own table is written first and deleted from last, so a row of a kind always has the row that
//! it refers to.

use std::sync::Arc;

use rebis_engine::Connection;
use rebis_sql::{Delete, Expr, Statement, Value, compile};

use super::insert::insert_kind;
use super::update::{is_key, write_table};
use crate::entity::Object;
use crate::error::Result;
use crate::model::{ColumnSet, KindTable, ModelMeta};

/// Writes the columns of kinds that have changed. A row that has become of another kind moves to that one's table.
pub(super) async fn update(
    connection: &mut Connection,
    meta: &'static ModelMeta,
    changed: ColumnSet,
    rows: &[Object],
) -> Result<()> {
    for kind in &meta.kinds {
        let of_kind = |was: bool, is: bool| -> Vec<Object> {
            let is_so = |row: &&Object| {
                let flushed = row.status().flushed;
                let before = kind.holds(&row.value_at(flushed, kind.tag));
                (before, kind.holds(&row.value(kind.tag))) == (was, is)
            };
            rows.iter().filter(is_so).map(Arc::clone).collect()
        };
        remove(connection, meta, kind, &of_kind(true, false)).await?;
        insert_kind(connection, meta, kind, &of_kind(false, true)).await?;
        let columns: ColumnSet =
            changed.iter().filter(|&c| kind.columns.has(c)).fold(ColumnSet::EMPTY, ColumnSet::with);
        let stay = of_kind(true, true);
        if !columns.is_empty() && !stay.is_empty() {
            write_table(connection, meta, kind.table, columns, &stay).await?;
        }
    }
    Ok(())
}

/// Deletes what rows that are deleted have in the tables of their kinds.
pub(super) async fn delete(
    connection: &mut Connection,
    meta: &'static ModelMeta,
    rows: &[&Object],
) -> Result<()> {
    for kind in &meta.kinds {
        let of_kind = rows.iter().filter(|row| kind.holds(&row.value(kind.tag)));
        remove(connection, meta, kind, &of_kind.map(|row| Arc::clone(row)).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

async fn remove(
    connection: &mut Connection,
    meta: &'static ModelMeta,
    kind: &KindTable,
    rows: &[Object],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = Delete {
        with: Vec::new(),
        schema: meta.schema_name(),
        table: kind.table.into(),
        using: Vec::new(),
        filter: Some(is_key(meta)),
        returning: Vec::new(),
    };
    if let (&[key], true) = (meta.key.as_slice(), rows.len() > 1) {
        let column = Box::new(Expr::Column { table: None, name: meta.column(key) });
        let list = rows.iter().map(|row| Expr::Value(row.value(key))).collect();
        statement.filter = Some(Expr::In { expr: column, list, negated: false });
        let compiled = compile(&Statement::Delete(statement), connection.dialect())?;
        connection.execute(&compiled.sql, &compiled.binds).await?;
        return Ok(());
    }
    let compiled = compile(&Statement::Delete(statement), connection.dialect())?;
    let keys = |row: usize, binds: &mut Vec<Value>| rows[row].put_values(&meta.key, binds);
    connection.execute_times(&compiled.sql, rows.len(), keys).await?;
    Ok(())
}
