//! One migration: its operations and the move of its row.
//!
//! **Invariant.** On every way out the transaction is ended and the session put back.

use std::time::Instant;

use rebis_engine::Connection;

use super::failure::{Failure, Place};
use super::{
    Progress as Told, Run, RunOptions, StepDone, VersionApplied, Watch, command, ends, journaled, recorded,
};
use crate::dialect::{self, Planned, Session};
use crate::graph::PlanStep;
use crate::ledger::VersionTable;
use crate::op::Op;
use crate::{Error, ErrorKind, Result, Script, history, lock, store};

/// Runs the step; `None` when somebody else was faster and nothing was done.
pub(super) async fn run(
    conn: &mut Connection,
    run: &mut Run<'_>,
    plan: &PlanStep,
) -> Result<Option<StepDone>> {
    let script = run.script(&plan.id)?;
    let ops = recorded(script, plan.direction, run.arguments);
    let start = Instant::now();
    let whole = dialect::is_transactional(conn.dialect(), &ops);
    let message = store::doc(script.source);
    let mut session = dialect::prepare(conn, &ops).await?;
    let step =
        Step { script, plan, ops: &ops, whole, options: run.options, version: run.version, watch: run.watch };
    let ran = if whole {
        step.in_transaction(conn, run, &mut session, start).await
    } else {
        journaled::run(&step, conn, run, Default::default(), start).await.map(|()| true)
    };
    let restored = session.restore(conn).await;
    if !ran? {
        restored?;
        return Ok(None);
    }
    run.ensured = true;
    restored?;
    let (from, to) = ends(plan);
    Ok(Some(StepDone { from, to, message, elapsed: start.elapsed() }))
}

pub(super) struct Step<'a> {
    pub(super) script: &'a Script,
    pub(super) plan: &'a PlanStep,
    pub(super) ops: &'a [Op],
    pub(super) whole: bool,
    pub(super) options: &'a RunOptions,
    pub(super) version: &'a VersionTable,
    pub(super) watch: Watch<'a>,
}

impl Step<'_> {
    async fn in_transaction(
        &self,
        conn: &mut Connection,
        run: &Run<'_>,
        session: &mut Session,
        start: Instant,
    ) -> Result<bool> {
        lock::begin(conn, self.options.tries()).await?;
        let mut progress = Progress::default();
        let outcome = match self.body(conn, run, session, &mut progress, start).await {
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
        run: &Run<'_>,
        session: &mut Session,
        progress: &mut Progress,
        start: Instant,
    ) -> Result<bool, Failed> {
        let now = run.version.heads(conn).await.map_err(Failed::at(Place::VersionTable))?;
        if !now.iter().eq(&self.plan.before) {
            return Ok(false);
        }
        session.begun(conn).await.map_err(Failed::at(Place::Check))?;
        run.ensure(conn).await.map_err(Failed::at(Place::VersionTable))?;
        self.announce();
        self.apply(conn, progress).await?;
        session.check(conn).await.map_err(Failed::at(Place::Check))?;
        self.record(conn, start).await?;
        Ok(true)
    }

    /// The operations and the move of the row, in a transaction that is not this step's alone.
    pub(super) async fn steps(
        &self,
        conn: &mut Connection,
        progress: &mut Progress,
        start: Instant,
    ) -> Result<(), Failed> {
        self.announce();
        self.apply(conn, progress).await?;
        self.record(conn, start).await
    }

    pub(super) fn announce(&self) {
        let message = store::doc(self.script.source);
        let comma = if message.is_empty() { "" } else { ", " };
        let (from, to) = ends(self.plan);
        tracing::info!(
            target: "rebis::migrate",
            "Running {} {} -> {}{comma}{message}",
            command(self.plan.direction),
            from.join(", "),
            to.join(", ")
        );
    }

    /// Says which operation begins.
    pub(super) fn begins(&self, at: usize) {
        if let (Some(watcher), Some(op)) = (self.watch.watcher, self.ops.get(at)) {
            watcher.tell(&Told {
                step: self.watch.step,
                steps: self.watch.steps,
                revision: &self.plan.id,
                operation: at + 1,
                operations: self.ops.len(),
                what: op.describe(),
            });
        }
    }

    pub(super) async fn record(&self, conn: &mut Connection, start: Instant) -> Result<(), Failed> {
        let way = command(self.plan.direction);
        let recorded = async {
            self.version.record(conn, &self.plan.before, &self.plan.after).await?;
            if let Some(hook) = self.watch.hook {
                let (from, to) = ends(self.plan);
                let heads = self.plan.after.iter().cloned().collect();
                let message = store::doc(self.script.source);
                hook.tell(conn, VersionApplied { direction: way, from, to, message, heads }).await?;
            }
            if self.options.no_history {
                return Ok(());
            }
            history::record(conn, Some(self.script), &self.plan.id, way, start.elapsed()).await
        };
        recorded.await.map_err(Failed::at(Place::VersionTable))
    }

    async fn apply(&self, conn: &mut Connection, progress: &mut Progress) -> Result<(), Failed> {
        let mut at = 0;
        while at < self.ops.len() {
            self.begins(at);
            progress.next = at + 1;
            let place = || Place::Op { at, ops: 1, sql: None };
            if let Op::Run(code) = &self.ops[at] {
                self.code(conn, code).await.map_err(Failed::at(place()))?;
                progress.applied.push(self.ops[at].describe());
                at += 1;
                continue;
            }
            let next = dialect::next(conn, &self.ops[at..]).await.map_err(Failed::at(place()))?;
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

    /// Code of the script, in the transaction that is open.
    pub(super) async fn code(&self, conn: &mut Connection, code: &crate::DataStep) -> Result<()> {
        let ran = code.run(conn).await;
        if !conn.in_transaction() {
            ran?;
            return Err(Error::new(
                ErrorKind::Migration,
                "the script's code ended the migration's transaction; leave begin, commit and rollback to the migration",
            ));
        }
        Ok(ran?)
    }

    pub(super) fn explain(&self, conn: &Connection, progress: &Progress, failed: Failed) -> Error {
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

    /// The error at the end of a transaction, of which nothing remains.
    pub(super) fn explain_at(&self, place: Place, error: Error) -> Error {
        let (script, plan, ops) = (self.script, self.plan, self.ops);
        Failure { script, plan, ops, undone: true, database: "", applied: &[], not_run: &[] }
            .error(place, error)
    }
}

#[derive(Default)]
pub(super) struct Progress {
    pub(super) applied: Vec<String>,
    /// The first operation that was not begun.
    pub(super) next: usize,
}

pub(super) struct Failed {
    pub(super) place: Place,
    pub(super) error: Error,
}

impl Failed {
    pub(super) fn at<E: Into<Error>>(place: Place) -> impl FnOnce(E) -> Failed {
        move |error| Failed { place, error: error.into() }
    }
}

impl Planned {
    pub(super) async fn run(&self, conn: &mut Connection) -> Result<()> {
        if self.binds.is_empty() {
            conn.script(&self.sql).await?;
        } else {
            conn.execute(&self.sql, &self.binds).await?;
        }
        Ok(())
    }
}
