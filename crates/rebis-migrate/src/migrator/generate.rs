//! `revision`, `migrate` and `check`: new scripts, empty or from a comparison. Invariant: a file is written only from a database at head.

use std::fmt;
use std::path::PathBuf;

use super::Migrator;
use crate::Result;
use crate::diff::Rename;

/// Options of [`Migrator::revision`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisionOptions {
    /// The id; made up when absent.
    pub rev_id: Option<String>,
}

/// Options of [`Migrator::migrate`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrateOptions {
    /// The id; made up when absent.
    pub rev_id: Option<String>,
    /// What was renamed; a comparison alone sees a removal and an addition.
    pub renames: Vec<Rename>,
}

/// A script that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The file.
    pub path: PathBuf,
    /// Its revision's id.
    pub revision: String,
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Generating {} ...  done", self.path.display())
    }
}

/// What [`Migrator::check`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// The differences, one per operation that a migration would hold: `add column user.age`.
    pub differences: Vec<String>,
}

impl Check {
    /// Whether models and database agree.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("No new upgrade operations detected.");
        }
        write!(f, "New upgrade operations detected:")?;
        self.differences.iter().try_for_each(|d| write!(f, "\n  {d}"))
    }
}

pub(super) fn revision(m: &Migrator, message: &str, options: &RevisionOptions) -> Result<Generated> {
    let _ = (m.fresh_graph()?, message, options);
    todo!()
}

pub(super) async fn migrate(
    m: &Migrator,
    message: &str,
    options: &MigrateOptions,
) -> Result<Option<Generated>> {
    let _ = (m.fresh_graph()?, message, options);
    todo!()
}

pub(super) async fn check(m: &Migrator) -> Result<Check> {
    let _ = m.fresh_graph()?;
    todo!()
}
