//! One migration where the database commits each change of the schema by itself; the lock keeps others out.
//!
//! **Invariant.** At any moment the journal says which statements are in the database, but for the one that was in flight.

use std::time::Instant;

use rebis_engine::Connection;

use super::failure::{Place, is_several};
use super::step::{Failed, Progress, Step};
use super::{Run, command};
use crate::dialect::{self, Planned};
use crate::journal::{self, Line};
use crate::op::Op;
use crate::{Result, lock};

/// Where a migration that was begun goes on.
#[derive(Debug, Default)]
pub(super) struct From {
    /// The first operation that is not in the database whole.
    pub(super) op: usize,
    /// Statements of it that are.
    pub(super) done: Vec<String>,
    /// The next place in the journal.
    pub(super) seq: i64,
    /// What was applied before, in words.
    pub(super) applied: Vec<String>,
}

pub(super) async fn run(
    step: &Step<'_>,
    conn: &mut Connection,
    run: &Run<'_>,
    from: From,
    start: Instant,
) -> Result<()> {
    let mut progress = Progress { applied: from.applied.clone(), next: from.op };
    let ran = async {
        run.ensure(conn).await.map_err(Failed::at(Place::VersionTable))?;
        journal::ensure(conn).await.map_err(Failed::at(Place::VersionTable))?;
        step.announce();
        apply(step, conn, from, &mut progress).await?;
        finish(step, conn, start).await
    }
    .await;
    match ran {
        Ok(()) => Ok(()),
        Err(failed) => {
            if conn.in_transaction() {
                let _ = conn.rollback().await;
            }
            Err(step.explain(conn, &progress, failed))
        }
    }
}

/// The row moves and the journal ends, both or none.
async fn finish(step: &Step<'_>, conn: &mut Connection, start: Instant) -> Result<(), Failed> {
    lock::begin(conn, step.options.tries()).await.map_err(Failed::at(Place::VersionTable))?;
    step.record(conn, start).await?;
    journal::clear(conn).await.map_err(Failed::at(Place::VersionTable))?;
    conn.commit().await.map_err(Failed::at(Place::Commit))
}

async fn apply(
    step: &Step<'_>,
    conn: &mut Connection,
    from: From,
    progress: &mut Progress,
) -> Result<(), Failed> {
    // What an earlier operation set in the session is gone with the session.
    for op in &step.ops[..from.op] {
        if let Op::Execute { sql, .. } = op
            && is_of_session(sql)
        {
            conn.script(sql).await.map_err(Failed::at(Place::Op {
                at: 0,
                ops: 1,
                sql: Some(sql.clone()),
            }))?;
        }
    }
    let (mut at, mut seq, mut done) = (from.op, from.seq, from.done);
    while at < step.ops.len() {
        step.begins(at);
        progress.next = at + 1;
        let op = &step.ops[at];
        let place = |ops, sql| Place::Op { at, ops, sql };
        let line = |ops, statement, statements, sql: &str| Line {
            seq: 0,
            revision: step.plan.id.clone(),
            direction: command(step.plan.direction).to_owned(),
            op: at,
            ops,
            statement,
            statements,
            what: op.describe(),
            sql: sql.to_owned(),
            done: false,
        };
        if let Op::Run(code) = op {
            let ran = async {
                lock::begin(conn, step.options.tries()).await?;
                step.code(conn, code).await?;
                journal::add(conn, &Line { seq, done: true, ..line(1, 0, 1, "") }).await?;
                Ok(conn.commit().await?)
            };
            ran.await.map_err(Failed::at::<crate::Error>(place(1, None)))?;
            progress.applied.push(op.describe());
            (at, seq) = (at + 1, seq + 1);
            continue;
        }
        let next = dialect::next(conn, &step.ops[at..]).await.map_err(Failed::at(place(1, None)))?;
        progress.next = at + next.ops;
        let statements = next.statements.len();
        for (i, statement) in next.statements.into_iter().enumerate() {
            if done.contains(&statement.sql) {
                continue;
            }
            let line = Line { seq, ..line(next.ops, i, statements, &statement.sql) };
            let ran = one(conn, op, &statement, line, step.options.tries()).await;
            ran.map_err(Failed::at(place(next.ops, Some(statement.sql.clone()))))?;
            progress.applied.push(statement.sql);
            seq += 1;
        }
        done.clear();
        at += next.ops;
    }
    Ok(())
}

/// One statement and its line.
async fn one(conn: &mut Connection, op: &Op, statement: &Planned, line: Line, tries: usize) -> Result<()> {
    let seq = line.seq;
    match op {
        Op::Execute { sql, .. } if is_of_session(sql) => statement.run(conn).await,
        Op::Insert(_) => with_line(conn, statement, line, tries).await,
        Op::Execute { sql, .. } if is_data(sql) => with_line(conn, statement, line, tries).await,
        _ => {
            journal::add(conn, &line).await?;
            let ran = statement.run(conn).await;
            match &ran {
                Ok(()) => journal::finish(conn, seq).await?,
                // A statement that failed did nothing, unless it was several; when the connection is gone nobody knows.
                Err(_) if !is_several(&line.sql) => journal::forget(conn, seq).await.unwrap_or_default(),
                Err(_) => {}
            }
            ran
        }
    }
}

/// A statement that only changes data: it and its line are one transaction.
async fn with_line(conn: &mut Connection, statement: &Planned, line: Line, tries: usize) -> Result<()> {
    lock::begin(conn, tries).await?;
    statement.run(conn).await?;
    journal::add(conn, &Line { done: true, ..line }).await?;
    Ok(conn.commit().await?)
}

/// Whether a statement of the script's own changes nothing but data.
fn is_data(sql: &str) -> bool {
    let data = ["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH"];
    !is_several(sql) && data.iter().any(|word| begins_with(sql, word))
}

/// Whether it changes nothing but the session.
fn is_of_session(sql: &str) -> bool {
    !is_several(sql) && begins_with(sql, "SET") && !sql.to_ascii_uppercase().contains("GLOBAL")
}

fn begins_with(sql: &str, word: &str) -> bool {
    let first = sql.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    first.eq_ignore_ascii_case(word)
}
