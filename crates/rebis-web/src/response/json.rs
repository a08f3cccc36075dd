//! `Json`: a JSON body, in both directions.
//!
//! Invariant: a body that cannot be read as `T` is the client's mistake, answered with a 4xx in JSON that says where it is.

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::HttpError;

/// A JSON request body as an extractor, a JSON response as a return value.
///
/// As an extractor it refuses in JSON: 415 when the content type is not JSON, 400 when the text is malformed, 422 when the text is
/// JSON but no `T`, 413 when the body is larger than the limit, 408 when it does not come in time. (`axum::Json` works as well, and refuses in plain text.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(refuse(rejection)),
        }
    }
}

fn refuse(rejection: JsonRejection) -> HttpError {
    let words = match &rejection {
        JsonRejection::MissingJsonContentType(_) => {
            "The request's Content-Type is not 'application/json'.".to_owned()
        }
        JsonRejection::JsonDataError(_) | JsonRejection::JsonSyntaxError(_) => {
            // "Failed to deserialize the JSON body into the target type: users[0].age: invalid type …": the second half is what helps.
            let text = rejection.body_text();
            let cause = text.split_once(": ").map_or(&*text, |(_, cause)| cause);
            format!("The request's body cannot be read: {cause}")
        }
        other => other.body_text(),
    };
    HttpError::unread(rejection.status(), words, rejection).preferring_json()
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(mut body) => {
                body.push(b'\n');
                let mut response = Response::new(Body::from(body));
                let kind = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            Err(error) => HttpError::internal(error).into_response(),
        }
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
