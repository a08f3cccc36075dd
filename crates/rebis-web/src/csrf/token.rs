//! The token of a form against the token of the session.
//!
//! Invariant: the body that was read to find the token is given on unchanged, and the comparison takes the same time wherever two tokens
//! differ.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};

use super::CsrfError;
use crate::error::HttpError;
use crate::session::UserSession;

pub(crate) const HEADER: &str = "x-csrf-token";
const FIELD: &str = "csrf_token";

pub(super) async fn check(
    session: &UserSession,
    request: Request,
    limit: usize,
) -> Result<Request, HttpError> {
    let (parts, body) = request.into_parts();
    if let Some(sent) = parts.headers.get(HEADER) {
        compare(session, Some(sent.as_bytes()))?;
        return Ok(Request::from_parts(parts, body));
    }
    let body = axum::body::to_bytes(body, limit)
        .await
        .map_err(|error| HttpError::status_only(StatusCode::PAYLOAD_TOO_LARGE).with_source(error))?;
    compare(session, find(&parts.headers, &body).as_deref())?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn compare(session: &UserSession, sent: Option<&[u8]>) -> Result<(), HttpError> {
    let Some(sent) = sent.filter(|sent| !sent.is_empty()) else {
        return Err(CsrfError::missing().refuse());
    };
    match session.known_token() {
        Some(token) if !token.is_empty() && same(token.as_bytes(), sent) => Ok(()),
        _ => Err(CsrfError::wrong().refuse()),
    }
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

fn find(headers: &HeaderMap, body: &Bytes) -> Option<Vec<u8>> {
    let kind = super::kind(headers);
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let mut fields = form_urlencoded::parse(body);
        return fields.find(|(name, _)| name == FIELD).map(|(_, value)| value.into_owned().into_bytes());
    }
    if kind.eq_ignore_ascii_case("multipart/form-data") {
        return in_multipart(body);
    }
    None
}

/// The value after the first `name="csrf_token"`. That it might stand inside a file does no harm: who can write the right token there
/// knows it.
fn in_multipart(body: &[u8]) -> Option<Vec<u8>> {
    let rest = after(body, b"name=\"csrf_token\"")?;
    let value = after(rest, b"\r\n\r\n")?;
    let end = value.iter().position(|byte| *byte == b'\r')?;
    Some(value[..end].to_vec())
}

fn after<'a>(text: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(what.len()).position(|part| part == what)?;
    text.get(at + what.len()..)
}
