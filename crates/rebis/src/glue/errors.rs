//! What an error of the database means in HTTP.

use rebis_web::HttpError;

/// A row that was asked for with `get_or_404` and its kin is the client's matter, everything else the server's.
pub(super) fn status_of(error: &rebis_orm::Error) -> Option<HttpError> {
    error.answers_404().then(HttpError::not_found)
}

/// PostgreSQL keeps no U+0000 in a text, and says so with the standard's code for a character that a character set has not. Such text came with the
/// request: nobody writes it into a program.
pub(super) fn text_that_cannot_be_kept(error: &rebis_engine::Error) -> Option<HttpError> {
    let refused = error.sqlstate() == Some("22021");
    refused.then(|| HttpError::bad_request("The request holds a character that cannot be stored (U+0000)."))
}
