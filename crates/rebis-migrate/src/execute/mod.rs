//! Runs migrations, one after the other.
//!
//! **Invariants.** A step is applied whole where the database can undo DDL; elsewhere a journal says what was applied. Before each step the
//! version table is read anew under the lock, so programs that start at once apply each step once.

mod applied;
mod failure;
mod journaled;
mod options;
mod progress;
mod resume;
mod single;
mod stamp;
mod step;

use std::collections::BTreeSet;
use std::time::Duration;

use rebis_engine::{Connection, Engine};
use rebis_sql::Dialect;

pub(crate) use applied::ApplyHook;
pub use applied::{OnApply, OnApplyWith, VersionApplied};
pub use options::{DataLoss, Resume, RunOptions};
pub use progress::Progress;
use progress::Watch;
pub(crate) use progress::Watcher;

use crate::graph::{Direction, PlanStep};
use crate::ledger::VersionTable;
use crate::op::{Arguments, Op, Operations};
use crate::{Error, ErrorKind, Graph, Result, Script, dialect, history, journal, lint, lock};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Towards the heads.
    Up,
    /// Towards the base.
    Down,
    /// The version table's rows are set; nothing else is done.
    Stamp,
    /// As `Stamp`, whatever the rows were: also revisions that no script has.
    Purge,
}

/// A migration that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDone {
    /// The revisions it came from; none at the base.
    pub from: Vec<String>,
    /// The revisions it led to; none at the base.
    pub to: Vec<String>,
    /// The script's message.
    pub message: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// What a run has at hand.
pub(crate) struct Run<'a> {
    graph: &'a Graph,
    scripts: &'a [Script],
    options: &'a RunOptions,
    arguments: &'a Arguments,
    version: &'a VersionTable,
    watch: Watch<'a>,
    /// The tables that migrations keep are there, and what made them was committed.
    ensured: bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        graph: &'a Graph,
        scripts: &'a [Script],
        options: &'a RunOptions,
        arguments: &'a Arguments,
        version: &'a VersionTable,
        (watcher, hook): (Option<&'a Watcher>, Option<&'a ApplyHook>),
    ) -> Self {
        let watch = Watch { watcher, hook, step: 0, steps: 1 };
        Run { graph, scripts, options, arguments, version, watch, ensured: false }
    }
}

impl Run<'_> {
    fn script(&self, id: &str) -> Result<&Script> {
        self.scripts.iter().find(|s| s.revision.id == id).ok_or_else(|| {
            let text =
                format!("revision {id} has no script in this program; list its file in migrations/mod.rs");
            Error::new(ErrorKind::Lookup, text)
        })
    }

    /// Makes the version table and the history, once.
    async fn ensure(&self, conn: &mut Connection) -> Result<()> {
        if !self.ensured {
            self.version.ensure(conn).await?;
            if !self.options.no_history {
                history::ensure(conn).await?;
            }
        }
        Ok(())
    }
}

/// Brings the database to `target`, one migration after the other.
pub(crate) async fn run(engine: &Engine, way: Way, target: &str, mut run: Run<'_>) -> Result<Vec<StepDone>> {
    let conn = &mut own_connection(engine, run.options.lock_timeout).await?;
    let rules = dialect::rules(conn.dialect())?;
    tracing::info!(target: "rebis::migrate", "Context impl {}.", rules.impl_name);
    let kind =
        if conn.dialect().capabilities().transactional_ddl { "transactional" } else { "non-transactional" };
    tracing::info!(target: "rebis::migrate", "Will assume {kind} DDL.");
    lock::acquire(conn).await?;
    let run = &mut run;
    let done = match way {
        Way::Up => steps(conn, run, Direction::Upgrade, target).await,
        Way::Down => steps(conn, run, Direction::Downgrade, target).await,
        Way::Stamp => stamp::stamp(conn, run, target, false).await,
        Way::Purge => stamp::stamp(conn, run, target, true).await,
    };
    // What went wrong before matters more than a lock that ends with the connection anyway.
    let released = lock::release(conn).await;
    let done = done?;
    released?;
    Ok(done)
}

/// A connection of its own: what a migration does to a session (a lock, pragmas) ends with it, also when this future is dropped.
async fn own_connection(engine: &Engine, wait: Option<Duration>) -> Result<Connection> {
    if !dialect::can_reconnect(engine.url()) {
        return Ok(engine.acquire().await?);
    }
    let url = dialect::waiting(engine.url(), wait)?;
    let own = Engine::builder(url).echo(engine.echoes()).pool_size(1).max_overflow(0).build()?;
    Ok(own.acquire().await?)
}

/// Sets the timeouts of the session.
async fn limit(conn: &mut Connection, options: &RunOptions) -> Result<()> {
    let dialect = conn.dialect();
    let rules = dialect::rules(dialect)?;
    if let Some(sql) = options.lock_timeout.and_then(rules.lock_timeout) {
        conn.script(&sql).await?;
    }
    if let Some(most) = options.statement_timeout {
        let sql = (rules.statement_timeout)(dialect, most).ok_or_else(|| {
            let text = format!(
                "{} has no limit for how long a statement runs; leave the statement timeout out",
                dialect.name()
            );
            Error::new(ErrorKind::Usage, text)
        })?;
        conn.script(&sql).await?;
    }
    Ok(())
}

