//! `HttpError`: what a handler refuses with, or fails from.
//!
//! Invariant: what the client may read (the message) and what only the log and the debug page may (the source, the detail) are kept
//! apart from the start; nothing moves from the second to the first.

use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::csrf::is_timeout;

/// Any error, boxed.
pub type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// What handlers return: any error turns into an [`HttpError`] with `?`.
pub type Result<T, E = HttpError> = std::result::Result<T, E>;

/// An error with an HTTP status.
///
/// Any `std::error::Error` becomes one with `?`, as a 500 that says nothing about itself outside debug mode (unless the application knows a
/// better status for its type, see [`App::map_error`](crate::App::map_error)). A refusal that the client should read is
/// made on purpose:
///
/// ```
/// use rebis_web::{HttpError, Result};
///
/// async fn show(id: i64) -> Result<String> {
///     if id < 1 {
///         return Err(HttpError::not_found());
///     }
///     let text = std::str::from_utf8(b"ok")?;
///     Ok(text.to_owned())
/// }
/// ```
///
/// In an [`App`](crate::App) the response is a page or JSON, as the client prefers, or what
/// [`App::error_handler`](crate::App::error_handler) makes of it.
///
/// Like `anyhow::Error` it is no `std::error::Error` itself (that is what lets every other error turn into it), and converts into
/// `Box<dyn Error + Send + Sync>`.
#[derive(Clone)]
pub struct HttpError {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    status: StatusCode,
    /// What the client may read; the status' own words if there is none.
    message: Option<String>,
    source: Option<Arc<BoxError>>,
    /// A longer text for the debug page and the log: source lines of a template.
    detail: Option<String>,
    prefers_json: bool,
    /// Made from a foreign error by `?`: the application may know a better status.
    converted: bool,
    /// Where it was made: the `?`, or the call.
    at: &'static Location<'static>,
}

impl HttpError {
    /// A refusal with a status and a message for the client.
    #[track_caller]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self::build(status, Some(message.into()))
    }

    /// A refusal with the words of the status.
    #[track_caller]
    pub fn status_only(status: StatusCode) -> Self {
        Self::build(status, None)
    }

    /// A body that could not be read: one that is too large, or did not come in time, in the words of the status, which name the setting, else
    /// in those of the refusal.
    #[track_caller]
    pub(crate) fn unread(status: StatusCode, words: String, cause: impl Into<BoxError>) -> Self {
        let cause = cause.into();
        match status {
            _ if is_timeout(&*cause) => Self::status_only(StatusCode::REQUEST_TIMEOUT).with_source(cause),
            StatusCode::PAYLOAD_TOO_LARGE => Self::status_only(status).with_source(cause),
            _ => Self::new(status, words),
        }
    }

    /// 404 Not Found.
    #[track_caller]
    pub fn not_found() -> Self {
        Self::build(StatusCode::NOT_FOUND, None)
    }

    /// 400 Bad Request.
    #[track_caller]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 403 Forbidden.
    #[track_caller]
    pub fn forbidden() -> Self {
        Self::build(StatusCode::FORBIDDEN, None)
    }

    /// 401 Unauthorized.
    #[track_caller]
    pub fn unauthorized() -> Self {
        Self::build(StatusCode::UNAUTHORIZED, None)
    }

    /// 409 Conflict.
    #[track_caller]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 500 because of an error that the client must not read.
    #[track_caller]
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self::build(StatusCode::INTERNAL_SERVER_ERROR, None).with_source(source)
    }

    /// Adds the cause, for the log and the debug page.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.edit().source = Some(Arc::new(source.into()));
        self
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.inner.status
    }

    /// What the client may read.
    pub fn message(&self) -> &str {
        self.inner.message.as_deref().unwrap_or_else(|| crate::response::page::explain(self.inner.status))
    }

    /// The cause, if there is one.
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_ref().map(|source| &***source as _)
    }

    /// The cause as an `E`, looked for along the whole chain.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let mut next = self.source();
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }

    pub(crate) fn with_detail(mut self, detail: String) -> Self {
        self.edit().detail = Some(detail);
        self
    }

    pub(crate) fn preferring_json(mut self) -> Self {
        self.edit().prefers_json = true;
        self
    }

    pub(crate) fn with_shared_source(mut self, source: Arc<BoxError>) -> Self {
        self.edit().source = Some(source);
        self
    }

    pub(crate) fn shared_source(&self) -> Option<&Arc<BoxError>> {
        self.inner.source.as_ref()
    }

    pub(crate) fn detail(&self) -> Option<&str> {
        self.inner.detail.as_deref()
    }

    /// Where it was made, if that is a place of the application's: not one of this crate, which would say nothing.
    pub(crate) fn location(&self) -> Option<&'static Location<'static>> {
        let own = concat!(env!("CARGO_PKG_NAME"), "/src/");
        Some(self.inner.at).filter(|at| !at.file().contains(own))
    }

    pub(crate) fn prefers_json(&self) -> bool {
        self.inner.prefers_json
    }

    /// Whether it only stands for its cause: nobody said more.
    fn is_its_cause(&self) -> bool {
        self.inner.converted || self.inner.message.is_none()
    }

    pub(crate) fn is_converted(&self) -> bool {
        self.inner.converted
    }

    /// The messages of the chain of causes, outermost first, those left out that only repeat the one before.
    pub(crate) fn chain(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut next = self.source();
        while let Some(error) = next {
            let text = error.to_string();
            if all.last() != Some(&text) {
                all.push(text);
            }
            next = error.source();
        }
        all
    }

    #[track_caller]
    fn build(status: StatusCode, message: Option<String>) -> Self {
        let at = Location::caller();
        let inner =
            Inner { status, message, source: None, detail: None, prefers_json: false, converted: false, at };
        Self { inner: Arc::new(inner) }
    }

    fn edit(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.inner)
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for HttpError {
    #[track_caller]
    fn from(error: E) -> Self {
        let mut made = Self::internal(error);
        made.edit().converted = true;
        made
    }
}

