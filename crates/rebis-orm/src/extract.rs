//! Extractors for axum handlers. Invariant: a request has one session, which lives in the request's extensions.

use std::sync::Arc;

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::database::Database;
use crate::session::Session;

/// Why a handler could not have a database: the application did not give it one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection;

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this application has no database; give it one with `App::new(config).database(db)`")
    }
}

impl std::error::Error for Rejection {}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response();
        // Who finds it there logs it, and shows visitors a page of his own.
        let cause: Arc<dyn std::error::Error + Send + Sync> = Arc::new(self);
        response.extensions_mut().insert(cause);
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Database {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        parts.extensions.get::<Database>().cloned().ok_or(Rejection)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        if let Some(session) = parts.extensions.get::<Session>() {
            return Ok(session.clone());
        }
        let session = Database::from_request_parts(parts, state).await?.session();
        parts.extensions.insert(session.clone());
        Ok(session)
    }
}
