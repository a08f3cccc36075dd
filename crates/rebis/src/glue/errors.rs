//! What an error of the database means in HTTP.

use rebis_web::HttpError;

/// A row that was asked for with `get_or_404` and its kin is the client's matter, everything else the server's.
pub(super) fn status_of(error: &rebis_orm::Error) -> Option<HttpError> {
    error.answers_404().then(HttpError::not_found)
}