/// Makes the version table.
pub(crate) async fn ensure_version(engine: &Engine, version: &VersionTable) -> Result<()> {
    let conn = &mut own_connection(engine, None).await?;
    lock::acquire(conn).await?;
    let made = version.ensure(conn).await;
    let released = lock::release(conn).await;
    made?;
    released
}

async fn rows(conn: &mut Connection, run: &Run<'_>) -> Result<BTreeSet<String>> {
    Ok(run.version.heads(conn).await?.into_iter().collect())
}

async fn steps(
    conn: &mut Connection,
    run: &mut Run<'_>,
    direction: Direction,
    target: &str,
) -> Result<Vec<StepDone>> {
    // Not before the lock is there: the wait for another program has no limit.
    limit(conn, run.options).await?;
    let mut done = Vec::new();
    // What was begun is finished first: the plan begins behind it.
    done.extend(resume::interrupted(conn, run, direction).await?);
    let current = rows(conn, run).await?;
    history::known(conn, run.graph, &current).await?;
    let mut plan = planned(run, direction, target, &current)?;
    warn_of_edits(conn, run, &current).await?;
    if !run.options.data_loss.is_allowed() {
        refuse_loss(run, &plan, direction)?;
    }
    if run.options.single_transaction {
        let steps = loop {
            if let Some(steps) = single::run(conn, run, &plan).await? {
                break steps;
            }
            plan = planned(run, direction, target, &rows(conn, run).await?)?;
        };
        done.extend(steps);
        return Ok(done);
    }
    run.watch.steps = plan.len();
    // The plan is made once: "+1" means one from where it began, not one more after each step. What another program did meanwhile is
    // left out.
    for planned in plan {
        run.watch.step += 1;
        loop {
            let current = rows(conn, run).await?;
            run.graph.known(&current)?;
            let applied = run.graph.ancestors(current.iter().map(String::as_str)).contains(&planned.id);
            if applied == (direction == Direction::Upgrade) {
                break;
            }
            let Some(next) = run.graph.step(&planned.id, direction, &current) else { break };
            if let Some(step) = step::run(conn, run, &next).await? {
                done.push(step);
                break;
            }
        }
    }
    journal::retire(conn).await?;
    Ok(done)
}

/// The steps from these rows to the target.
fn planned(
    run: &Run<'_>,
    direction: Direction,
    target: &str,
    current: &BTreeSet<String>,
) -> Result<Vec<PlanStep>> {
    match direction {
        Direction::Downgrade => run.graph.downgrade_plan(target, current),
        Direction::Upgrade => run.graph.upgrade_plan(target, current),
    }
}

/// Refuses the whole plan before anything runs, when a step of it loses data.
fn refuse_loss(run: &Run<'_>, plan: &[PlanStep], direction: Direction) -> Result<()> {
    let mut lost = Vec::new();
    for step in plan {
        let script = run.script(&step.id)?;
        let ops = recorded(script, direction, run.arguments);
        lost.extend(
            lint::losses(&ops)
                .iter()
                .map(|r| format!("\n  {}: {} ({}: {})", step.id, r.about, r.code, r.text)),
        );
    }
    if lost.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Usage,
        format!(
            "nothing was run, because data would be lost:{}\nIf that is meant, say so with --allow-data-loss.",
            lost.concat()
        ),
    ))
}

/// Says which applied scripts are not what they were.
async fn warn_of_edits(conn: &mut Connection, run: &Run<'_>, current: &BTreeSet<String>) -> Result<()> {
    let applied = run.graph.ancestors(current.iter().map(String::as_str));
    for edited in history::edited(history::read(conn).await?, &applied, run.scripts) {
        tracing::warn!(target: "rebis::migrate", "{edited}");
    }
    Ok(())
}

/// The operations that a script records.
pub(crate) fn recorded(script: &Script, direction: Direction, arguments: &Arguments) -> Vec<Op> {
    let mut recorder = Operations::with_arguments(arguments.clone());
    match direction {
        Direction::Upgrade => (script.upgrade)(&mut recorder),
        Direction::Downgrade => (script.downgrade)(&mut recorder),
    }
    recorder.into_ops()
}

/// Why a migration cannot share a transaction.
pub(crate) fn not_in_one(dialect: Dialect, id: &str) -> Error {
    let why = if dialect.capabilities().transactional_ddl {
        format!("revision {id} holds an operation that {} refuses inside a transaction", dialect.name())
    } else {
        format!(
            "{} commits each change of the schema by itself (it has no transactional DDL)",
            dialect.name()
        )
    };
    Error::new(
        ErrorKind::Usage,
        format!(
            "the migrations cannot run in a single transaction: {why}. Run them without --single-transaction"
        ),
    )
}

/// `upgrade` or `downgrade`.
pub(crate) fn command(direction: Direction) -> &'static str {
    match direction {
        Direction::Upgrade => "upgrade",
        Direction::Downgrade => "downgrade",
    }
}

/// What a step comes from and leads to, as it is written in the log.
pub(crate) fn ends(step: &PlanStep) -> (Vec<String>, Vec<String>) {
    match step.direction {
        Direction::Upgrade => (step.down.clone(), vec![step.id.clone()]),
        Direction::Downgrade => (vec![step.id.clone()], step.down.clone()),
    }
}
