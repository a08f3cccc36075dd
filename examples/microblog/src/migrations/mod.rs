//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis::migrate::Script;

pub const ALL: &[Script] = &[];
