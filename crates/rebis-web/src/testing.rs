//! The test client: requests to an application without a socket.
//!
//! Invariant: a request goes through everything that a request from outside goes through, except the HTTP parser.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};

mod response;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use futures_util::future::BoxFuture;
use serde::Serialize;
use tower::ServiceExt as _;

use crate::app::App;
use crate::csrf;
use crate::error::Result;
use crate::pipeline::Cause;
use crate::session::UserSession;

pub use response::TestResponse;

/// Calls an application in-process. Cookies that responses set are sent with later requests of the same client.
///
/// ```
/// # use rebis_web::{App, Config, Json};
/// # async fn add(Json(mut n): Json<Vec<i64>>) -> Json<Vec<i64>> { n.push(3); Json(n) }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let client = App::new(Config::new(".")).post("/add", add).test_client();
/// let response = client.post("/add").json(&[1, 2]).await;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.json::<Vec<i64>>(), [1, 2, 3]);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct TestClient {
    app: App,
    router: Router,
    cookies: Arc<Mutex<Vec<(String, String)>>>,
    headers: HeaderMap,
    follow: bool,
}

impl TestClient {
    pub(crate) fn new(app: App, router: Router) -> Self {
        Self { app, router, cookies: Arc::default(), headers: HeaderMap::new(), follow: false }
    }

    /// Sends a header with every request that does not set it itself: `.with_header("authorization", "Bearer …")`.
    ///
    /// # Panics
    /// When the name or the value cannot be sent.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let (name, value) = header_of(name, value);
        self.headers.insert(name, value);
        self
    }

    /// The value of a cookie that the client holds.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    }

    /// Gives the client a cookie, as if a response had set it.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.retain(|(other, _)| other != name);
        cookies.push((name.to_owned(), value.to_owned()));
    }

    /// Takes all cookies away: what follows comes from somebody who was never here.
    pub fn forget_cookies(&self) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Follows redirections within the application, at most ten. Off by default.
    #[must_use]
    pub fn follow_redirects(mut self, follow: bool) -> Self {
        self.follow = follow;
        self
    }

    /// A `GET` request.
    pub fn get(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
    }

    /// A `POST` request.
    pub fn post(&self, path: &str) -> TestRequest {
        self.request(Method::POST, path)
    }

    /// A `PUT` request.
    pub fn put(&self, path: &str) -> TestRequest {
        self.request(Method::PUT, path)
    }

    /// A `PATCH` request.
    pub fn patch(&self, path: &str) -> TestRequest {
        self.request(Method::PATCH, path)
    }

    /// A `DELETE` request.
    pub fn delete(&self, path: &str) -> TestRequest {
        self.request(Method::DELETE, path)
    }

    /// A request of any method. The path may have a query.
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        TestRequest {
            client: self.clone(),
            method,
            path: path.to_owned(),
            headers: self.headers.clone(),
            body: Bytes::new(),
            csrf: true,
            follow: self.follow,
        }
    }

    /// Reads and changes the session of this client, as if a handler had: to log in without the page for it, to look at what is left.
    ///
    /// ```
    /// # use rebis_web::{App, Config, UserSession};
    /// # async fn me(session: UserSession) -> String { format!("{:?}", session.get::<i64>("user_id")) }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let config = Config::new(".").with("SECRET_KEY", "only for this example, 32 bytes long");
    /// let client = App::new(config).get("/me", me).test_client();
    /// client.with_session(|session| session.set("user_id", 7))?;
    /// assert_eq!(client.get("/me").await.text(), "Some(7)");
    /// # Ok::<(), rebis_web::HttpError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// When the application has no usable `SECRET_KEY`, the session gets too large, or the change fails.
    pub fn with_session<T>(&self, change: impl FnOnce(&UserSession) -> Result<T>) -> Result<T> {
        let mut headers = HeaderMap::new();
        if let Some(cookies) = self.cookie_header() {
            headers.insert(header::COOKIE, cookies);
        }
        let session = self.app.session_of(&headers).ok_or_else(crate::HttpError::not_found)?;
        session.check_key()?;
        let result = change(&session)?;
        let mut response = Response::new(Body::empty());
        session.save(&mut response, false)?;
        self.keep_cookies(response.headers());
        Ok(result)
    }

    /// The token of the client's session, as the form it would fill in has it. A client without cookies has loaded no form.
    fn csrf_token(&self) -> Option<HeaderValue> {
        self.cookie_header()?;
        HeaderValue::try_from(self.with_session(UserSession::csrf_token).ok()?).ok()
    }

    fn cookie_header(&self) -> Option<HeaderValue> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| HeaderValue::try_from(pairs.join("; ")).ok()).flatten()
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for text in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            cookies.retain(|(other, _)| other != name);
            let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            if !gone && !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// Stands between the parts of a form with files; no test sends such a line.
