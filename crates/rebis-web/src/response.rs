//! What handlers answer with.
//!
//! Invariant: each type here is plain data and an `IntoResponse`; none of them reads the request.

mod html;
mod json;
pub(crate) mod page;
mod redirect;

pub use html::Html;
pub use json::Json;
pub use redirect::Redirect;
