//! Bootstrap 5, carried in the program: its files, and where they are served.
//!
//! Invariant: the URL names the version, so what is cached for a year is never wrong; no page needs another host.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::error::HttpError;
use crate::extract::Path;

/// The rule under which the files are served.
pub(crate) const RULE: &str = "/_rebis/bootstrap-5.3.8/{file}";
/// The endpoint of that rule.
pub(crate) const ENDPOINT: &str = "bootstrap";

const YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

struct File {
    name: &'static str,
    kind: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
}

/// Bootstrap 5.3.8, © The Bootstrap Authors, MIT (assets/LICENSE-bootstrap), without the line that names the source map.
static FILES: [File; 3] = [
    File {
        name: "bootstrap.min.css",
        kind: "text/css; charset=utf-8",
        plain: include_bytes!("../assets/bootstrap.min.css"),
        gzip: Some(include_bytes!("../assets/bootstrap.min.css.gz")),
    },
    File {
        name: "bootstrap.bundle.min.js",
        kind: "text/javascript; charset=utf-8",
        plain: include_bytes!("../assets/bootstrap.bundle.min.js"),
        gzip: Some(include_bytes!("../assets/bootstrap.bundle.min.js.gz")),
    },
    File {
        name: "theme-1.js",
        kind: "text/javascript; charset=utf-8",
        plain: include_bytes!("../assets/theme-1.js"),
        gzip: None,
    },
];

/// Answers with one of the files.
pub(crate) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, HttpError> {
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(HttpError::not_found)?;
    let mut response = match file.gzip.filter(|_| takes_gzip(&headers)) {
        Some(gzip) => {
            let mut response = gzip.into_response();
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        None => file.plain.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(header::CACHE_CONTROL, YEAR);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    Ok(response)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let all = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        name.eq_ignore_ascii_case("gzip") && !refused
    })
}
