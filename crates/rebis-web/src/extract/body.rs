//! `FormBody`: an urlencoded body as a struct.
//!
//! Invariant: a body that is no `T` is the client's mistake, a 4xx.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use crate::error::HttpError;

/// The fields of an `application/x-www-form-urlencoded` body as a struct, or a refusal: for what programs send, a webhook for instance.
/// A form that people fill in, and see again with its errors, is a [`Form`](crate::Form).
///
/// Refuses with 415 for another content type, 422 when the fields are no `T`, 413 when the body is larger than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FormBody<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        match axum::extract::Form::<T>::from_request(request, state).await {
            Ok(axum::extract::Form(value)) => Ok(Self(value)),
            Err(error) => Err(HttpError::unread(error.status(), error.body_text(), error)),
        }
    }
}
