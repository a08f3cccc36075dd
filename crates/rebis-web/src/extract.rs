//! Extractors: what a handler asks of the request.
//!
//! Invariant: each refuses with an [`HttpError`](crate::HttpError), so a refusal gets the application's own page. axum's extractors
//! work beside them.

mod args;
mod fields;
mod form;
mod path;
mod query;

pub use args::Args;
pub use fields::{Field, FormFields};
pub use form::Form;
pub use path::Path;
pub use query::Query;
