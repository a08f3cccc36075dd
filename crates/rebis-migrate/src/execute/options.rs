//! How migrations are run: [`RunOptions`].

use std::time::Duration;

use crate::lock;

/// How an upgrade or a downgrade is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// All steps or none: one transaction around them, instead of one each. Refused where changes of the schema commit by themselves.
    pub single_transaction: bool,
    /// How long a statement waits for a lock before it fails. The wait for another program that migrates is not limited by it.
    pub lock_timeout: Option<Duration>,
    /// How long a statement runs before it fails. Refused where the database has no such limit (SQLite, MySQL).
    pub statement_timeout: Option<Duration>,
    /// Nothing is written to `rebis_history`, and the table is not made: for a database that other tools compare as well.
    pub no_history: bool,
    /// What to do with a migration that was begun and not finished; without it, it is named and nothing runs.
    pub resume: Option<Resume>,
    /// What happens to a migration that loses data.
    pub data_loss: DataLoss,
}

/// What happens to a migration that loses data: tables and columns that go, labels that go, types that hold less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataLoss {
    /// It runs in a debug build, and is refused in a release.
    #[default]
    ByBuild,
    /// It runs.
    Allow,
    /// It is refused before anything runs.
    Refuse,
}

impl DataLoss {
    pub(super) fn is_allowed(self) -> bool {
        match self {
            DataLoss::ByBuild => cfg!(debug_assertions),
            DataLoss::Allow => true,
            DataLoss::Refuse => false,
        }
    }
}

impl RunOptions {
    /// How often a transaction that finds another writer is begun again.
    pub(super) fn tries(&self) -> usize {
        if self.lock_timeout.is_some() { 1 } else { lock::TRIES }
    }
}

/// How a migration goes on that was begun and not finished, where its statements are committed one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// Behind the last statement that ran. One that was in flight is looked for in the database.
    Auto,
    /// As `Auto`; the statement in flight did its work.
    Skip,
    /// As `Auto`; the statement in flight did nothing.
    Repeat,
    /// From its beginning: what was applied was taken back by hand.
    Restart,
}
