//! A column as it is in the database now. Invariant: asked for only where a script does not say it.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_sql::ddl::{ColumnChange, Constraint};
use rebis_sql::schema::{Column, Schema, ServerDefault, Table};
use rebis_sql::{Ddl, Dialect, SqlType, Value};

use super::{Planned, statements};
use crate::op::{Op, UNKNOWN_TYPE};
use crate::{Error, ErrorKind, Result};

/// The operation with the altered column as it really is, where the script left that open.
pub(super) async fn fill(conn: &mut Connection, op: &Op) -> Result<Op> {
    let Some(Ddl::AlterColumn { schema, table, existing, change }) = op.to_ddl() else {
        return follow(conn, op).await;
    };
    // Where enums are types only a change of type depends on what was: the default that goes and comes back.
    let needed = !conn.dialect().capabilities().named_enums;
    let said = existing.ty != UNKNOWN_TYPE;
    let asks =
        if said { may_lose_collation(conn.dialect(), existing, change) } else { needed || types(change) };
    if !asks {
        return Ok(op.clone());
    }
    let found = match column(conn, schema.as_deref(), table, &existing.name).await? {
        Ok(existing) => existing,
        Err(why) if needed => return Err(Error::new(ErrorKind::Migration, why)),
        // It may be in a schema that was not looked at; the database knows.
        Err(_) => return Ok(op.clone()),
    };
    // What the script says counts; what it leaves out would be lost.
    let existing = if said { Column { collation: found.collation, ..existing.clone() } } else { found };
    let (schema, table, change) = (schema.clone(), table.clone(), change.clone());
    let filled = Ddl::AlterColumn { schema, table, existing, change };
    Ok(Op::Schema(match op {
        Op::Schema(Ddl::Online { algorithm, lock, .. }) => {
            Ddl::Online { change: Box::new(filled), algorithm: algorithm.clone(), lock: lock.clone() }
        }
        _ => filled,
    }))
}

/// The operation with the columns that follow the table's collation, where that changes.
async fn follow(conn: &mut Connection, op: &Op) -> Result<Op> {
    let Some(ddl @ Ddl::AlterTableOption { schema, table, .. }) = op.to_ddl() else { return Ok(op.clone()) };
    if !brings_columns(conn.dialect(), ddl) {
        return Ok(op.clone());
    }
    let schemas = schema.iter().cloned().collect();
    let found = inspect(conn, &InspectOptions { schemas, tables: vec![table.clone()] }).await?;
    let there = found.tables.iter().find(|t| t.name == *table && t.schema == *schema);
    Ok(Op::Schema(there.map_or_else(|| ddl.clone(), |there| with_columns(ddl, there))))
}

/// Whether columns follow the option.
pub(super) fn brings_columns(dialect: Dialect, ddl: &Ddl) -> bool {
    let of = |option: &str| option.ends_with("_collate") || option.ends_with("_charset");
    // Where a column's type is its text, a table has no collation.
    let has = dialect.capabilities().alter_table && !dialect.capabilities().named_enums;
    matches!(ddl, Ddl::AlterTableOption { option, .. } if has && of(option))
}

/// The change with the columns of the table that have its collation.
pub(super) fn with_columns(ddl: &Ddl, there: &Table) -> Ddl {
    let mut ddl = ddl.clone();
    if let Ddl::AlterTableOption { columns, keep, .. } = &mut ddl {
        // Of a type without a name only its spelling says whether it holds text.
        let text = |ty: &SqlType| match ty {
            SqlType::Other(spelled) => ["char", "set"].iter().any(|s| spelled.to_lowercase().starts_with(s)),
            ty => is_text(ty),
        };
        let follows = |c: &&Column| c.collation.is_none() && text(&c.ty) && !keep.contains(&c.name);
        *columns = there.columns.iter().filter(follows).cloned().collect();
    }
    ddl
}

fn is_text(ty: &SqlType) -> bool {
    matches!(
        ty,
        SqlType::String(_)
            | SqlType::Text
            | SqlType::Enum { .. }
            | SqlType::Uuid
            | SqlType::Array(_)
            | SqlType::Other(_)
    )
}

/// Whether the statement writes the column's type, on which its collation depends.
fn types(change: &ColumnChange) -> bool {
    change.ty.is_some() || change.collation.is_some()
}

/// Whether a change of the column would give it another collation in passing: the script does not say the one that is there.
pub(super) fn may_lose_collation(dialect: Dialect, existing: &Column, change: &ColumnChange) -> bool {
    let whole = !dialect.capabilities().named_enums;
    let written = types(change) || (whole && *change != ColumnChange::default());
    written && is_text(&existing.ty) && existing.collation.is_none() && change.collation.is_none()
}

/// The statements of new labels of an enum type, which all of its columns get at once; `None` when the operation is about something else.
pub(super) async fn relabel(conn: &mut Connection, ops: &[Op]) -> Result<Option<Vec<Planned>>> {
    let dialect = conn.dialect();
    let Some((name, ..)) = labels(dialect, &ops[0]) else { return Ok(None) };
    let sql = "SELECT l.enumlabel::text FROM pg_enum l JOIN pg_type t ON t.oid = l.enumtypid \
               WHERE t.typname = $1 AND pg_type_is_visible(t.oid) ORDER BY l.enumsortorder";
    let there: Vec<String> = conn.fetch_values(sql, &[Value::Text(name.to_owned())]).await?;
    let options = InspectOptions { schemas: all_schemas(conn).await?, tables: Vec::new() };
    let found =
        if needs_columns(&there, ops, dialect) { inspect(conn, &options).await? } else { Schema::default() };
    relabeled(dialect, ops, &there, &found)
}

