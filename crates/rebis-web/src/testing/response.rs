//! [`TestResponse`]: a whole response, and what a test says about it.
//!
//! Invariant: an assertion that fails shows what was asked, what came and, of an error, its cause.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::HttpError;

/// A whole response.
///
/// ```
/// # use rebis_web::{App, Config, Redirect};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let app = App::new(Config::new("."))
///     .get("/", async || "Hello!").endpoint("index")
///     .get("/old", async || Redirect::to("/")).endpoint("old");
/// let client = app.test_client();
/// client.get("/").await.assert_ok().assert_contains("Hello");
/// client.get("/old").await.assert_redirect("/");
/// client.get("/nowhere").await.assert_status(404);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct TestResponse {
    /// The method and the path that were asked for.
    asked: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    cause: Option<HttpError>,
}

impl TestResponse {
    pub(super) fn new(
        asked: String,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        cause: Option<HttpError>,
    ) -> Self {
        Self { asked, status, headers, body, cause }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first header of that name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The error that the response stands for, with the cause that no client is told.
    pub fn error(&self) -> Option<&HttpError> {
        self.cause.as_ref()
    }

    /// The body read as JSON.
    ///
    /// # Panics
    /// When it is no JSON or no `T`; the message shows the body.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => self.fail(&format!("the response cannot be read as JSON: {error}")),
        }
    }

    /// Asserts that it succeeded, with any status from 200 to 299, and gives it back.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        if !self.status.is_success() {
            self.fail("expected success");
        }
        self
    }

    /// Asserts its status, a number or a [`StatusCode`], and gives it back.
    ///
    /// # Panics
    /// When it has another one.
    #[track_caller]
    pub fn assert_status(&self, status: impl PartialEq<StatusCode> + std::fmt::Debug) -> &Self {
        if status != self.status {
            self.fail(&format!("expected the status {status:?}"));
        }
        self
    }

    /// Asserts that it sends the client to that path or URL.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn assert_redirect(&self, location: &str) -> &Self {
        if !self.status.is_redirection() || self.header("location") != Some(location) {
            let to = self.header("location").unwrap_or("nowhere");
            self.fail(&format!("expected a redirection to {location}, was sent to {to}"));
        }
        self
    }

    /// Asserts that the text is in its body, as it stands there: HTML is not unescaped.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn assert_contains(&self, text: &str) -> &Self {
        if !self.text().contains(text) {
            self.fail(&format!("expected {text:?} in the body"));
        }
        self
    }

    /// Asserts that the text is not in its body.
    ///
    /// # Panics
    /// When it is.
    #[track_caller]
    pub fn assert_lacks(&self, text: &str) -> &Self {
        if self.text().contains(text) {
            self.fail(&format!("expected no {text:?} in the body"));
        }
        self
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let cause = self.cause.as_ref().map(|cause| format!("\n{cause:?}")).unwrap_or_default();
        panic!("{what}\n{} gave {}{cause}\n{}", self.asked, self.status, self.text());
    }
}
