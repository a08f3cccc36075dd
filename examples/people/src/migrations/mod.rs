//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis::migrate::{Script, script};

#[path = "4b4e605ea77e_people_table.rs"]
mod r4b4e605ea77e;

/// Every migration of the application.
#[rustfmt::skip]
pub const ALL: &[Script] = &[
    script!(r4b4e605ea77e, "4b4e605ea77e_people_table.rs"),
];
