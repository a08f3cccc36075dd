//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis::migrate::{Script, script};

#[path = "81e6dca35ec9_initial_migration.rs"]
mod r81e6dca35ec9;

/// Every migration of the application.
#[rustfmt::skip]
pub const ALL: &[Script] = &[
    script!(r81e6dca35ec9, "81e6dca35ec9_initial_migration.rs"),
];
