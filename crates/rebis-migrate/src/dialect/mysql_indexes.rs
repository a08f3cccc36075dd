//! Indexes and keys that come and go, on MySQL and MariaDB.
//!
//! **Invariants.** A foreign key always has an index; the server refuses to drop the last one that it can use, also when the table goes
//! next. The index that a key brought along goes with it. A column that counts up is a key at any time.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Index, IndexKey, Table};
use rebis_sql::{Ddl, Dialect, Value};

use super::{Next, Planned};
use crate::Result;
use crate::op::Op;

/// The next statements when an index goes: with its table, or after another index was made for the foreign keys that need one.
pub(super) async fn next(conn: &mut Connection, ops: &[Op]) -> Result<Option<Next>> {
    if let Some((schema, table, name)) = dropped_key(&ops[0]) {
        let sql = "SELECT 1 FROM information_schema.statistics WHERE table_schema = coalesce(?, DATABASE()) \
                   AND table_name = ? AND index_name = ? LIMIT 1";
        let within = schema.clone().map_or(Value::Null, Value::Text);
        let binds = [within, Value::Text(table.clone()), Value::Text(name.clone())];
        let (schema, table, name) = (schema.clone(), table.clone(), name.clone());
        let brought = if conn.fetch_optional::<(i64,)>(sql, &binds).await?.is_some() {
            Some(name)
        } else {
            let there = look(conn, schema, table).await?;
            there.and_then(|t| unnamed_index(&t, &name))
        };
        return with_index(conn.dialect(), &ops[0], brought).map(Some);
    }
    let Some((schema, table, _)) = dropped(&ops[0]) else { return plan(conn.dialect(), ops, None) };
    let (schema, table) = (schema.clone(), table.clone());
    let there = look(conn, schema, table).await?;
    plan(conn.dialect(), ops, there.as_ref())
}

async fn look(conn: &mut Connection, schema: Option<String>, table: String) -> Result<Option<Table>> {
    let options =
        InspectOptions { schemas: schema.clone().into_iter().collect(), tables: vec![table.clone()] };
    let found = inspect(conn, &options).await?;
    Ok(found.tables.into_iter().find(|t| t.name == table && (schema.is_none() || t.schema == schema)))
}

/// The index that a foreign key brought along when nobody had named the key: it has the first column's name. One that another key needs
/// stays.
fn unnamed_index(table: &Table, name: &str) -> Option<String> {
    let key = table.foreign_keys.iter().find(|k| k.name.as_deref() == Some(name))?;
    let own = Index::new(key.columns.first()?.clone(), key.columns.iter().cloned());
    let needed = table.foreign_keys.iter().any(|k| k != key && key.columns.starts_with(&k.columns));
    let there = table.indexes.iter().any(|i| i.name == own.name && i.keys == own.keys && !i.unique);
    (there && !needed).then_some(own.name)
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

/// The schema, table and name of a foreign key that goes.
fn dropped_key(op: &Op) -> Option<(&Option<String>, &String, &String)> {
    match op.to_ddl()? {
        Ddl::DropConstraint { schema, table, name, kind: ConstraintKind::ForeignKey } => {
            Some((schema, table, name))
        }
        _ => None,
    }
}

/// A foreign key goes with the index that it brought along.
fn with_index(dialect: Dialect, op: &Op, brought: Option<String>) -> Result<Next> {
    let mut statements = Vec::new();
    if let (Some(ddl), Some((schema, table, _))) = (op.to_ddl(), dropped_key(op)) {
        statements = dialect.ddl(ddl)?;
        if let Some(name) = brought {
            let (schema, table) = (schema.clone(), table.clone());
            statements.extend(dialect.ddl(&Ddl::DropIndex {
                schema,
                table,
                name,
                if_exists: false,
                concurrently: false,
            })?);
        }
    }
    Ok(Next { ops: 1, statements: statements.into_iter().map(Planned::from).collect() })
}

/// Whether the foreign key had to bring an index: no other begins with its columns.
fn brings_index(table: &Table, name: &str) -> bool {
    let Some(key) = table.foreign_keys.iter().find(|k| k.name.as_deref() == Some(name)) else { return false };
    let first = |index: &Index| -> Vec<String> {
        let plain = index.keys.iter().map_while(|k| match k {
            IndexKey::Column { name, .. } => Some(name.clone()),
            IndexKey::Expression(_) => None,
        });
        plain.collect()
    };
    let uniques = table.uniques.iter().map(|u| u.columns.clone());
    let keys = table.primary_key.iter().map(|k| k.columns.clone());
    let mut all = table.indexes.iter().map(first).chain(uniques).chain(keys);
    !all.any(|columns| columns.starts_with(&key.columns))
}

/// A key that goes or comes together with the column that counts up: such a column has to be a key at any time.
fn with_key(dialect: Dialect, ops: &[Op]) -> Result<Option<Next>> {
    let fits = |op: &Op| match op.to_ddl() {
        Some(
            Ddl::AddConstraint { constraint: Constraint::PrimaryKey(_), .. }
            | Ddl::DropConstraint { kind: ConstraintKind::PrimaryKey, .. }
            | Ddl::DropColumn { .. },
        ) => op.table() == ops[0].table(),
        Some(Ddl::AddColumn { column, .. }) => column.comment.is_none() && op.table() == ops[0].table(),
        _ => false,
    };
    let count = ops.iter().take_while(|op| fits(op)).count();
    let group = &ops[..count];
    let concerns_key = |op: &Op| {
        matches!(
            op.to_ddl(),
            Some(
                Ddl::AddConstraint { constraint: Constraint::PrimaryKey(_), .. }
                    | Ddl::DropConstraint { kind: ConstraintKind::PrimaryKey, .. }
            )
        )
    };
    if count < 2 || !group.iter().any(concerns_key) {
        return Ok(None);
    }
    let mut whole = String::new();
    for op in group {
        let Some(ddl) = op.to_ddl() else { return Ok(None) };
        for sql in dialect.ddl(ddl)? {
            // `ALTER TABLE t ` is the same in all of them.
            let place = if whole.is_empty() { Some(0) } else { common(&whole, &sql) };
            let Some(at) = place else { return Ok(None) };
            whole.push_str(if at == 0 { "" } else { ", " });
            whole.push_str(&sql[at..]);
        }
    }
    Ok(Some(Next { ops: count, statements: vec![Planned::from(whole)] }))
}

/// Where what follows the table's name begins, in a second change of the same table.
fn common(first: &str, sql: &str) -> Option<usize> {
    let length = first.bytes().zip(sql.bytes()).take_while(|(a, b)| a == b).count();
    let head = &sql[..length];
    head.rfind("` ").map(|i| i + 2)
}

/// The same for a table that is known: `there` is what inspection finds, or would find.
pub(super) fn plan(dialect: Dialect, ops: &[Op], there: Option<&Table>) -> Result<Option<Next>> {
    if let Some(next) = with_table(dialect, ops)? {
        return Ok(Some(next));
    }
    if let Some(next) = with_key(dialect, ops)? {
        return Ok(Some(next));
    }
    if let (Some(there), Some((_, _, name))) = (there, dropped_key(&ops[0])) {
        let brought = unnamed_index(there, name).or_else(|| brings_index(there, name).then(|| name.clone()));
        return with_index(dialect, &ops[0], brought).map(Some);
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
