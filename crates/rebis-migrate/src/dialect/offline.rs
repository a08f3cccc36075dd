//! The statements of a migration where no database is asked: what `--sql` prints.
//!
//! **Invariant.** What the statements need to know of a table comes from the history that was replayed; what the history does not say is an
//! error that names it, never a guess.

use rebis_engine::as_inspected;
use rebis_sql::schema::{Column, Schema, Table};
use rebis_sql::{Ddl, Dialect};

use super::inline::inline;
use super::{Planned, is_transactional, live, mysql_indexes, sqlite, statements};
use crate::op::{Op, UNKNOWN_TYPE};
use crate::{Error, ErrorKind, Result};

/// One migration as SQL text: what `--sql` prints of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offline {
    /// Before BEGIN.
    pub before: Vec<String>,
    /// Whether the statements stand between BEGIN and COMMIT, with the move of the version table's row.
    pub transactional: bool,
    /// The migration, each without its semicolon. A statement may begin with lines of comment.
    pub statements: Vec<String>,
    /// Behind COMMIT.
    pub after: Vec<String>,
}

/// A migration's statements for a database in which `known` is what the history made so far; `known` goes along.
///
/// ```
/// use rebis_migrate::{Operations, offline};
/// use rebis_sql::{Dialect, SqlType, schema::Schema};
///
/// let mut op = Operations::new();
/// op.add_column("user", "age", SqlType::Integer);
/// let made = offline(Dialect::Postgres, op.ops(), &mut Schema::default())?;
/// assert_eq!(made.statements, ["ALTER TABLE \"user\" ADD COLUMN \"age\" INTEGER"]);
/// assert!(made.transactional);
/// # Ok::<(), rebis_migrate::Error>(())
/// ```
///
/// # Errors
/// When an operation needs a connection: code that must see data, or a change of a table that the history did not make where the database
/// has to be told the whole of it.
pub fn offline(dialect: Dialect, ops: &[Op], known: &mut Schema) -> Result<Offline> {
    let mut made = Offline { transactional: is_transactional(dialect, ops), ..Offline::default() };
    (made.before, made.after) = match dialect {
        Dialect::Sqlite => sqlite::frame(ops),
        _ => Default::default(),
    };
    let mut at = 0;
    while at < ops.len() {
        let (taken, planned) = match dialect {
            Dialect::Sqlite => sqlite::offline(&ops[at..], known)?,
            _ => next(dialect, &ops[at..], known)?,
        };
        for statement in planned {
            made.statements.push(inline(dialect, &statement.sql, &statement.binds)?);
        }
        for op in &ops[at..at + taken] {
            // A table that some statement of the script's own made is not known; what needs to know it says so by itself.
            let _ = op.apply(known);
        }
        at += taken;
    }
    Ok(made)
}

/// The statements for the first of `ops`, or the first few.
fn next(dialect: Dialect, ops: &[Op], known: &Schema) -> Result<(usize, Vec<Planned>)> {
    if matches!(dialect, Dialect::MySql | Dialect::MariaDb) {
        let there = ops[0].table().and_then(|(schema, name)| find(known, schema, name));
        let there = there.map(|t| as_inspected(dialect, t));
        if let Some(next) = mysql_indexes::plan(dialect, ops, there.as_ref())? {
            return Ok((next.ops, next.statements));
        }
    }
    if let Some((_, there, _)) = live::labels(dialect, &ops[0])
        && let Some(planned) = live::relabeled(dialect, ops, there, known)?
    {
        return Ok((1, planned));
    }
    written(dialect, &ops[0], known).map(|statements| (1, statements))
}

/// One operation's statements.
pub(super) fn written(dialect: Dialect, op: &Op, known: &Schema) -> Result<Vec<Planned>> {
    match op {
        Op::Run(_) => Err(Error::new(
            ErrorKind::Usage,
            "the script runs code that must see data (op.run), which cannot be printed as SQL; run this migration with a connection, or \
             write the step with op.execute or op.bulk_insert",
        )),
        Op::Schema(ddl) => statements(dialect, &Op::Schema(filled(dialect, ddl, known)?)),
        op => statements(dialect, op),
    }
}

/// The change with the altered column as the scripts before it say, where this one does not.
fn filled(dialect: Dialect, ddl: &Ddl, known: &Schema) -> Result<Ddl> {
    Ok(match ddl {
        Ddl::Online { change, algorithm, lock } => Ddl::Online {
            change: Box::new(filled(dialect, change, known)?),
            algorithm: algorithm.clone(),
            lock: lock.clone(),
        },
        Ddl::AlterColumn { schema, table, existing, change } if existing.ty == UNKNOWN_TYPE => {
            let column = find(known, schema.as_deref(), table).and_then(|t| t.column(&existing.name));
            let existing = match column {
                Some(column) => column.clone(),
                None if dialect.capabilities().named_enums && change.collation.is_none() => existing.clone(),
                None => return Err(unknown_column(dialect, table, existing)),
            };
            let (schema, table, change) = (schema.clone(), table.clone(), change.clone());
            Ddl::AlterColumn { schema, table, existing, change }
        }
        Ddl::AlterTableOption { schema, table, .. } if live::brings_columns(dialect, ddl) => {
            match find(known, schema.as_deref(), table) {
                Some(there) => live::with_columns(ddl, there),
                None => {
                    return Err(Error::new(
                        ErrorKind::Usage,
                        format!(
                            "the columns of {table} follow its collation, and no script before this one says what they are; run this migration with a connection"
                        ),
                    ));
                }
            }
        }
        Ddl::AlterColumn { schema, table, existing, change }
            if live::may_lose_collation(dialect, existing, change) =>
        {
            let known = find(known, schema.as_deref(), table).and_then(|t| t.column(&existing.name));
            let collation = known.and_then(|c| c.collation.clone());
            let (schema, table, change) = (schema.clone(), table.clone(), change.clone());
            Ddl::AlterColumn { schema, table, existing: Column { collation, ..existing.clone() }, change }
        }
        ddl => ddl.clone(),
    })
}

fn unknown_column(dialect: Dialect, table: &str, column: &Column) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!(
            "{} needs the whole of {table}.{} to alter it, and neither the script (.existing_type(…)) nor an earlier one says what it is",
            dialect.name(),
            column.name
        ),
    )
}

pub(super) fn find<'a>(known: &'a Schema, schema: Option<&str>, table: &str) -> Option<&'a Table> {
    known.tables.iter().find(|t| t.schema.as_deref() == schema && t.name == table)
}
