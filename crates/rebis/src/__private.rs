//! What the macros' output names. Not for people; it may change with any release.

pub use crate::cli::block_on;
pub use rebis_orm::__private::*;
