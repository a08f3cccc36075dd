//! What a migration needs to know of each database, and the crate's one registry of dialects.
//!
//! **Invariant.** Nothing above this folder names a database: a difference is data in [`Rules`], or one of the functions here.

mod effect;
mod inline;
mod live;
mod locks;
mod mysql;
mod mysql_indexes;
mod objects;
mod offline;
mod postgres;
mod sqlite;
mod waits;

pub(crate) use effect::took_effect;
pub(crate) use locks::locks;
pub(crate) use objects::{holds_columns, holds_references, kept_trigger, kept_view};
pub use offline::{Offline, offline};
pub(crate) use waits::{has_beside, long_lock};

use std::time::Duration;

use rebis_engine::{Connection, DatabaseUrl};
use rebis_sql::{Ddl, Dialect, Value};

use crate::op::Op;
use crate::{Error, ErrorKind, Result};

/// What differs between databases as data.
#[derive(Debug)]
pub(crate) struct Rules {
    /// As Alembic calls it in its log.
    pub(crate) impl_name: &'static str,
    /// Whether a table can be in a schema besides the connection's own.
    pub(crate) schemas: bool,
    /// Gives a row when that table is there.
    pub(crate) has_table: fn(schema: Option<&str>, table: &str) -> String,
    /// Gives a row when the version table's column is too narrow, as Alembic makes it; none where no length is enforced.
    pub(crate) is_narrow: fn(schema: Option<&str>, table: &str) -> Option<String>,
    /// Makes it wide; the table is quoted.
    pub(crate) widen: fn(table: &str) -> String,
    /// Takes the lock of a session without waiting: one integer, 1 when it was got. None where a transaction is lock enough.
    pub(crate) try_lock: Option<&'static str>,
    /// Waits a moment before the next try, on the server and without a snapshot of its data.
    pub(crate) pause: &'static str,
    /// Gives the lock back.
    pub(crate) unlock: &'static str,
    /// Limits how long a statement waits for a lock; `None` where that is a part of the URL.
    pub(crate) lock_timeout: fn(Duration) -> Option<String>,
    /// Limits how long a statement runs; `None` where the database cannot.
    pub(crate) statement_timeout: fn(Dialect, Duration) -> Option<String>,
    /// Gives the schema that a name without one belongs to.
    pub(crate) own_schema: &'static str,
    /// Whether the database gives such a name to a unique constraint of these columns that has none.
    pub(crate) names_unique: fn(name: &str, table: &str, columns: &[&str]) -> bool,
    /// How the database is asked in which words it keeps an expression; none where it keeps the words it was given.
    pub(crate) scratch: Option<Scratch>,
}

/// Where tables stand that exist for a question only.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scratch {
    /// In a schema of temporary tables, in a transaction that is rolled back.
    Temporary {
        /// What the schema is called in CREATE.
        schema: &'static str,
        /// Gives its name in the catalogue, when there is one.
        name_of_schema: &'static str,
    },
    /// Beside the others, under names of their own.
    Named,
}

/// The registry.
pub(crate) fn rules(dialect: Dialect) -> Result<&'static Rules> {
    match dialect {
        Dialect::Sqlite => Ok(&sqlite::RULES),
        Dialect::Postgres => Ok(&postgres::RULES),
        Dialect::MySql | Dialect::MariaDb => Ok(&mysql::RULES),
        other => Err(Error::new(
            ErrorKind::Usage,
            format!("migrations do not know {} yet; use another database", other.name()),
        )),
    }
}

/// Whether a connection of its own sees the same database; one in memory belongs to the connection that made it.
pub(crate) fn can_reconnect(url: &DatabaseUrl) -> bool {
    url.dialect() != Dialect::Sqlite || url.file().is_some()
}

/// The URL of a connection for migrations that waits for a lock no longer than `wait`.
pub(crate) fn waiting(url: &DatabaseUrl, wait: Option<Duration>) -> Result<DatabaseUrl> {
    match wait {
        Some(wait) if url.dialect() == Dialect::Sqlite => sqlite::waiting(url, wait),
        _ => Ok(url.clone()),
    }
}

/// The next statements of a migration and how many of the operations they carry out.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) ops: usize,
    pub(crate) statements: Vec<Planned>,
}

/// A statement to run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Planned {
    pub(crate) sql: String,
    pub(crate) binds: Vec<Value>,
}

impl From<String> for Planned {
    fn from(sql: String) -> Self {
        Planned { sql, binds: Vec::new() }
    }
}

