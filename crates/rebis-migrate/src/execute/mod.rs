//! Runs migrations, one after the other.
//!
//! **Invariants.** A step is applied whole where the database can undo DDL; elsewhere a failure says what was applied. Before each step the
//! version table is read anew under the lock, so programs that start at once apply each step once.

mod failure;
mod step;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rebis_engine::{Connection, Engine};
use rebis_sql::Dialect;

use crate::graph::PlanStep;
use crate::op::{Op, Operations};
use crate::{Error, ErrorKind, Graph, Result, Script, dialect, graph, ledger, lock};

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

/// Brings the database to `target`, one migration after the other.
pub(crate) async fn run(
    engine: &Engine,
    graph: &Graph,
    scripts: &[Script],
    way: Way,
    target: &str,
) -> Result<Vec<StepDone>> {
    let conn = &mut own_connection(engine).await?;
    let rules = dialect::rules(conn.dialect())?;
    tracing::info!(target: "rebis::migrate", "Context impl {}.", rules.impl_name);
    let kind =
        if conn.dialect().capabilities().transactional_ddl { "transactional" } else { "non-transactional" };
    tracing::info!(target: "rebis::migrate", "Will assume {kind} DDL.");
    lock::acquire(conn).await?;
    let done = match way {
        Way::Up | Way::Down => steps(conn, graph, scripts, way, target).await,
        Way::Stamp => stamp(conn, graph, target, false).await,
        Way::Purge => stamp(conn, graph, target, true).await,
    };
    // What went wrong before matters more than a lock that ends with the connection anyway.
    let released = lock::release(conn).await;
    let done = done?;
    released?;
    Ok(done)
}

/// A connection of its own: what a migration does to a session (a lock, pragmas) ends with it, also when this future is dropped.
async fn own_connection(engine: &Engine) -> Result<Connection> {
    if !dialect::can_reconnect(engine.url()) {
        return Ok(engine.acquire().await?);
    }
    let own =
        Engine::builder(engine.url().clone()).echo(engine.echoes()).pool_size(1).max_overflow(0).build()?;
    Ok(own.acquire().await?)
}

/// Makes the version table.
pub(crate) async fn ensure_version(engine: &Engine) -> Result<()> {
    let conn = &mut own_connection(engine).await?;
    lock::acquire(conn).await?;
    let made = ledger::ensure(conn).await;
    let released = lock::release(conn).await;
    made?;
    released
}

async fn steps(
    conn: &mut Connection,
    graph: &Graph,
    scripts: &[Script],
    way: Way,
    target: &str,
) -> Result<Vec<StepDone>> {
    let rows = |all: Vec<String>| all.into_iter().collect::<BTreeSet<String>>();
    let current = rows(ledger::heads(conn).await?);
    let (plan, direction) = match way {
        Way::Down => (graph.downgrade_plan(target, &current)?, graph::Direction::Downgrade),
        _ => (graph.upgrade_plan(target, &current)?, graph::Direction::Upgrade),
    };
    let mut done = Vec::new();
    // The plan is made once: "+1" means one from where it began, not one more after each step. What another program did meanwhile is
    // left out.
    for planned in plan {
        loop {
            let current = rows(ledger::heads(conn).await?);
            graph.known(&current)?;
            let applied = graph.ancestors(current.iter().map(String::as_str)).contains(&planned.id);
            if applied == (direction == graph::Direction::Upgrade) {
                break;
            }
            let Some(next) = graph.step(&planned.id, direction, &current) else { break };
            if let Some(step) = step::run(conn, scripts, &next).await? {
                done.push(step);
                break;
            }
        }
    }
    Ok(done)
}

/// Sets the rows of the target's branches; those of unrelated branches stay.
async fn stamp(conn: &mut Connection, graph: &Graph, target: &str, purge: bool) -> Result<Vec<StepDone>> {
    lock::begin(conn).await?;
    let start = Instant::now();
    let moved = set_rows(conn, graph, target, purge).await;
    match moved {
        Ok(Some((from, to))) => {
            conn.commit().await?;
            Ok(vec![StepDone { from, to, message: String::new(), elapsed: start.elapsed() }])
        }
        other => {
            conn.rollback().await?;
            other.map(|_| Vec::new())
        }
    }
}

pub(crate) type Moved = (Vec<String>, Vec<String>);

async fn set_rows(conn: &mut Connection, graph: &Graph, target: &str, purge: bool) -> Result<Option<Moved>> {
    let before: BTreeSet<String> = ledger::heads(conn).await?.into_iter().collect();
    let known = if purge { BTreeSet::new() } else { before.clone() };
    let targets: Vec<&str> = target.split_whitespace().collect();
    let after = graph.stamp_plan(&targets, &known)?;
    if before == after {
        return Ok(None);
    }
    ledger::ensure(conn).await?;
    let gone: Vec<String> = before.difference(&after).cloned().collect();
    let new: Vec<String> = after.difference(&before).cloned().collect();
    tracing::info!(target: "rebis::migrate", "Running stamp_revision {} -> {}", gone.join(", "), new.join(", "));
    ledger::record(conn, &before, &after).await?;
    Ok(Some((gone, new)))
}

/// The operations that a script records.
pub(crate) fn recorded(script: &Script, direction: graph::Direction) -> Vec<Op> {
    let mut recorder = Operations::new();
    match direction {
        graph::Direction::Upgrade => (script.upgrade)(&mut recorder),
        graph::Direction::Downgrade => (script.downgrade)(&mut recorder),
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

/// What a step comes from and leads to, as it is written in the log.
pub(crate) fn ends(step: &PlanStep) -> Moved {
    match step.direction {
        crate::graph::Direction::Upgrade => (step.down.clone(), vec![step.id.clone()]),
        crate::graph::Direction::Downgrade => (vec![step.id.clone()], step.down.clone()),
    }
}
