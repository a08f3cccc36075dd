//! From a request's body to fields and files.
//!
//! Invariant: of what is sent, only fields of text stay in memory, and no more of them than a limit; files go to the disk as they arrive.

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{Extensions, StatusCode, header};
use futures_util::StreamExt as _;

use super::fields::FormFields;
use super::spec::FormSpec;
use super::upload::{Upload, Writer};
use crate::app::App;
use crate::csrf;
use crate::error::{BoxError, HttpError, Result};

/// What a form may have, unless `MAX_FORM_PARTS` says otherwise: more is no form that somebody filled in.
const MOST_FIELDS: usize = 1000;

/// What the text of a form with files may take in memory, all fields together.
const MOST_TEXT: usize = 1 << 20;

/// Reads the form that a request holds.
pub(super) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<FormFields> {
    let kind = csrf::kind(request.headers());
    if kind.eq_ignore_ascii_case("multipart/form-data") {
        return multipart(request).await;
    }
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(HttpError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The form must be sent as application/x-www-form-urlencoded or multipart/form-data.",
        ));
    }
    let most = most_fields(request.extensions());
    let body = Bytes::from_request(request, state).await;
    let body = body.map_err(|error| HttpError::unread(error.status(), error.body_text(), error))?;
    let values: Vec<_> = form_urlencoded::parse(&body).into_owned().take(most.saturating_add(1)).collect();
    if values.len() > most {
        return Err(too_many());
    }
    Ok(FormFields::sent(values, Vec::new()))
}

impl FormFields {
    /// What the query says about a form that is sent in it.
    pub(super) fn of_query(spec: &FormSpec, query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned();
        let own: Vec<_> = pairs.filter(|(name, _)| spec.find(name).is_some()).take(MOST_FIELDS).collect();
        if own.is_empty() { Self::default() } else { Self::sent(own, Vec::new()) }
    }
}

async fn multipart(request: Request) -> Result<FormFields> {
    let most = most_fields(request.extensions());
    let limit = request.extensions().get::<App>().map_or(MOST_TEXT, App::body_limit);
    let boundary = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = boundary.and_then(|kind| multer::parse_boundary(kind).ok());
    let boundary = boundary.ok_or_else(malformed)?;
    let body = request.into_body();
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > limit) {
        return Err(HttpError::status_only(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let mut read = 0_usize;
    let stream = body.into_data_stream().map(move |chunk| {
        let chunk: Bytes = chunk?;
        read = read.saturating_add(chunk.len());
        if read > limit { Err(BoxError::from(TooLarge)) } else { Ok(chunk) }
    });

    let mut form = multer::Multipart::new(stream, boundary);
    let (mut values, mut files, mut text) = (Vec::new(), Vec::new(), 0);
    while let Some(mut part) = form.next_field().await.map_err(refuse)? {
        let Some(name) = part.name().map(str::to_owned) else { return Err(malformed()) };
        if values.len() + files.len() >= most {
            return Err(too_many());
        }
        if let Some(file_name) = part.file_name().map(str::to_owned) {
            let kind = part.content_type().map(|kind| kind.essence_str().to_owned());
            let mut file = Writer::new(file_name, kind);
            while let Some(chunk) = part.chunk().await.map_err(refuse)? {
                file.write(&chunk).await?;
            }
            // An empty control of a browser sends a file without a name and without content.
            files.extend(file.finish().await?.filter(|file| !file.is_nothing()).map(|file| (name, file)));
            continue;
        }
        let mut value = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(refuse)? {
            text += chunk.len();
            if text > MOST_TEXT {
                return Err(HttpError::status_only(StatusCode::PAYLOAD_TOO_LARGE));
            }
            value.extend_from_slice(&chunk);
        }
        values.push((name, String::from_utf8_lossy(&value).into_owned()));
    }
    Ok(FormFields::sent(values, files))
}

/// How many fields a form of this application may have.
fn most_fields(extensions: &Extensions) -> usize {
    let app = extensions.get::<App>();
    app.and_then(|app| app.config().get("MAX_FORM_PARTS").ok()).unwrap_or(MOST_FIELDS)
}

fn too_many() -> HttpError {
    HttpError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "The form has more fields than the server allows. (MAX_FORM_PARTS says how many it may have.)",
    )
}

fn malformed() -> HttpError {
    HttpError::bad_request("The form's body is malformed.")
}

/// What multer met: our own limit, a client that fell silent, or nonsense.
fn refuse(error: multer::Error) -> HttpError {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(cause) = next {
        if cause.is::<TooLarge>() {
            return HttpError::status_only(StatusCode::PAYLOAD_TOO_LARGE);
        }
        next = cause.source();
    }
    if csrf::is_timeout(&error) {
        return HttpError::status_only(StatusCode::REQUEST_TIMEOUT).with_source(error);
    }
    malformed().with_source(error)
}

#[derive(Debug)]
struct TooLarge;

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body is larger than MAX_CONTENT_LENGTH")
    }
}

impl std::error::Error for TooLarge {}

impl Upload {
    fn is_nothing(&self) -> bool {
        self.file_name().is_empty() && self.size() == 0
    }
}
