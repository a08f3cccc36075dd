//! The request, as far as it may be shown.
//!
//! Invariant: a value whose name sounds like a secret is dropped when the request is read, and a body is read only where it is a small form
//! or small JSON; the application gets it unchanged.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use serde::Serialize;

use crate::app::App;
use crate::config::{is_secret, redact_urls, redact_value};
use crate::csrf;
use crate::error::HttpError;

const HIDDEN: &str = "***";
const LARGEST_BODY: u64 = 64 * 1024;

/// What the error page and the list of requests tell of a request.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) endpoint: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) form: Vec<(String, String)>,
    pub(super) json: Option<String>,
    /// Whether the browser shows the answer as a page: no fragment, no data for a script.
    #[serde(skip)]
    pub(super) page: bool,
}

impl Asked {
    /// Reads the request and gives it back.
    pub(super) async fn read(app: &App, request: Request) -> Result<(Request, Self), HttpError> {
        let rules = app.rules();
        let path = rules.and_then(|rules| rules.matched(request.uri().path()));
        let route = rules.zip(path).and_then(|(rules, path)| rules.route(path, request.method()));
        let query = request.uri().query().unwrap_or_default();
        let mut asked = Asked {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            endpoint: route.map(|route| route.endpoint.clone()),
            rule: route.map(|route| route.rule.as_str()).or(path).map(str::to_owned),
            query: fields(query.as_bytes()),
            headers: headers(request.headers()),
            form: Vec::new(),
            json: None,
            page: wants_page(request.method(), request.headers()),
        };
        let kind = csrf::kind(request.headers()).to_ascii_lowercase();
        let (form, json) = (kind == "application/x-www-form-urlencoded", kind == "application/json");
        if !(form || json) || request.body().size_hint().exact().is_none_or(|length| length > LARGEST_BODY) {
            return Ok((request, asked));
        }
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, LARGEST_BODY as usize)
            .await
            .map_err(|error| HttpError::bad_request("The request's body broke off.").with_source(error))?;
        if form {
            asked.form = fields(&body);
        } else {
            asked.json = shown_json(&body);
        }
        Ok((Request::from_parts(parts, Body::from(body)), asked))
    }
}

fn wants_page(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|given| given == value);
    let fragment = headers.contains_key("hx-request") || says("x-requested-with", "XMLHttpRequest");
    // Browsers say what they want it for.
    let other = headers.get("sec-fetch-dest").is_some_and(|value| value != "document" && value != "iframe");
    method != Method::HEAD && !fragment && !other
}

fn fields(text: &[u8]) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(text);
    pairs
        .map(|(name, value)| {
            let value = shown(&name, &value);
            (name.into_owned(), value)
        })
        .collect()
}

fn headers(all: &HeaderMap) -> Vec<(String, String)> {
    let shown = all.iter().map(|(name, value)| {
        let name = name.as_str();
        let text = String::from_utf8_lossy(value.as_bytes());
        let value = match name {
            "cookie" => {
                let names = text.split(';').map(|pair| pair.split('=').next().unwrap_or_default().trim());
                names.map(|name| format!("{name}={HIDDEN}")).collect::<Vec<_>>().join("; ")
            }
            "authorization" | "proxy-authorization" => {
                format!("{} {HIDDEN}", text.split_once(' ').map_or("", |(scheme, _)| scheme))
                    .trim()
                    .to_owned()
            }
            _ => shown(name, &text),
        };
        (name.to_owned(), value)
    });
    shown.collect()
}

fn shown(name: &str, value: &str) -> String {
    if is_secret(name) { HIDDEN.to_owned() } else { redact_urls(value) }
}

fn shown_json(body: &Bytes) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = redact_value("", &value);
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

/// Hides the values of lines that read `name: value`, where the name sounds like a secret: of the variables that a template's error lists.
pub(super) fn hide_lines(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(':') {
        Some((name, value)) if is_secret(name) && !value.trim().is_empty() && !name.contains("{{") => {
            format!("{name}: {HIDDEN}")
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_kept() {
        let mut all = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer abc"),
            ("cookie", "session=abc; theme=abc"),
            ("x-api-key", "abc"),
            ("referer", "http://h/?token=abc&a=1"),
            ("accept", "text/html"),
        ] {
            all.insert(name, value.parse().unwrap());
        }
        let shown = headers(&all);
        assert!(!format!("{shown:?}").contains("abc"), "{shown:?}");
        assert!(shown.contains(&("authorization".into(), "Bearer ***".into())));
        assert!(shown.contains(&("cookie".into(), "session=***; theme=***".into())));
        assert!(shown.contains(&("accept".into(), "text/html".into())));
        let form = fields(b"name=susan&password=abc&csrf_token=abc");
        assert_eq!(form[0], ("name".into(), "susan".into()));
        assert_eq!(form[1], ("password".into(), "***".into()));
        assert_eq!(form[2], ("csrf_token".into(), "***".into()));
        let json = shown_json(&Bytes::from_static(br#"{"user":{"password":"abc","name":"susan"}}"#)).unwrap();
        assert!(json.contains("susan") && !json.contains("abc"), "{json}");
        assert_eq!(
            hide_lines("  name: 1\n  password: \"abc\",\n  9 | {{ x }}"),
            "  name: 1\n  password: ***\n  9 | {{ x }}"
        );
    }
}
