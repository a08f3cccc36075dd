//! The journal of a migration that its database commits statement by statement: what is done, and what was in flight.
//!
//! **Invariants.** A statement is in it before it runs; one that only changes data and its line are one transaction. A finished migration
//! leaves no line, in the transaction that moves the version table's rows, so lines mean a migration that was begun and not finished. The
//! table is there only while it may be needed.

use rebis_engine::Connection;
use rebis_sql::schema::{Column, PrimaryKey, Table};
use rebis_sql::{Expr, Insert, SqlType, Value};

use crate::graph::Direction;
use crate::{Result, ledger};

/// The table's name.
pub(crate) const TABLE: &str = "rebis_journal";

/// A statement of a migration that was begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its place in the journal.
    pub(crate) seq: i64,
    pub(crate) revision: String,
    /// `upgrade` or `downgrade`.
    pub(crate) direction: String,
    /// The first of the operations that the statement is for, and how many they are.
    pub(crate) op: usize,
    pub(crate) ops: usize,
    /// Its place among the statements of these operations, and how many these are.
    pub(crate) statement: usize,
    pub(crate) statements: usize,
    /// The first operation, in words.
    pub(crate) what: String,
    pub(crate) sql: String,
    /// It ran to its end.
    pub(crate) done: bool,
}

impl Line {
    pub(crate) fn direction(&self) -> Direction {
        if self.direction == "downgrade" { Direction::Downgrade } else { Direction::Upgrade }
    }

    /// The operation behind those of this statement, when it was their last.
    pub(crate) fn behind(&self) -> Option<usize> {
        (self.done && self.statement + 1 == self.statements).then_some(self.op + self.ops)
    }
}

fn table() -> Table {
    let number = |name: &str| Column::new(name, SqlType::BigInteger).not_null();
    let text = |name: &str| Column::new(name, SqlType::Text).not_null();
    let word = |name: &str, length| Column::new(name, SqlType::String(Some(length))).not_null();
    let mut table = Table::new(TABLE);
    table.columns = vec![
        number("seq"),
        word("revision", 255),
        word("direction", 16),
        number("op"),
        number("ops"),
        number("statement"),
        number("statements"),
        text("what"),
        text("statement_text"),
        word("state", 8),
    ];
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["seq".into()] });
    table
}

/// Makes the table if it is not there.
pub(crate) async fn ensure(conn: &mut Connection) -> Result<()> {
    ledger::ensure_table(conn, table()).await
}

/// The lines, in the order in which they were written; none when there is no table.
pub(crate) async fn read(conn: &mut Connection) -> Result<Vec<Line>> {
    if !ledger::has_table(conn, TABLE).await? {
        return Ok(Vec::new());
    }
    let sql = "SELECT seq, revision, direction, op, ops, statement, statements, what, statement_text, state FROM rebis_journal ORDER BY seq";
    let mut lines = Vec::new();
    conn.query(sql, &[], |row| {
        let number = |i: i64| usize::try_from(i).unwrap_or_default();
        lines.push(Line {
            seq: row.get(0)?,
            revision: row.get(1)?,
            direction: row.get(2)?,
            op: number(row.get(3)?),
            ops: number(row.get(4)?),
            statement: number(row.get(5)?),
            statements: number(row.get(6)?),
            what: row.get(7)?,
            sql: row.get(8)?,
            done: row.get::<String>(9)? == "done",
        });
        Ok(())
    })
    .await?;
    Ok(lines)
}

/// Adds a line.
pub(crate) async fn add(conn: &mut Connection, line: &Line) -> Result<()> {
    let number = |n: usize| Expr::Value(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)));
    let text = |t: &str| Expr::Value(Value::Text(t.to_owned()));
    let mut insert = Insert::into(TABLE);
    let columns = table().columns.into_iter().map(|c| c.name.into());
    insert.columns = columns.collect();
    insert.rows = vec![vec![
        Expr::Value(Value::Int(line.seq)),
        text(&line.revision),
        text(&line.direction),
        number(line.op),
        number(line.ops),
        number(line.statement),
        number(line.statements),
        text(&line.what),
        text(&line.sql),
        text(if line.done { "done" } else { "begun" }),
    ]];
    let compiled = rebis_sql::compile(&rebis_sql::Statement::Insert(insert), conn.dialect())?;
    conn.execute(&compiled.sql, &compiled.binds).await?;
    Ok(())
}

/// Says that a line's statement ran to its end.
pub(crate) async fn finish(conn: &mut Connection, seq: i64) -> Result<()> {
    conn.script(&format!("UPDATE rebis_journal SET state = 'done' WHERE seq = {seq}")).await?;
    Ok(())
}

/// Forgets a line whose statement did nothing.
pub(crate) async fn forget(conn: &mut Connection, seq: i64) -> Result<()> {
    conn.script(&format!("DELETE FROM rebis_journal WHERE seq = {seq}")).await?;
    Ok(())
}

/// Takes the table away when it has no line: then it says nothing, and a tool that compares the database with its models would ask what it is.
pub(crate) async fn retire(conn: &mut Connection) -> Result<()> {
    if ledger::has_table(conn, TABLE).await? && read(conn).await?.is_empty() {
        conn.script("DROP TABLE rebis_journal").await?;
    }
    Ok(())
}

/// Forgets everything.
pub(crate) async fn clear(conn: &mut Connection) -> Result<()> {
    conn.script("DELETE FROM rebis_journal").await?;
    Ok(())
}
