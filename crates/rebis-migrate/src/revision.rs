//! [`Revision`] and [`Script`]: a migration as the program carries it. Invariant: both are constants, so a released binary needs no files.

use crate::Operations;

/// Who a migration is and what it follows.
///
/// ```
/// use rebis_migrate::prelude::*;
///
/// pub const REVISION: Revision = revision("780739b227a7").down(&["e517276bb1c2"]);
/// assert_eq!(REVISION.id, "780739b227a7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The identifier.
    pub id: &'static str,
    /// The revisions it follows: none for the first, several for a merge.
    pub down: &'static [&'static str],
    /// The names of the branch it begins.
    pub labels: &'static [&'static str],
    /// Revisions of other branches that must be applied before it.
    pub depends_on: &'static [&'static str],
    /// Revisions that were squashed into it, and have no script any more.
    pub replaces: &'static [&'static str],
}

/// A revision of that id that follows nothing.
#[must_use]
pub const fn revision(id: &'static str) -> Revision {
    Revision { id, down: &[], labels: &[], depends_on: &[], replaces: &[] }
}

impl Revision {
    /// The same revision, following these.
    #[must_use]
    pub const fn down(mut self, down: &'static [&'static str]) -> Self {
        self.down = down;
        self
    }

    /// The same revision with branch labels.
    #[must_use]
    pub const fn labels(mut self, labels: &'static [&'static str]) -> Self {
        self.labels = labels;
        self
    }

    /// The same revision, to be applied after these of other branches.
    #[must_use]
    pub const fn depends_on(mut self, revisions: &'static [&'static str]) -> Self {
        self.depends_on = revisions;
        self
    }

    /// The same revision, standing for these as well.
    #[must_use]
    pub const fn replaces(mut self, revisions: &'static [&'static str]) -> Self {
        self.replaces = revisions;
        self
    }
}

/// A migration script that was compiled into the program. Made by [`script!`](crate::script).
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// Who it is.
    pub revision: Revision,
    /// The file's path within the folder of migrations.
    pub file: &'static str,
    /// The file's text as it was compiled: its heading is the message, and a file edited since then is noticed.
    pub source: &'static str,
    /// The program that carries it and its version, for the history that is kept in the database.
    pub program: &'static str,
    /// Records what an upgrade does.
    pub upgrade: fn(&mut Operations),
    /// Records what a downgrade does.
    pub downgrade: fn(&mut Operations),
}

/// A line of `migrations/mod.rs`: the [`Script`] of a module and its file.
#[macro_export]
macro_rules! script {
    ($module:ident, $file:literal) => {
        $crate::Script {
            revision: $module::REVISION,
            file: $file,
            source: ::core::include_str!($file),
            program: ::core::concat!(::core::env!("CARGO_PKG_NAME"), " ", ::core::env!("CARGO_PKG_VERSION")),
            upgrade: $module::upgrade,
            downgrade: $module::downgrade,
        }
    };
}
