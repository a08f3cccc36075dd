//! Migrations on SQLite: what ALTER TABLE cannot do is done by making the table anew.
//!
//! **Invariants.** Foreign keys are off before BEGIN whenever a table may be dropped or made anew, because DROP TABLE would delete the rows
//! that refer to it; they are checked before COMMIT and on again on every way out. Views and triggers that worked before work after.

mod check;
mod edit;
mod offline;
mod piece;
mod rebuild;
mod text;
mod token;

use std::time::Duration;

use rebis_engine::{Connection, DatabaseUrl};
use rebis_sql::{CompileError, Ddl, Dialect};

use super::{Next, Planned, Rules, statements};
use crate::op::Op;
use crate::{Error, ErrorKind, Result};
use check::Health;
pub(super) use offline::{frame, offline};
use rebuild::{Found, TEMPORARY, editable, literal, quote};

pub(super) static RULES: Rules = Rules {
    impl_name: "SQLiteImpl",
    schemas: false,
    has_table: |_, table| {
        format!("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{}'", table.replace('\'', "''"))
    },
    is_narrow: |_, _| None,
    widen: |_| String::new(),
    // BEGIN IMMEDIATE lets one writer in.
    try_lock: None,
    pause: "",
    unlock: "",
    // The driver waits, not SQLite: it is in the URL.
    lock_timeout: |_| None,
    statement_timeout: |_, _| None,
    own_schema: "SELECT 'main'",
    names_unique: |_, _, _| false,
    scratch: None,
};

/// The URL of a connection that waits for a lock no longer than that.
pub(super) fn waiting(url: &DatabaseUrl, wait: Duration) -> Result<DatabaseUrl> {
    let url = url.reveal();
    let sign = if url.contains('?') { '&' } else { '?' };
    Ok(DatabaseUrl::parse(&format!("{url}{sign}busy_timeout={}", wait.as_millis()))?)
}

/// Whether ALTER TABLE has no words for it.
fn needs_rebuild(op: &Op) -> bool {
    op.to_ddl().is_some_and(|ddl| {
        editable(ddl).is_some() && matches!(Dialect::Sqlite.ddl(ddl), Err(CompileError::Unsupported(_)))
    })
}

/// Whether the table is made anew for it.
pub(super) fn copies_rows(op: &Op) -> bool {
    needs_rebuild(op)
}

fn may_need_rebuild(op: &Op) -> bool {
    needs_rebuild(op) || matches!(op.to_ddl(), Some(Ddl::DropColumn { .. }))
}

/// Whether a table may be dropped, by the script or to make it anew. With foreign keys on, that deletes the rows that refer to it.
fn may_drop(op: &Op) -> bool {
    may_need_rebuild(op) || matches!(op.to_ddl(), Some(Ddl::DropTable { .. }))
}

/// The next statements: one operation, or all neighbours on one table when one of them needs the table made anew.
pub(super) async fn next(conn: &mut Connection, ops: &[Op]) -> Result<Next> {
    let one = |statements| Ok(Next { ops: 1, statements });
    let Some(place) = ops[0].to_ddl().and_then(editable) else {
        return one(statements(Dialect::Sqlite, &ops[0])?);
    };
    let neighbours: Vec<&Ddl> = ops
        .iter()
        .map_while(|op| op.to_ddl().filter(|ddl| editable(ddl).is_some_and(|p| same(p, place))))
        .collect();
    let group = &ops[..neighbours.len()];
    if !group.iter().any(may_need_rebuild) {
        return one(statements(Dialect::Sqlite, &ops[0])?);
    }
    let (schema, table) = place;
    let found = read(conn, table).await?;
    let in_place = |ddl: &&Ddl| matches!(ddl, Ddl::DropColumn { column, .. } if found.as_ref().is_some_and(|f| f.drops_in_place(column)));
    if !group.iter().any(needs_rebuild)
        && neighbours.iter().filter(|d| matches!(d, Ddl::DropColumn { .. })).all(in_place)
    {
        return one(statements(Dialect::Sqlite, &ops[0])?);
    }
    let refuse = |why: String| {
        Error::new(ErrorKind::Migration, format!("table {table} cannot be changed as the script says: {why}"))
    };
    if schema.is_some_and(|s| !s.eq_ignore_ascii_case("main")) {
        return Err(refuse(String::from(
            "it is in an attached database, where tables are not made anew; open that database by itself",
        )));
    }
    let found = found.ok_or_else(|| refuse(String::from("there is no such table")))?;
    let mut sql = vec![];
    let leftover = format!("{TEMPORARY}{}", found.name);
    if exists(conn, &leftover).await? {
        sql.push(format!("DROP TABLE {}", quote(&leftover)));
    }
    sql.extend(rebuild::rebuild(&found, &neighbours).map_err(refuse)?);
    Ok(Next { ops: group.len(), statements: sql.into_iter().map(Planned::from).collect() })
}