impl From<HttpError> for BoxError {
    fn from(error: HttpError) -> Self {
        Box::new(Printed(error))
    }
}

/// An `HttpError` where a `std::error::Error` is asked for.
struct Printed(HttpError);

impl fmt::Debug for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            // The cause is the text; "Internal Server Error" in front of it says nothing on a terminal.
            Some(source) if self.0.is_its_cause() => fmt::Display::fmt(source, f),
            _ => fmt::Display::fmt(&self.0, f),
        }
    }
}

/// What the text says already is no cause of it.
impl StdError for Printed {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if self.0.is_its_cause() { self.0.source()?.source() } else { self.0.source() }
    }
}

/// Without an `App` around it the response is plain text; the application replaces the body.
impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let text = format!("{}\n", self.message());
        let mut response = (self.status(), text).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Inside an error handler: the error that is handled. Anywhere else it refuses with a 500.
impl<S: Sync> FromRequestParts<S> for HttpError {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<HttpError>().cloned().ok_or_else(|| {
            HttpError::internal(
                "HttpError can be extracted in handlers that are registered with App::error_handler only",
            )
        })
    }
}

/// For the log and for developers: the status and the message, or, where nobody wrote a message for the client, the cause. What the client
/// may read is [`HttpError::message`].
impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source() {
            Some(cause) if self.inner.message.is_none() => write!(f, "{}: {cause}", self.status()),
            _ => write!(f, "{}: {}", self.status(), self.message()),
        }
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut causes = self.chain().into_iter();
        match causes.next() {
            // Of an error that `?` turned into this one, the error is the text: that is what a program prints that ends with it.
            Some(cause) if self.inner.converted => write!(f, "{cause}")?,
            // It stands in the text already.
            Some(_) if self.inner.message.is_none() => write!(f, "{self}")?,
            Some(cause) => write!(f, "{self}\n  caused by: {cause}")?,
            None => write!(f, "{self}")?,
        }
        for cause in causes {
            write!(f, "\n  caused by: {cause}")?;
        }
        if let Some(detail) = self.detail() {
            write!(f, "\n{detail}")?;
        }
        Ok(())
    }
}
