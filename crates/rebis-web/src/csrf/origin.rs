//! Where a request comes from, by the headers that a page's script cannot set.
//!
//! Invariant: a browser's word counts only against the request; a client that says nothing is no browser, or one older than 2020.

use axum::http::{HeaderMap, HeaderName, Uri, header};

use super::CsrfError;
use crate::error::HttpError;

pub(super) const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(super) fn check(headers: &HeaderMap, uri: &Uri, trusted: &[String]) -> Result<(), HttpError> {
    let origin = headers.get(header::ORIGIN).map(|value| value.to_str().unwrap_or_default());
    if origin.is_some_and(|origin| trusted.iter().any(|one| one.trim_end_matches('/') == origin)) {
        return Ok(());
    }
    let own = match (headers.get(&FETCH_SITE), origin) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => is_own(origin, headers, uri),
        (None, None) => true,
    };
    if own { Ok(()) } else { Err(CsrfError::origin().refuse()) }
}

/// `https://shop.example:8443` against the `Host` of the request. `null`, which sandboxed pages send, is nobody's.
fn is_own(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    match (origin.split_once("://"), host) {
        (Some((_, authority)), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}
