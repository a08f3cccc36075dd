//! A stamp: the version table's rows are set, and a migration that was begun and not finished counts as settled by hand.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rebis_engine::Connection;

use super::{Run, StepDone, VersionApplied, rows};
use crate::{Result, history, journal, lock};

/// Sets the rows of the target's branches; those of unrelated branches stay.
pub(super) async fn stamp(
    conn: &mut Connection,
    run: &Run<'_>,
    target: &str,
    purge: bool,
) -> Result<Vec<StepDone>> {
    // Where changes of the schema commit, the table is made before the transaction begins.
    let journal = !journal::read(conn).await?.is_empty();
    if !conn.dialect().capabilities().transactional_ddl {
        run.ensure(conn).await?;
    }
    lock::begin(conn, run.options.tries()).await?;
    let start = Instant::now();
    let moved = set_rows(conn, run, target, purge, journal).await;
    match moved {
        Ok(Some((from, to))) => {
            conn.commit().await?;
            Ok(vec![StepDone { from, to, message: String::new(), elapsed: start.elapsed() }])
        }
        Ok(None) if journal => {
            conn.commit().await?;
            Ok(Vec::new())
        }
        other => {
            conn.rollback().await?;
            other.map(|_| Vec::new())
        }
    }
}

type Moved = (Vec<String>, Vec<String>);

async fn set_rows(
    conn: &mut Connection,
    run: &Run<'_>,
    target: &str,
    purge: bool,
    journal: bool,
) -> Result<Option<Moved>> {
    let before = rows(conn, run).await?;
    let known = if purge { BTreeSet::new() } else { before.clone() };
    let targets: Vec<&str> = target.split_whitespace().collect();
    let after = run.graph.stamp_plan(&targets, &known)?;
    if journal {
        journal::clear(conn).await?;
    }
    if before == after {
        return Ok(None);
    }
    run.ensure(conn).await?;
    let gone: Vec<String> = before.difference(&after).cloned().collect();
    let new: Vec<String> = after.difference(&before).cloned().collect();
    tracing::info!(target: "rebis::migrate", "Running stamp_revision {} -> {}", gone.join(", "), new.join(", "));
    run.version.record(conn, &before, &after).await?;
    if let Some(hook) = run.watch.hook {
        let (from, to, heads) = (gone.clone(), new.clone(), after.iter().cloned().collect());
        hook.tell(conn, VersionApplied { direction: "stamp", from, to, message: String::new(), heads })
            .await?;
    }
    if run.options.no_history {
        return Ok(Some((gone, new)));
    }
    for id in &new {
        let script = run.script(id).ok();
        history::record(conn, script, id, "stamp", Duration::ZERO).await?;
    }
    if new.is_empty() {
        history::record(conn, None, "base", "stamp", Duration::ZERO).await?;
    }
    Ok(Some((gone, new)))
}