fn same(a: (Option<&str>, &str), b: (Option<&str>, &str)) -> bool {
    a.0.unwrap_or("main").eq_ignore_ascii_case(b.0.unwrap_or("main")) && a.1.eq_ignore_ascii_case(b.1)
}

async fn exists(conn: &mut Connection, table: &str) -> Result<bool> {
    let sql = format!("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = {}", literal(table));
    Ok(conn.fetch_optional::<(i64,)>(&sql, &[]).await?.is_some())
}

/// What the database says of a table.
async fn read(conn: &mut Connection, table: &str) -> Result<Option<Found>> {
    let sql = format!(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = {} COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid",
        literal(table)
    );
    let mut found = Found::default();
    for (kind, name, sql) in conn.fetch_all::<(String, String, String)>(&sql, &[]).await? {
        match kind.as_str() {
            "table" => (found.name, found.create) = (name, sql),
            "index" => found.indexes.push((name, sql)),
            "trigger" => found.triggers.push((name, sql)),
            _ => {}
        }
    }
    if found.create.is_empty() {
        return Ok(None);
    }
    if exists(conn, "sqlite_sequence").await? {
        let sql = format!("SELECT seq FROM sqlite_sequence WHERE name = {}", literal(&found.name));
        found.counter = conn.fetch_optional::<(i64,)>(&sql, &[]).await?.map(|(n,)| n);
    }
    Ok(Some(found))
}

/// The connection's state before a migration that may make tables anew.
#[derive(Debug)]
pub(crate) struct Session {
    foreign_keys: bool,
    legacy: bool,
    before: Health,
}

/// Foreign keys off; BEGIN comes after it, inside a transaction the pragma would do nothing.
pub(super) async fn prepare(conn: &mut Connection, ops: &[Op]) -> Result<Option<Session>> {
    if !ops.iter().any(may_drop) {
        return Ok(None);
    }
    let foreign_keys = flag(conn, "foreign_keys").await?;
    let legacy = flag(conn, "legacy_alter_table").await?;
    set(conn, "foreign_keys", false).await?;
    set(conn, "legacy_alter_table", false).await?;
    Ok(Some(Session { foreign_keys, legacy, before: Health::default() }))
}

impl Session {
    pub(super) async fn begun(&mut self, conn: &mut Connection) -> Result<()> {
        self.before = Health::of(conn).await?;
        Ok(())
    }

    pub(super) async fn check(&self, conn: &mut Connection) -> Result<()> {
        let after = Health::of(conn).await?;
        match after.worse_than(&self.before) {
            None => Ok(()),
            Some(why) => Err(Error::new(ErrorKind::Migration, why)),
        }
    }

    pub(super) async fn restore(self, conn: &mut Connection) -> Result<()> {
        let first = set(conn, "foreign_keys", self.foreign_keys).await;
        set(conn, "legacy_alter_table", self.legacy).await?;
        first
    }
}

async fn flag(conn: &mut Connection, pragma: &str) -> Result<bool> {
    Ok(conn.fetch_optional::<(i64,)>(&format!("PRAGMA {pragma}"), &[]).await?.is_some_and(|(on,)| on != 0))
}

async fn set(conn: &mut Connection, pragma: &str, on: bool) -> Result<()> {
    let on = if on { "ON" } else { "OFF" };
    Ok(conn.script(&format!("PRAGMA {pragma} = {on}")).await?)
}
