//! `Html`: a page.
//!
//! Invariant: the text is sent as it is; escaping happened where it was rendered.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// A page, sent as `text/html; charset=utf-8`. [`Templates::render`](crate::Templates::render) makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(pub String);

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        let mut response = Response::new(Body::from(self.0));
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
