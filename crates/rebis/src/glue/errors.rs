//! What an error of the database means in HTTP.

use rebis_web::HttpError;

/// «Not found» is the client's matter, everything else the server's.
pub(super) fn status_of(error: &rebis_orm::Error) -> Option<HttpError> {
    error.is_not_found().then(HttpError::not_found)
}
