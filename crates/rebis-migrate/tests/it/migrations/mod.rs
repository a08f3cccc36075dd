//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis_migrate::{Script, script};

#[path = "e517276bb1c2_users_table.rs"]
mod re517276bb1c2;
#[path = "780739b227a7_posts_table.rs"]
mod r780739b227a7;
#[path = "0ddba11c0ffe_everything_else.rs"]
mod r0ddba11c0ffe;
#[path = "c4a49e500000_changes.rs"]
mod rc4a49e500000;

/// Every migration of the application.
#[rustfmt::skip]
pub const ALL: &[Script] = &[
    script!(re517276bb1c2, "e517276bb1c2_users_table.rs"),
    script!(r780739b227a7, "780739b227a7_posts_table.rs"),
    script!(r0ddba11c0ffe, "0ddba11c0ffe_everything_else.rs"),
    script!(rc4a49e500000, "c4a49e500000_changes.rs"),
];