/// Every schema: a type may be used in any.
async fn all_schemas(conn: &mut Connection) -> Result<Vec<String>> {
    let sql = "SELECT schema_name::text FROM information_schema.schemata WHERE schema_name NOT LIKE 'pg\\_%' \
               AND schema_name NOT IN ('information_schema', current_schema())";
    Ok(conn.fetch_values(sql, &[]).await?)
}

/// The type's name, the labels the operation knows of and those it wants.
pub(super) fn labels(dialect: Dialect, op: &Op) -> Option<(&str, &[String], &[String])> {
    if !dialect.capabilities().named_enums {
        return None;
    }
    match op.to_ddl()? {
        Ddl::AlterType { name, from, to, .. } => Some((name, from, to)),
        Ddl::AlterColumn { existing, change, .. } => {
            let (wanted, to) = of_enum(change.ty.as_ref()?)?;
            let (name, from) = of_enum(&existing.ty)?;
            (name == wanted).then_some((name, from, to))
        }
        _ => None,
    }
}

fn of_enum(ty: &SqlType) -> Option<(&str, &[String])> {
    match ty {
        SqlType::Enum { name, values } => Some((name, values)),
        SqlType::Array(of) => of_enum(of),
        _ => None,
    }
}

/// Whether columns move to a type made anew: a label goes or moves, or a later operation needs one that comes now.
fn needs_columns(there: &[String], ops: &[Op], dialect: Dialect) -> bool {
    let Some((_, _, to)) = labels(dialect, &ops[0]) else { return false };
    let new = |text: &str| to.iter().any(|l| l == text) && !there.iter().any(|l| l == text);
    let needed = |default: &Option<ServerDefault>| match default {
        Some(ServerDefault::Value(Value::Text(text))) => new(text),
        Some(ServerDefault::Sql(_)) => true,
        _ => false,
    };
    let uses = |op: &Op| match op {
        Op::Schema(Ddl::AddColumn { column, .. }) => needed(&column.default),
        Op::Schema(Ddl::AlterColumn { change, .. }) => change.default.as_ref().is_some_and(needed),
        Op::Schema(Ddl::AddConstraint { constraint: Constraint::Check(_), .. } | Ddl::CreateIndex { .. }) => {
            true
        }
        Op::Schema(Ddl::CreateTable { table, .. }) => {
            !table.checks.is_empty() || table.columns.iter().any(|c| needed(&c.default))
        }
        Op::Schema(_) => false,
        // What the script itself does may need it.
        Op::Execute { .. } | Op::Insert(_) | Op::Run(_) => true,
    };
    let kept = to.iter().filter(|label| there.contains(label)).eq(there);
    there != to && (!kept || ops.iter().any(uses))
}

/// The statements, given the labels that are there and the tables that are known.
pub(super) fn relabeled(
    dialect: Dialect,
    ops: &[Op],
    there: &[String],
    known: &Schema,
) -> Result<Option<Vec<Planned>>> {
    let Some((name, _, to)) = labels(dialect, &ops[0]) else { return Ok(None) };
    let mut planned = Vec::new();
    if there != to {
        let columns = known.tables.iter().flat_map(|t| t.columns.iter().map(move |c| (t, c)));
        let used_by = columns
            .filter(|(_, c)| of_enum(&c.ty).is_some_and(|(n, _)| n == name))
            .map(|(t, c)| (t.schema.clone(), t.name.clone(), c.clone()))
            .collect();
        let anew = needs_columns(there, ops, dialect);
        let change =
            Ddl::AlterType { name: name.to_owned(), from: there.to_vec(), to: to.to_vec(), anew, used_by };
        planned.extend(dialect.ddl(&change)?.into_iter().map(Planned::from));
    }
    if let Some(Ddl::AlterColumn { schema, table, existing, change }) = ops[0].to_ddl() {
        let mut rest = change.clone();
        let mut existing = existing.clone();
        existing.ty = rest.ty.take().unwrap_or(existing.ty);
        let (schema, table) = (schema.clone(), table.clone());
        planned
            .extend(statements(dialect, &Ddl::AlterColumn { schema, table, existing, change: rest }.into())?);
    }
    Ok(Some(planned))
}

/// The column, or why there is none.
async fn column(
    conn: &mut Connection,
    schema: Option<&str>,
    table: &str,
    column: &str,
) -> Result<Result<Column, String>> {
    let options = InspectOptions {
        schemas: schema.map(str::to_owned).into_iter().collect(),
        tables: vec![table.to_owned()],
    };
    let found = inspect(conn, &options).await?;
    let there = found
        .tables
        .into_iter()
        .find(|t| t.name.eq_ignore_ascii_case(table) && (schema.is_none() || t.schema.as_deref() == schema));
    let Some(there) = there else {
        return Ok(Err(format!(
            "there is no table {table}; create it first, or correct the name in the script"
        )));
    };
    let names: Vec<&str> = there.columns.iter().map(|c| c.name.as_str()).collect();
    let live = there.columns.iter().find(|c| c.name.eq_ignore_ascii_case(column)).cloned();
    Ok(live.ok_or_else(|| format!("table {table} has no column {column}; it has {}", names.join(", "))))
}
