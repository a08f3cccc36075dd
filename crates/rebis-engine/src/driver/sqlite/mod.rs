//! SQLite, through `rusqlite`, inline on the task.
//!
//! **Invariants.** No statement is held across an `.await`. A lock held by another connection is waited for by sleeping on the task, never by
//! blocking the thread: its holder may be a task of this very thread. What may wait for the disk (COMMIT of changes, scripts, and
//! statements that commit by themselves where each commit is synchronized) leaves the other tasks of a multi-thread runtime running.

mod connect;
mod error;
mod execute;
mod feed;
pub(crate) mod types;

use std::time::Duration;

use parking_lot::Mutex;
use rebis_sql::Dialect;

use super::{AfterError, Reset};
use crate::{Error, ErrorKind, Isolation, Result, TransactionOptions};

/// One connection to an SQLite database.
pub(crate) struct Sqlite {
    /// Only reached through `get_mut`: the lock costs nothing and makes the connection `Sync`.
    connection: Mutex<rusqlite::Connection>,
    busy_timeout: Duration,
    /// Whether a commit reaches a disk.
    on_disk: bool,
    /// Whether each commit waits for the disk, as `synchronous` asks for it: without that, a write-ahead log is synchronized by checkpoints alone.
    commits_wait: bool,
    /// `total_changes` when the transaction began: a transaction that changed nothing commits without touching the disk.
    changes_at_begin: u64,
    query_only: bool,
    /// The connection did not come back from a thread.
    lost: bool,
}

impl Sqlite {
    pub(super) fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lost
    }

    /// The connection is back, and its statement reset, before a reader is gone.
    pub(super) fn can_abandon(&self, _delivered: bool) -> bool {
        !self.lost
    }

    pub(super) fn check(&self, options: &TransactionOptions) -> Result<()> {
        match options.isolation {
            None | Some(Isolation::Serializable) => Ok(()),
            Some(other) => Err(Error::state(format!(
                "SQLite has no isolation level {other}; its transactions are always serializable, so leave the level out"
            ))),
        }
    }

    pub(super) fn after_error(&self, _error: &Error) -> AfterError {
        // A full disk, an I/O error or an interrupt can end the whole transaction; SQLite says so by being in autocommit again.
        if self.connection.lock().is_autocommit() { AfterError::Gone } else { AfterError::Open }
    }

    pub(super) fn reset(&mut self, _mid_statement: bool) -> Reset {
        if self.lost {
            return Reset::Close;
        }
        match self.end("ROLLBACK") {
            Ok(()) => Reset::Clean,
            Err(_) => Reset::Close,
        }
    }

    pub(super) async fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        if options.read_only {
            self.simple("PRAGMA query_only = 1").await?;
            self.query_only = true;
        }
        self.changes_at_begin = self.connection.get_mut().total_changes();
        let how = if options.immediate { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            // Prepared once, as what ends a transaction is.
            let connection = &*self.connection.get_mut();
            match connection.prepare_cached(how).and_then(|mut s| s.raw_execute()).map_err(error::classify) {
                Err(e) if e.kind() == ErrorKind::Locked && wait.again().await => {}
                begun => return begun.map(drop),
            }
        }
    }

    pub(super) async fn commit(&mut self) -> Result<()> {
        let wrote = self.connection.get_mut().total_changes() != self.changes_at_begin;
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            let done =
                if wrote && self.on_disk { blocking(|| self.end("COMMIT")) } else { self.end("COMMIT") };
            match done {
                Err(e) if e.kind() == ErrorKind::Locked && wait.again().await => {}
                done => return done,
            }
        }
    }

    pub(super) async fn rollback(&mut self) -> Result<()> {
        self.end("ROLLBACK")
    }

    /// Ends the transaction, if SQLite has not done so itself, and lets the connection write again.
    fn end(&mut self, how: &str) -> Result<()> {
        let connection = self.connection.get_mut();
        if !connection.is_autocommit() {
            connection.prepare_cached(how).and_then(|mut s| s.raw_execute()).map_err(error::classify)?;
        }
        if std::mem::take(&mut self.query_only) {
            connection.execute_batch("PRAGMA query_only = 0").map_err(error::classify)?;
        }
        Ok(())
    }
}

/// Waits for a lock as SQLite's own busy handler would, but asleep on the task.
struct Wait {
    until: Option<tokio::time::Instant>,
    timeout: Duration,
    tries: usize,
}

impl Wait {
    fn new(timeout: Duration) -> Self {
        Wait { until: None, timeout, tries: 0 }
    }

    /// Sleeps, longer each time, and says whether to try again.
    async fn again(&mut self) -> bool {
        const MILLISECONDS: [u64; 8] = [1, 2, 5, 10, 15, 20, 25, 50];
        let now = tokio::time::Instant::now();
        let until = *self.until.get_or_insert(now + self.timeout);
        if now >= until {
            return false;
        }
        let pause = Duration::from_millis(MILLISECONDS[self.tries.min(MILLISECONDS.len() - 1)]);
        self.tries += 1;
        // In a box: a timer is large, and few statements meet a lock.
        Box::pin(tokio::time::sleep_until(until.min(now + pause))).await;
        true
    }
}

/// Runs what may block for long where other tasks do not have to wait for it.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current().map(|h| h.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
