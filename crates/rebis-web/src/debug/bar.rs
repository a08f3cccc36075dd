//! The debug bar: put into each whole HTML page.
//!
//! Invariant: what is no whole page (a stream, a fragment, a download, other data) leaves as it came, byte for byte; the bar brings no
//! script, and its styles cannot reach the page's own, nor theirs the bar's.

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::Debugger;
use super::trace::Record;
use super::view::{RecordView, render};

/// Larger pages are left alone.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Of a response that says already what the bar would say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoBar;

/// How many requests before this one the bar lists.
const BEFORE: usize = 5;

pub(super) async fn add(
    debugger: &Debugger,
    record: &Arc<Record>,
    number: u64,
    response: Response,
) -> Response {
    if !record.asked.page || response.extensions().get::<NoBar>().is_some() || !takes_bar(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = match axum::body::to_bytes(body, LARGEST as usize).await {
        Ok(body) => body,
        // The size was known and small, so the handler's own body failed: what is left to say is that it did.
        Err(error) => {
            tracing::error!(target: "rebis::error", "the body of a page broke off: {error}");
            return Response::from_parts(parts, Body::empty());
        }
    };
    let Some(at) = place(&body) else { return Response::from_parts(parts, Body::from(body)) };
    let values = crate::context! {
        record => RecordView::of(record),
        before => debugger.recent.before(number, BEFORE),
        links => &debugger.links,
        stale => debugger.stale.said(),
        nonce => nonce(&parts.headers),
        number,
    };
    let Ok(bar) = render("bar.html", values) else { return Response::from_parts(parts, Body::from(body)) };
    let mut page = Vec::with_capacity(body.len() + bar.0.len());
    page.extend_from_slice(&body[..at]);
    page.extend_from_slice(bar.0.as_bytes());
    page.extend_from_slice(&body[at..]);
    parts.headers.remove(header::CONTENT_LENGTH);
    // They name the page without the bar.
    parts.headers.remove(header::ETAG);
    Response::from_parts(parts, Body::from(page))
}

fn takes_bar(response: &Response) -> bool {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let html = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/html");
    let whole = response.body().size_hint().exact().is_some_and(|size| size > 0 && size <= LARGEST);
    html && whole
        && ![header::CONTENT_ENCODING, header::CONTENT_DISPOSITION, header::CONTENT_RANGE]
            .iter()
            .any(|name| headers.contains_key(name))
}

/// Before the last `</body>`; at the end of a page that leaves it out, as HTML allows; nowhere in what is no page.
fn place(body: &[u8]) -> Option<usize> {
    let lower = body.to_ascii_lowercase();
    if let Some(at) = lower.windows(7).rposition(|part| part == b"</body>") {
        return Some(at);
    }
    let start = lower.trim_ascii_start();
    let whole = start.starts_with(b"<!doctype html") || start.starts_with(b"<html");
    whole.then_some(body.len())
}

/// The word with which the page's own policy lets styles pass.
fn nonce(headers: &HeaderMap) -> Option<String> {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY)?.to_str().ok()?;
    let (_, rest) = policy.split_once("'nonce-")?;
    let word = rest.split('\'').next()?;
    word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_has_one_place() {
        assert_eq!(place(b"<script>'</body>'</script></BODY>\n</html>"), Some(26));
        assert_eq!(place(b"<!doctype html>\n<p>a"), Some(20));
        assert_eq!(place(b"<p>a</p>"), None);
    }

    #[test]
    fn the_nonce_of_the_page_is_found() {
        let mut headers = HeaderMap::new();
        assert_eq!(nonce(&headers), None);
        headers.insert(header::CONTENT_SECURITY_POLICY, "style-src 'self' 'nonce-aB3=='".parse().unwrap());
        assert_eq!(nonce(&headers).as_deref(), Some("aB3=="));
    }
}
