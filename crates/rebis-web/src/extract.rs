//! Extractors: what a handler asks of the request.
//!
//! Invariant: each refuses with an [`HttpError`](crate::HttpError), so a refusal gets the application's own page. axum's extractors
//! work beside them.

mod args;
mod body;
mod path;
mod query;

pub use args::Args;
pub use body::FormBody;
pub use path::Path;
pub use query::Query;
