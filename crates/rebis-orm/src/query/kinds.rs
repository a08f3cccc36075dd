//! Bulk statements of models whose rows' kinds have tables of their own. Invariant: a statement changes one table; which rows it means is asked of
//! all of them.

use rebis_sql::stmt::{SelectItem, TableRef};
use rebis_sql::{Delete, Expr, Name, Select, Update};

use crate::error::{Error, ErrorKind, Result};
use crate::model::ModelMeta;

/// An UPDATE of the model's table, or of that of one kind.
pub(super) fn update(meta: &ModelMeta, mut statement: Update) -> Result<Update> {
    if meta.kinds.is_empty() {
        return Ok(statement);
    }
    let mut tables: Vec<&'static str> = statement.set.iter().map(|(name, _)| table_of(meta, name)).collect();
    tables.sort_unstable();
    tables.dedup();
    let [table] = tables[..] else {
        return Err(refuse(meta, "an UPDATE of columns in several tables")
            .advise("update the columns of each table on their own, or change the objects in a session"));
    };
    single(meta, !statement.from.is_empty(), table, &statement.returning)?;
    if statement.filter.is_some() || table != meta.def.table {
        statement.filter = Some(among(meta, statement.filter)?);
    }
    statement.table = table.into();
    Ok(statement)
}

/// A DELETE from the model's table: what its rows have in the tables of their kinds goes by ON DELETE CASCADE.
pub(super) fn delete(meta: &ModelMeta, mut statement: Delete) -> Result<Delete> {
    if meta.kinds.is_empty() {
        return Ok(statement);
    }
    single(meta, !statement.using.is_empty(), meta.def.table, &statement.returning)?;
    statement.filter = statement.filter.map(|filter| among(meta, Some(filter))).transpose()?;
    Ok(statement)
}

/// An INSERT without objects knows no kinds.
pub(super) fn insert(meta: &ModelMeta) -> Result<()> {
    if meta.kinds.is_empty() {
        return Ok(());
    }
    Err(refuse(meta, "an INSERT of rows that become no objects")
        .advise("add the objects with `session.add_all(…)`, which writes all tables"))
}

fn single(meta: &ModelMeta, others: bool, table: &str, returning: &[Expr]) -> Result<()> {
    if others {
        return Err(refuse(meta, "an UPDATE … FROM or DELETE … USING").advise("filter with a subquery"));
    }
    let elsewhere = returning.iter().any(|expr| match expr {
        Expr::Column { name, .. } => {
            table_of(meta, name) != table && !meta.key.iter().any(|&k| meta.column(k) == *name)
        }
        _ => false,
    });
    if elsewhere {
        return Err(refuse(meta, "RETURNING of another table's columns")
            .advise("give back the key, and select the rows by it"));
    }
    Ok(())
}

fn table_of(meta: &ModelMeta, column: &str) -> &'static str {
    let found = meta.def.columns.iter().find(|c| c.name == column);
    found.and_then(|c| c.kind).map_or(meta.def.table, |kind| kind.table)
}

/// The rows whose key is among those that meet the condition. It is asked in a query of its own around the query, for MySQL reads no table that it is
/// changing.
fn among(meta: &ModelMeta, filter: Option<Expr>) -> Result<Expr> {
    let &[key] = meta.key.as_slice() else {
        return Err(refuse(meta, "an UPDATE or DELETE of many rows, by a key of several columns,")
            .advise("change the objects in a session"));
    };
    let met: Name = "met".into();
    let inner = Select {
        columns: vec![SelectItem { expr: meta.column_expr(key), alias: Some(meta.column(key)) }],
        from: vec![meta.table_ref()],
        filter,
        ..Select::default()
    };
    let outer = Select {
        columns: vec![Expr::Column { table: Some(met.clone()), name: meta.column(key) }.into()],
        from: vec![TableRef::Select { select: Box::new(inner), alias: met }],
        ..Select::default()
    };
    let own = Expr::Column { table: None, name: meta.column(key) };
    Ok(Expr::InSelect { expr: Box::new(own), select: Box::new(outer), negated: false })
}

fn refuse(meta: &ModelMeta, what: &str) -> Error {
    let model = meta.def.name;
    Error::new(
        ErrorKind::State,
        format!("{what} cannot be written for {model}, whose kinds have tables of their own"),
    )
    .on(model)
}
