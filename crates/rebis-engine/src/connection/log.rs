//! Statements to tracing, target `rebis::sql`. Invariant: nothing is measured or formatted while nobody listens; binds are shown at `TRACE`
//! only, as they may be secrets.

use std::time::Instant;

use rebis_sql::Value;
use tracing::{Level, enabled};

use crate::Error;
use crate::engine::Shared;

const TARGET: &str = "rebis::sql";

/// The time a statement takes, where somebody wants to know.
pub(super) struct Watch(Option<Instant>);

impl Watch {
    #[inline]
    pub(super) fn start(shared: &Shared, sql: &str) -> Self {
        shared.note(sql);
        let wanted = if shared.echo {
            enabled!(target: TARGET, Level::INFO)
        } else {
            enabled!(target: TARGET, Level::DEBUG)
        };
        Watch((wanted || shared.is_observed()).then(Instant::now))
    }

    /// COMMIT, ROLLBACK and savepoints.
    #[inline]
    pub(super) fn control(shared: &Shared, sql: &str) -> Self {
        if shared.echo {
            tracing::info!(target: TARGET, "{sql}");
        } else {
            tracing::debug!(target: TARGET, "{sql}");
        }
        Watch(shared.is_observed().then(Instant::now))
    }

    /// Whether binds will be asked for at the end.
    pub(super) fn shows_binds(shared: &Shared) -> bool {
        shared.is_observed() || enabled!(target: TARGET, Level::TRACE)
    }

    /// `outcome`: how many rows, or why it failed.
    #[inline]
    pub(super) fn end(self, shared: &Shared, sql: &str, binds: &[Value], outcome: Result<u64, &Error>) {
        if let Some(started) = self.0 {
            write(shared.echo, started, sql, binds, outcome.ok());
            if shared.is_observed() {
                shared.tell(started, sql, binds, outcome, false);
            }
        }
    }

    /// As [`end`](Self::end), of COMMIT and the like.
    #[inline]
    pub(super) fn end_control(self, shared: &Shared, sql: &str, outcome: Result<(), &Error>) {
        if let Some(started) = self.0 {
            shared.tell(started, sql, &[], outcome.map(|()| 0), true);
        }
    }
}

#[cold]
fn write(echo: bool, started: Instant, sql: &str, binds: &[Value], rows: Option<u64>) {
    let elapsed = started.elapsed();
    match (echo, rows) {
        (true, Some(rows)) => tracing::info!(target: TARGET, ?elapsed, rows, "{sql}"),
        (true, None) => tracing::info!(target: TARGET, ?elapsed, failed = true, "{sql}"),
        (false, Some(rows)) => tracing::debug!(target: TARGET, ?elapsed, rows, "{sql}"),
        (false, None) => tracing::debug!(target: TARGET, ?elapsed, failed = true, "{sql}"),
    }
    if !binds.is_empty() {
        tracing::trace!(target: TARGET, ?binds);
    }
}
