//! The token of a form against the token of the session.
//!
//! Invariant: the body that was read to find the token is given on unchanged, and the comparison takes the same time wherever two tokens
//! differ.

use std::future::ready;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use futures_util::{StreamExt as _, stream};

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
    if super::kind(&parts.headers).eq_ignore_ascii_case("multipart/form-data") {
        let body = check_multipart(session, body, limit).await?;
        return Ok(Request::from_parts(parts, body));
    }
    let body = axum::body::to_bytes(body, limit).await.map_err(|error| broken_off(error.into()))?;
    compare(session, find(&parts.headers, &body).as_deref())?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// How far into a form with files the token is looked for: it stands in front of them.
const FRONT: usize = 256 * 1024;

/// Reads only the front of the body, so that the files behind it can be as large as the application allows.
async fn check_multipart(session: &UserSession, body: Body, limit: usize) -> Result<Body, HttpError> {
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > limit) {
        return Err(HttpError::status_only(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let mut rest = body.into_data_stream();
    let mut front = Vec::new();
    let token = loop {
        let found = in_multipart(&front);
        if found.is_some() || front.len() > FRONT.min(limit) {
            break found;
        }
        match rest.next().await {
            Some(chunk) => front.extend_from_slice(&chunk.map_err(|error| broken_off(error.into()))?),
            None => break None,
        }
    };
    compare(session, token.as_deref())?;
    Ok(Body::from_stream(stream::once(ready(Ok(Bytes::from(front)))).chain(rest)))
}

/// A body that could not be read to its end: too late, or too large.
fn broken_off(error: crate::BoxError) -> HttpError {
    let status = match is_timeout(&*error) {
        true => StatusCode::REQUEST_TIMEOUT,
        false => StatusCode::PAYLOAD_TOO_LARGE,
    };
    HttpError::status_only(status).with_source(error)
}

/// Whether the client fell silent.
pub(crate) fn is_timeout(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<crate::serve::TooSlow>() {
            return true;
        }
        next = error.source();
    }
    false
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