/// The statements for the first of `ops`, or the first few where they are done together. The database is as those before left it.
pub(crate) async fn next(conn: &mut Connection, ops: &[Op]) -> Result<Next> {
    match conn.dialect() {
        Dialect::Sqlite => sqlite::next(conn, ops).await,
        dialect => {
            if dialect == Dialect::Postgres
                && let Some(next) = postgres::next(conn, &ops[0]).await?
            {
                return Ok(next);
            }
            if matches!(dialect, Dialect::MySql | Dialect::MariaDb)
                // What is to be made in a way of its own is a statement of its own.
                && !matches!(ops[0], Op::Schema(Ddl::Online { .. }))
                && let Some(next) = mysql_indexes::next(conn, &ops[..alone(ops)]).await?
            {
                return Ok(next);
            }
            let op = live::fill(conn, &ops[0]).await?;
            if live::labels(dialect, &op).is_some() {
                let mut filled = vec![op];
                filled.extend_from_slice(&ops[1..]);
                let statements = live::relabel(conn, &filled).await?.unwrap_or_default();
                return Ok(Next { ops: 1, statements });
            }
            Ok(Next { ops: 1, statements: statements(dialect, &op)? })
        }
    }
}

/// How many operations stand before one that is made in a way of its own.
fn alone(ops: &[Op]) -> usize {
    ops.iter().position(|op| matches!(op, Op::Schema(Ddl::Online { .. }))).unwrap_or(ops.len())
}

/// Whether a migration of these operations runs in one transaction here.
pub(crate) fn is_transactional(dialect: Dialect, ops: &[Op]) -> bool {
    dialect.capabilities().transactional_ddl
        && !(dialect == Dialect::Postgres && postgres::needs_autocommit(ops))
}

/// A statement as the database's own client takes it from a file, its end included.
pub(crate) fn terminated(dialect: Dialect, sql: &str) -> String {
    let sql = sql.trim_end().trim_end_matches(';').trim_end();
    match dialect {
        Dialect::MySql | Dialect::MariaDb => mysql::terminated(dialect, sql),
        _ => inline::ended(sql, ";"),
    }
}

/// What must be put back after a migration.
#[derive(Debug)]
pub(crate) enum Session {
    /// Nothing.
    Unchanged,
    /// SQLite's pragmas, and what was wrong before.
    Sqlite(sqlite::Session),
}

/// Prepares the connection for these operations, before BEGIN.
pub(crate) async fn prepare(conn: &mut Connection, ops: &[Op]) -> Result<Session> {
    match conn.dialect() {
        Dialect::Sqlite => Ok(sqlite::prepare(conn, ops).await?.map_or(Session::Unchanged, Session::Sqlite)),
        _ => Ok(Session::Unchanged),
    }
}

impl Session {
    /// Called behind BEGIN.
    pub(crate) async fn begun(&mut self, conn: &mut Connection) -> Result<()> {
        match self {
            Session::Unchanged => Ok(()),
            Session::Sqlite(session) => session.begun(conn).await,
        }
    }

    /// Checks what the migration made, before COMMIT.
    pub(crate) async fn check(&self, conn: &mut Connection) -> Result<()> {
        match self {
            Session::Unchanged => Ok(()),
            Session::Sqlite(session) => session.check(conn).await,
        }
    }

    /// Puts the connection back, on every way out.
    pub(crate) async fn restore(self, conn: &mut Connection) -> Result<()> {
        match self {
            Session::Unchanged => Ok(()),
            Session::Sqlite(session) => session.restore(conn).await,
        }
    }
}

/// An operation's statements where the dialect writes them without looking at the database. Recorded code has none.
pub(crate) fn statements(dialect: Dialect, op: &Op) -> Result<Vec<Planned>> {
    Ok(match op {
        Op::Schema(ddl) => dialect.ddl(ddl)?.into_iter().map(Planned::from).collect(),
        Op::Execute { sql, binds } => vec![Planned { sql: sql.clone(), binds: binds.clone() }],
        Op::Insert(insert) if insert.rows.is_empty() => Vec::new(),
        Op::Insert(insert) => {
            // A database takes only so many values at once.
            let most = (dialect.capabilities().max_binds / insert.columns.len().max(1)).max(1);
            let mut all = Vec::new();
            for rows in insert.rows.chunks(most) {
                let part = rebis_sql::Insert { rows: rows.to_vec(), ..insert.clone() };
                let done = rebis_sql::compile(&rebis_sql::Statement::Insert(part), dialect)?;
                all.push(Planned { sql: done.sql, binds: done.binds });
            }
            all
        }
        Op::Run(_) => Vec::new(),
    })
}
