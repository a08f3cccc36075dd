//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis::migrate::{Script, script};

#[path = "10ca407babf6_initial_migration.rs"]
mod r10ca407babf6;
#[path = "fbdc27bae9fa_add_mpa_column_to_movie_model.rs"]
mod rfbdc27bae9fa;

/// Every migration of the application.
#[rustfmt::skip]
pub const ALL: &[Script] = &[
    script!(r10ca407babf6, "10ca407babf6_initial_migration.rs"),
    script!(rfbdc27bae9fa, "fbdc27bae9fa_add_mpa_column_to_movie_model.rs"),
];
