//! `Path`: the parameters of the path.
//!
//! Invariant: a parameter that is no `T` means that nothing is there: 404, as with Flask's converters, never 400.

use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::HttpError;

/// The parameters of the path, in their order: `Path(id): Path<i64>` for `/users/{id}`, `Path((user, post)): Path<(i64, i64)>`
/// for two, or a struct with their names.
///
/// A parameter that is no `T` (`/users/abc`) is answered with 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) if error.status().is_client_error() => {
                Err(HttpError::not_found().with_source(error))
            }
            // The number of parameters or an unsupported type: a mistake of the program.
            Err(error) => Err(HttpError::internal(error)),
        }
    }
}
