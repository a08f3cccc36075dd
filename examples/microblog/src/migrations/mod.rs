//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis::migrate::{Script, script};

#[path = "780739b227a7_posts_table.rs"]
mod r780739b227a7;
#[path = "e517276bb1c2_users_table.rs"]
mod re517276bb1c2;

/// Every migration of the application.
#[rustfmt::skip]
pub const ALL: &[Script] = &[
    script!(r780739b227a7, "780739b227a7_posts_table.rs"),
    script!(re517276bb1c2, "e517276bb1c2_users_table.rs"),
];