const BOUNDARY: &str = "rebis-7d1f0c3a9b5e";

/// A request that is being put together; `.await` (or `.send().await`) sends it.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct TestRequest {
    client: TestClient,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    csrf: bool,
    follow: bool,
}

impl TestRequest {
    /// A JSON body, with its content type.
    ///
    /// # Panics
    /// When the value cannot be written as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.header("content-type", "application/json").body(body),
            Err(error) => panic!("the body of {} {} cannot be JSON: {error}", self.method, self.path),
        }
    }

    /// The fields of a form, with its content type: `.form(&[("name", "Susan")])`. The CSRF token of the client's session goes with it;
    /// see [`TestRequest::without_csrf`].
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, fields: &[(K, V)]) -> Self {
        let body = encode(fields);
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// A form with files, as `multipart/form-data`: fields by name and value, files by field, file name, media type and content.
    ///
    /// ```
    /// # use rebis_web::{App, Config, FormFields};
    /// # async fn add(form: FormFields) -> String { format!("{:?}", form.file("photo")) }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = App::new(Config::new(".")).post("/add", add).test_client();
    /// let sent = client.post("/add").multipart(&[("title", "Me")], &[("photo", "me.png", "image/png", b"...")]).await;
    /// assert_eq!(sent.text(), "Some(<Upload \"me.png\", 3 bytes>)");
    /// # });
    /// ```
    pub fn multipart(self, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Self {
        let quoted = |text: &str| text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let mut body = Vec::new();
        for (name, value) in fields {
            let head =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", quoted(name));
            body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
        }
        for (name, file_name, kind, content) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {kind}\r\n\r\n",
                quoted(name),
                quoted(file_name),
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.header("content-type", &format!("multipart/form-data; boundary={BOUNDARY}")).body(body)
    }

    /// Adds values to the query.
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: &[(K, V)]) -> Self {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        self.path.push_str(&encode(pairs));
        self
    }

    /// Sets a header.
    ///
    /// # Panics
    /// When the name or the value cannot be sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (name, value) = header_of(name, value);
        self.headers.insert(name, value);
        self
    }

    /// Follows redirections within the application from here on, at most ten, and gives the last response.
    pub fn follow_redirects(mut self) -> Self {
        self.follow = true;
        self
    }

    /// Sends no CSRF token, to see that the application refuses.
    pub fn without_csrf(mut self) -> Self {
        self.csrf = false;
        self
    }

    /// Any body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it; the same as `.await`.
    ///
    /// # Panics
    /// When the path is no URL.
    pub async fn send(self) -> TestResponse {
        let Self { client, mut method, mut path, mut headers, mut body, csrf, follow } = self;
        if csrf
            && csrf::changes_state(&method)
            && csrf::is_form(&headers)
            && !headers.contains_key(header::COOKIE)
            && let Some(token) = client.csrf_token()
        {
            headers.entry(csrf::HEADER).or_insert(token);
        }
        for _ in 0..10 {
            let response = once(&client, &method, &path, &headers, body.clone()).await;
            let target =
                response.header("location").filter(|target| target.starts_with('/')).map(str::to_owned);
            match (follow && response.status().is_redirection(), target) {
                (true, Some(target)) => {
                    if ![307, 308].contains(&response.status().as_u16()) {
                        method = Method::GET;
                        body = Bytes::new();
                    }
                    path = target;
                }
                _ => return response,
            }
        }
        panic!("more than ten redirections, the last one to {path}")
    }
}

async fn once(
    client: &TestClient,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> TestResponse {
    let mut request = match Request::builder().method(method).uri(path).body(Body::from(body)) {
        Ok(request) => request,
        Err(error) => panic!("{method} {path} is no request: {error}"),
    };
    request.headers_mut().extend(headers.clone());
    if let Some(cookies) = client.cookie_header() {
        request.headers_mut().entry(header::COOKIE).or_insert(cookies);
    }
    let response = match client.router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    client.keep_cookies(&parts.headers);
    let body = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => panic!("the body of the response to {method} {path} broke off: {error}"),
    };
    let cause = parts.extensions.get::<Cause>().map(|cause| cause.0.clone());
    if let Some(cause) = cause.as_ref().filter(|_| parts.status.is_server_error()) {
        // Tests have no log; what is printed here is shown when the test fails.
        eprintln!("{method} {path}: {cause:?}");
    }
    TestResponse::new(format!("{method} {path}"), parts.status, parts.headers, body, cause)
}

fn header_of(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        (Ok(name), Ok(value)) => (name, value),
        _ => panic!("{name}: {value:?} cannot be sent as a header"),
    }
}

fn encode<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl IntoFuture for TestRequest {
    type Output = TestResponse;
    type IntoFuture = BoxFuture<'static, TestResponse>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
