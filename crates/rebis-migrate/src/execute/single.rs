//! All steps in one transaction. Invariant: all of them are in the database, or none.

use std::time::Instant;

use rebis_engine::Connection;

use super::step::{Progress, Step};
use super::{Run, StepDone, Watch, ends, not_in_one, recorded, rows};
use crate::dialect;
use crate::execute::failure::Place;
use crate::graph::PlanStep;
use crate::op::Op;
use crate::{Error, Result, lock, store};

/// Runs the steps; `None` when somebody else was faster and nothing was done.
pub(super) async fn run(
    conn: &mut Connection,
    run: &Run<'_>,
    plan: &[PlanStep],
) -> Result<Option<Vec<StepDone>>> {
    let mut steps: Vec<(&PlanStep, Vec<Op>)> = Vec::new();
    for planned in plan {
        let ops = recorded(run.script(&planned.id)?, planned.direction, run.arguments);
        if !dialect::is_transactional(conn.dialect(), &ops) {
            return Err(not_in_one(conn.dialect(), &planned.id));
        }
        steps.push((planned, ops));
    }
    let Some((first, _)) = steps.first() else { return Ok(Some(Vec::new())) };
    let before = &first.before;
    let all: Vec<Op> = steps.iter().flat_map(|(_, ops)| ops.clone()).collect();
    let mut session = dialect::prepare(conn, &all).await?;
    let ran = transaction(conn, run, &steps, before, &mut session).await;
    if !matches!(ran, Ok(Some(_))) && conn.in_transaction() {
        // The transaction may be gone already; then there is nothing left to undo.
        let _ = conn.rollback().await;
    }
    let restored = session.restore(conn).await;
    let done = ran?;
    restored?;
    Ok(done)
}

async fn transaction(
    conn: &mut Connection,
    run: &Run<'_>,
    steps: &[(&PlanStep, Vec<Op>)],
    before: &std::collections::BTreeSet<String>,
    session: &mut dialect::Session,
) -> Result<Option<Vec<StepDone>>> {
    lock::begin(conn, run.options.tries()).await?;
    if rows(conn, run).await? != *before {
        return Ok(None);
    }
    session.begun(conn).await?;
    run.ensure(conn).await?;
    let mut done = Vec::new();
    for (plan, ops) in steps {
        let start = Instant::now();
        let script = run.script(&plan.id)?;
        let watch = Watch { step: done.len() + 1, steps: steps.len(), ..run.watch };
        let step = Step { script, plan, ops, whole: true, options: run.options, version: run.version, watch };
        let mut progress = Progress::default();
        let ran = step.steps(conn, &mut progress, start).await;
        ran.map_err(|failed| among(step.explain(conn, &progress, failed), done.len()))?;
        let (from, to) = ends(plan);
        done.push(StepDone { from, to, message: store::doc(script.source), elapsed: start.elapsed() });
    }
    let Some((plan, ops)) = steps.last() else { return Ok(Some(done)) };
    let step = Step {
        script: run.script(&plan.id)?,
        plan,
        ops,
        whole: true,
        options: run.options,
        version: run.version,
        watch: run.watch,
    };
    let at_end = |place, error| step.explain_at(place, error);
    session.check(conn).await.map_err(|e| among(at_end(Place::Check, e), done.len() - 1))?;
    conn.commit().await.map_err(|e| among(at_end(Place::Commit, e.into()), done.len() - 1))?;
    Ok(Some(done))
}

/// The error of a step, saying what became of those before it.
fn among(error: Error, before: usize) -> Error {
    if before == 0 {
        return error;
    }
    error.and(&format!("The {before} migrations before it in the same transaction were undone with it."))
}
