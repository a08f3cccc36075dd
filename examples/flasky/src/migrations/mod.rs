//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis::migrate::{Script, script};

#[path = "cf4a93a70e4e_initial_migration.rs"]
mod rcf4a93a70e4e;

/// Every migration of the application.
#[rustfmt::skip]
pub const ALL: &[Script] = &[
    script!(rcf4a93a70e4e, "cf4a93a70e4e_initial_migration.rs"),
];
