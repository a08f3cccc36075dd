//! One migration: its operations and the move of its row.
//!
//! **Invariant.** On every way out the transaction is ended and the session put back.

use std::time::Instant;

use rebis_engine::Connection;

use super::failure::{Failure, Place};
use super::{StepDone, ends, recorded};
use crate::dialect::{self, Planned, Session};
use crate::graph::{Direction, PlanStep};
use crate::op::Op;
use crate::{Error, ErrorKind, Result, Script, ledger, lock, store};

/// Runs the step; `None` when somebody else was faster and nothing was done.
pub(super) async fn run(
    conn: &mut Connection,
    scripts: &[Script],
    plan: &PlanStep,
) -> Result<Option<StepDone>> {
    let script = scripts.iter().find(|s| s.revision.id == plan.id).ok_or_else(|| {
        let text =
            format!("revision {} has no script in this program; list its file in migrations/mod.rs", plan.id);
        Error::new(ErrorKind::Lookup, text)
    })?;
    let ops = recorded(script, plan.direction);
    let start = Instant::now();
    let whole = dialect::is_transactional(conn.dialect(), &ops);
    let mut session = dialect::prepare(conn, &ops).await?;
    let step = Step { script, plan, ops: &ops, whole };
    let ran = if whole { step.in_transaction(conn, &mut session).await } else { step.one_by_one(conn).await };
    let restored = session.restore(conn).await;
    if !ran? {
        restored?;
        return Ok(None);
    }
    restored?;
    let (from, to) = ends(plan);
    Ok(Some(StepDone { from, to, message: store::doc(script.source), elapsed: start.elapsed() }))
}

struct Step<'a> {
    script: &'a Script,
    plan: &'a PlanStep,
    ops: &'a [Op],
    whole: bool,
}

impl Step<'_> {
    async fn in_transaction(&self, conn: &mut Connection, session: &mut Session) -> Result<bool> {
        lock::begin(conn).await?;
        let mut progress = Progress::default();
        let outcome = match self.body(conn, session, &mut progress).await {
            Ok(true) => match conn.commit().await {
                Ok(()) => return Ok(true),
                Err(e) => Err(Failed { place: Place::Commit, error: e.into() }),
            },
            other => other,
        };
        if conn.in_transaction() {
            // The transaction may be gone already; then there is nothing left to undo.
            let _ = conn.rollback().await;
        }
        outcome.map_err(|failed| self.explain(conn, &progress, failed))
    }

    async fn body(
        &self,
        conn: &mut Connection,
        session: &mut Session,
        progress: &mut Progress,
    ) -> Result<bool, Failed> {
        let at = |place| move |error| Failed { place, error };
        let now = ledger::heads(conn).await.map_err(at(Place::VersionTable))?;
        if !now.iter().eq(&self.plan.before) {
            return Ok(false);
        }
        session.begun(conn).await.map_err(at(Place::Check))?;
        ledger::ensure(conn).await.map_err(at(Place::VersionTable))?;
        self.announce();
        self.apply(conn, progress).await?;
        session.check(conn).await.map_err(at(Place::Check))?;
        self.record(conn).await?;
        Ok(true)
    }

    /// Where the database commits each change of the schema by itself; the lock keeps others out.
    async fn one_by_one(&self, conn: &mut Connection) -> Result<bool> {
        let mut progress = Progress::default();
        let ran = async {
            ledger::ensure(conn).await.map_err(|error| Failed { place: Place::VersionTable, error })?;
            self.announce();
            self.apply(conn, &mut progress).await?;
            self.record(conn).await
        }
        .await;
        match ran {
            Ok(()) => Ok(true),
            Err(failed) => Err(self.explain(conn, &progress, failed)),
        }
    }

    fn announce(&self) {
        let message = store::doc(self.script.source);
        let comma = if message.is_empty() { "" } else { ", " };
        let (from, to) = ends(self.plan);
        let way = match self.plan.direction {
            Direction::Upgrade => "upgrade",
            Direction::Downgrade => "downgrade",
        };
        tracing::info!(
            target: "rebis::migrate",
            "Running {way} {} -> {}{comma}{message}",
            from.join(", "),
            to.join(", ")
        );
    }

    async fn record(&self, conn: &mut Connection) -> Result<(), Failed> {
        ledger::record(conn, &self.plan.before, &self.plan.after)
            .await
            .map_err(|error| Failed { place: Place::VersionTable, error })
    }

    async fn apply(&self, conn: &mut Connection, progress: &mut Progress) -> Result<(), Failed> {
        let mut at = 0;
        while at < self.ops.len() {
            progress.next = at + 1;
            if let Op::Run(code) = &self.ops[at] {
                let ran = self.code(conn, code).await;
                ran.map_err(|error| Failed { place: Place::Op { at, ops: 1, sql: None }, error })?;
                progress.applied.push(self.ops[at].describe());
                at += 1;
                continue;
            }
            let next = dialect::next(conn, &self.ops[at..]).await;
            let next = next.map_err(|error| Failed { place: Place::Op { at, ops: 1, sql: None }, error })?;
            progress.next = at + next.ops;
            for statement in next.statements {
                match statement.run(conn).await {
                    Ok(()) => progress.applied.push(statement.sql),
                    Err(error) => {
                        let place = Place::Op { at, ops: next.ops, sql: Some(statement.sql) };
                        return Err(Failed { place, error });
                    }
                }
            }
            at += next.ops;
        }
        Ok(())
    }

    /// Code of the script, in the migration's transaction or one of its own.
    async fn code(&self, conn: &mut Connection, code: &crate::DataStep) -> Result<()> {
        if !self.whole {
            lock::begin(conn).await?;
        }
        let ran = code.run(conn).await;
        if !conn.in_transaction() {
            ran?;
            return Err(Error::new(
                ErrorKind::Migration,
                "the script's code ended the migration's transaction; leave begin, commit and rollback to the migration",
            ));
        }
        match (ran, self.whole) {
            (Ok(()), true) => Ok(()),
            (Ok(()), false) => Ok(conn.commit().await?),
            (Err(e), true) => Err(e.into()),
            (Err(e), false) => {
                let _ = conn.rollback().await;
                Err(e.into())
            }
        }
    }

    fn explain(&self, conn: &Connection, progress: &Progress, failed: Failed) -> Error {
        Failure {
            script: self.script,
            plan: self.plan,
            ops: self.ops,
            undone: self.whole,
            database: conn.dialect().name(),
            applied: &progress.applied,
            not_run: self.ops.get(progress.next..).unwrap_or_default(),
        }
        .error(failed.place, failed.error)
    }
}

#[derive(Default)]
struct Progress {
    applied: Vec<String>,
    /// The first operation that was not begun.
    next: usize,
}

struct Failed {
    place: Place,
    error: Error,
}

impl Planned {
    async fn run(&self, conn: &mut Connection) -> Result<()> {
        if self.binds.is_empty() {
            conn.script(&self.sql).await?;
        } else {
            conn.execute(&self.sql, &self.binds).await?;
        }
        Ok(())
    }
}
