//! The default error pages: HTML or JSON, as the client prefers.
//!
//! Invariant: outside debug mode a page holds the status and the message for the client, nothing else; in any mode, text is escaped.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Html;
use crate::app::App;
use crate::debug;
use crate::error::HttpError;

/// A sentence for a status that nobody said more about.
pub(crate) fn explain(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The server could not understand the request.",
        StatusCode::UNAUTHORIZED => "This page needs you to log in.",
        StatusCode::FORBIDDEN => "You are not allowed to see this page.",
        StatusCode::NOT_FOUND => {
            "The requested URL was not found on the server. If you entered it by hand, check the spelling."
        }
        StatusCode::METHOD_NOT_ALLOWED => "The method is not allowed for the requested URL.",
        StatusCode::PAYLOAD_TOO_LARGE => {
            "The request's body is larger than the server allows. (MAX_CONTENT_LENGTH says how large it may be.)"
        }
        StatusCode::REQUEST_TIMEOUT => "The request did not arrive in time.",
        StatusCode::INTERNAL_SERVER_ERROR => {
            "The server met an error that it did not expect, and could not answer the request."
        }
        StatusCode::SERVICE_UNAVAILABLE => "The server cannot answer right now. Try again later.",
        other => other.canonical_reason().unwrap_or("The request failed."),
    }
}

/// What a request says about HTML and JSON: kept until it is known whether there is an error.
pub(crate) struct Formats {
    accept: Option<HeaderValue>,
    sent: Option<HeaderValue>,
}

impl Formats {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut all = headers.get_all(header::ACCEPT).iter();
        let first = all.next().cloned();
        let accept = all.fold(first, |before, next| {
            let joined = [before?.as_bytes(), b", ", next.as_bytes()].concat();
            HeaderValue::from_bytes(&joined).ok()
        });
        Self { accept, sent: headers.get(header::CONTENT_TYPE).cloned() }
    }

    /// Whether the client would rather read JSON: it says so, or it sends JSON and does not ask for HTML. Where it says nothing, `usual` decides.
    fn wants_json(&self, usual: bool) -> bool {
        let text = |value: &Option<HeaderValue>| {
            value.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
        };
        let (mut html, mut json) = (0.0_f32, 0.0_f32);
        for part in text(&self.accept).split(',') {
            let mut parts = part.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            match kind {
                "text/html" | "application/xhtml+xml" | "text/*" => html = html.max(weight),
                kind if is_json(kind) => json = json.max(weight),
                _ => {}
            }
        }
        if html == 0.0 && json == 0.0 {
            return usual || is_json(text(&self.sent).split(';').next().unwrap_or_default().trim());
        }
        json > 0.0 && json >= html
    }
}

/// The response for an error. The request decides on the format; where it leaves that open, `json` does. With the application, in debug mode,
/// it says why.
pub(crate) fn error_response(
    error: &HttpError,
    formats: &Formats,
    json: bool,
    debug: Option<&App>,
) -> Response {
    let status = error.status();
    let name = status.canonical_reason().unwrap_or("Error");
    if error.prefers_json() || formats.wants_json(json) {
        let mut body = json!({ "code": status.as_u16(), "name": name, "description": error.message() });
        if debug.is_some() && status.is_server_error() {
            body["debug"] = debug::json(error);
        }
        return (status, super::Json(body)).into_response();
    }
    let body = if debug.is_some() && status.is_server_error() {
        // It says what the bar would say.
        return (status, axum::Extension(debug::NoBar), debug::html(error, debug)).into_response();
    } else {
        Html(format!(
            "<!doctype html>\n<html lang=en>\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
             <meta name=color-scheme content=\"light dark\">\n<title>{code} {name}</title>\n<h1>{name}</h1>\n<p>{message}</p>\n",
            code = status.as_u16(),
            message = escape(error.message()),
        ))
    };
    (status, body).into_response()
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The characters that mean something in HTML.
const SPECIAL: [bool; 256] = {
    let mut all = [false; 256];
    let mut at = 0;
    while at < SPECIAL_ONES.len() {
        all[SPECIAL_ONES[at] as usize] = true;
        at += 1;
    }
    all
};

const SPECIAL_ONES: &[u8] = b"&<>\"'";

/// Text for HTML, between tags and inside quoted attributes. Most text has nothing to escape, and is not copied.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.bytes().position(|byte| SPECIAL[usize::from(byte)]) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    let (clean, rest) = text.split_at(first);
    out.push_str(clean);
    for c in rest.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_characters_are_escaped_wherever_they_stand() {
        assert_eq!(escape("é<a href=\"x\">&'é</a>"), "é&lt;a href=&quot;x&quot;&gt;&amp;&#39;é&lt;/a&gt;");
        assert!(matches!(escape("nothing / special é"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_client_decides_on_the_format() {
        let formats = |accept: &[&str], content: &str| {
            let mut headers = HeaderMap::new();
            for accept in accept {
                headers.append(header::ACCEPT, accept.parse().unwrap());
            }
            headers.insert(header::CONTENT_TYPE, content.parse().unwrap());
            Formats::of(&headers)
        };
        let wants = |accept: &str, content: &str| formats(&[accept], content).wants_json(false);
        assert!(wants("application/json", "text/plain"));
        assert!(wants("*/*", "application/json; charset=utf-8"));
        assert!(wants("text/html;q=0.5, application/json", "text/plain"));
        assert!(wants("application/problem+json", "text/plain"));
        assert!(!wants("*/*", "text/plain"));
        assert!(!wants("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"));
        assert!(!wants("text/html, application/json;q=0.5", "text/plain"));
        assert!(formats(&["text/html;q=0.1", "application/json"], "text/plain").wants_json(false));
        assert!(!formats(&["text/html", "application/json;q=0.1"], "text/plain").wants_json(false));
        for open in ["*/*", "", "image/png"] {
            assert!(formats(&[open], "text/plain").wants_json(true), "{open}");
        }
        assert!(!formats(&["text/html, */*;q=0.8"], "text/plain").wants_json(true), "a browser");
    }
}
