//! What an error of the database means in HTTP.

use rebis_engine::ErrorKind;
use rebis_web::{HttpError, StatusCode};

/// A row that was asked for with `get_or_404` and its kin is the client's matter, and so is a character that no text can hold; everything else
/// is the server's.
pub(super) fn status_of(error: &rebis_orm::Error) -> Option<HttpError> {
    if error.answers_404() {
        return Some(HttpError::not_found());
    }
    let unstorable = error.engine().is_some_and(|error| error.kind() == ErrorKind::Character);
    unstorable.then(|| {
        HttpError::new(
            StatusCode::BAD_REQUEST,
            "The request holds a character that no text here can have, such as U+0000.",
        )
    })
}
