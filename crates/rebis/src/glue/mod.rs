//! Where the web layer meets the database: [`AppExt`] binds a [`Database`](rebis_orm::Database) to an application.
//!
//! **Invariant.** The two layers know nothing of each other; all that joins them is in this folder.

mod bind;
mod errors;

pub use bind::AppExt;
pub(crate) use bind::{bound, setup};
