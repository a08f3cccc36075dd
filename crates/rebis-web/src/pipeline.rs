//! What happens around every request: the application's values go in, errors become pages, one line goes to the log.
//!
//! Invariant: every request is answered. A panic, an error and an empty refusal all leave as a page with the right status, and what the
//! client may not know goes to the log only.

use std::any::Any;
use std::error::Error as StdError;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::{Either, ready};
use tower::{Service as _, service_fn};
use tracing::Level;

use crate::app::App;
use crate::csrf::FormCheck;
use crate::debug::{self, Begun, Trace};
use crate::error::HttpError;
use crate::response::Redirect;
use crate::response::page::{self, Formats};

/// Parsed once.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// An application as a service: its router, and around it what happens to every request.
///
/// It stands around the router and not around each route: axum allocates the future of a route, and copies a route to call it. So axum has found no
/// route yet; what must be known of it before is asked of the application's own table.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    app: App,
    router: Router,
}

impl Site {
    pub(crate) fn new(app: App, router: Router) -> Self {
        Self { app, router }
    }

    /// As axum takes it, to be nested or tested.
    pub(crate) fn into_router(self) -> Router {
        Router::new().fallback_service(service_fn(move |request| self.clone().answer(request, None).map(Ok)))
    }

    /// Answers a request; `peer` is who sent it, where the request does not carry it already.
    pub(crate) fn answer(
        self,
        mut request: Request,
        peer: Option<SocketAddr>,
    ) -> impl Future<Output = Response> + Send + 'static {
        self.app.insert_values(&mut request, peer);
        if self.app.debugger().is_some() {
            Either::Left(Box::pin(watched(self, request)))
        } else {
            Either::Right(answer(self, request))
        }
    }
}

async fn watched(site: Site, request: Request) -> Response {
    let app = site.app.clone();
    let Some(debugger) = app.debugger() else { return answer(site, request).await };
    match debug::begin(&app, debugger, request).await {
        Begun::Answered(response) => response,
        Begun::Traced(request, trace) => {
            let response = trace.clone().scope(answer(site, request)).await;
            debug::end(debugger, trace, response).await
        }
    }
}

/// The future of a request is copied where it is made, and allocated where the application stands in a router: glibc keeps blocks of up to 1 KB at
/// hand. So what few requests need is in boxes and not a part of it, and it is a block, which works on the request where it was captured; an `async fn`
/// keeps each argument twice.
#[expect(clippy::manual_async_fn, reason = "the future of an `async fn` is larger by its arguments")]
fn answer(site: Site, mut request: Request) -> impl Future<Output = Response> + Send {
    async move {
        let Site { app, mut router } = site;
        let started = tracing::enabled!(target: "rebis::request", Level::INFO).then(Instant::now);
        let method = request.method().clone();
        let uri = request.uri().clone();
        let session = app.insert_session(&mut request);
        if app.in_debug().is_some()
            && let (Some(trace), Some(session)) = (Trace::current(), &session)
        {
            trace.session(session);
        }
        let https = is_https(&request);
        let mut asked = Asked {
            formats: Formats::of(request.headers()),
            parts: app.has_error_handlers().then(|| Box::new(copy_parts(&mut request))),
        };

        let work = match app.check_csrf(session.as_ref(), &request) {
            Ok(None) => Either::Left(router.call(request).map(|Ok(response)| response)),
            Ok(Some(check)) => Either::Right(Either::Left(Box::pin(checked(check, request, router)))),
            Err(refused) => Either::Right(Either::Right(ready(refused.into_response()))),
        };
        let mut response = catch(work).await;
        if is_refusal(&response) {
            response = catch(Box::pin(finish(&app, &method, &uri, &mut asked, response))).await;
        }
        if app.has_after() {
            forget_length(&mut response);
            response = catch(Box::pin(app.run_after(response))).await;
        }
        if let Some(session) = session
            && let Err(error) = session.save(&mut response, https)
        {
            log(&error, &method, &uri);
            response =
                page::error_response(&error, &asked.formats, app.answers_in_json(uri.path()), app.in_debug());
            response.extensions_mut().insert(Cause(error));
        }
        app.secure(response.headers_mut(), https);
        if method == Method::HEAD {
            take_body(&mut response);
        }

        if let Some(started) = started {
            let (status, took) = (response.status().as_u16(), started.elapsed());
            tracing::info!(target: "rebis::request", "{method} {} {status} {took:.1?}", uri.path());
        }
        response
    }
}

/// The answer to a form that has to bring a token.
async fn checked(check: FormCheck<'_>, request: Request, mut router: Router) -> Response {
    match check.form(request).await {
        Ok(request) => {
            let Ok(response) = router.call(request).await;
            response
        }
        Err(refused) => refused.into_response(),
    }
}

/// What a page of an error stands for: a test is told. It travels beside the response and never to a client.
#[derive(Clone)]
pub(crate) struct Cause(pub(crate) HttpError);

/// What must be known of the request once it is gone.
struct Asked {
    formats: Formats,
    parts: Option<Box<Parts>>,
}

/// Whether the visitor came by HTTPS, as far as the request says. A proxy's word is enough: it only makes the cookie stricter.
fn is_https(request: &Request) -> bool {
    let proxy = request.headers().get(FORWARDED_PROTO).is_some_and(|value| value == "https");
    proxy || request.uri().scheme_str() == Some("https")
}

fn copy_parts(request: &mut Request) -> Parts {
    let (parts, body) = std::mem::take(request).into_parts();
    let copy = parts.clone();
    *request = Request::from_parts(parts, body);
    copy
}

fn catch(work: impl Future<Output = Response>) -> impl Future<Output = Response> {
    AssertUnwindSafe(work).catch_unwind().map(|done| {
        done.unwrap_or_else(|panic| {
            HttpError::internal(format!("a handler panicked: {}", panic_text(&*panic))).into_response()
        })
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

fn is_refusal(response: &Response) -> bool {
    response.status().as_u16() >= 400
}

/// Turns a refusal into what the visitor is to see.
async fn finish(
    app: &App,
    method: &Method,
    uri: &Uri,
    asked: &mut Asked,
    mut response: Response,
) -> Response {
    let status = response.status();
    let rules = app.rules();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        // axum has said it without OPTIONS.
        if let Some(allowed) = rules.and_then(|rules| rules.allowed(uri.path(), method))
            && let Ok(allowed) = HeaderValue::try_from(allowed)
        {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        if method == Method::OPTIONS {
            return options(&response);
        }
    }
    if status == StatusCode::NOT_FOUND && rules.is_some_and(|rules| rules.lacks_slash(uri.path())) {
        return with_slash(uri);
    }
    let Some(error) = error_of(&mut response) else { return response };
    let on_errors = app.on_errors(uri.path(), method);
    let error = on_errors.map(error);
    log(&error, method, uri);

    let own = match asked.parts.take() {
        Some(parts) => catch_option(on_errors.answer(&error, *parts)).await,
        None => None,
    };
    let page_of = |error: &HttpError| {
        page::error_response(error, &asked.formats, app.answers_in_json(uri.path()), app.in_debug())
    };
    let mut cause = error;
    let mut page = match own {
        Some(mut own) => match error_of(&mut own) {
            // The handler of the error failed itself.
            Some(second) => {
                log(&second, method, uri);
                cause = second;
                page_of(&cause)
            }
            None => own,
        },
        None => page_of(&cause),
    };
    keep_headers(response.headers(), page.headers_mut());
    page.extensions_mut().insert(Cause(cause));
    page
}

async fn catch_option(work: impl Future<Output = Option<Response>>) -> Option<Response> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let text = format!("an error handler panicked: {}", panic_text(&*panic));
            Some(HttpError::internal(text).into_response())
        }
    }
}

/// The error that a response stands for: an `HttpError`, an error that another crate's refusal put into the response's extensions as
/// `Arc<dyn Error + Send + Sync>`, or an empty body with the status of an error. Anything else is an answer as it is.
fn error_of(response: &mut Response) -> Option<HttpError> {
    let status = response.status();
    if let Some(error) = response.extensions_mut().remove::<HttpError>() {
        return Some(error);
    }
    if let Some(cause) = response.extensions_mut().remove::<Arc<dyn StdError + Send + Sync>>() {
        return Some(HttpError::status_only(status).with_source(Shared(cause)));
    }
    let is_error = status.is_client_error() || status.is_server_error();
    let empty = response.body().size_hint().exact() == Some(0);
    // axum has taken away the body of an answer to HEAD, and said how long it was.
    let empty = empty && length(response.headers()).is_none_or(|length| length == 0);
    (is_error && empty).then(|| HttpError::status_only(status))
}

/// axum has said how long the body is, and a hook may put another in its place: it is said again when it leaves. What is not the length of this body
/// is that of the one which HEAD does not get.
fn forget_length(response: &mut Response) {
    if response.body().size_hint().exact().is_some_and(|exact| length(response.headers()) == Some(exact)) {
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
}

/// axum does it for what its routes answer, but not for a page or for what a hook has made of an answer.
fn take_body(response: &mut Response) {
    if let Some(exact @ 1..) = response.body().size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(exact.into());
    }
    *response.body_mut() = Body::empty();
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// An error behind an `Arc`, as an error.
#[derive(Debug)]
struct Shared(Arc<dyn StdError + Send + Sync>);

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Shared {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

fn log(error: &HttpError, method: &Method, uri: &Uri) {
    if error.status().is_server_error() {
        tracing::error!(target: "rebis::error", "{method} {}: {error:?}", uri.path());
    }
}

/// `OPTIONS` of a path that has other methods: 200 and what is allowed.
fn options(refused: &Response) -> Response {
    let mut response = StatusCode::OK.into_response();
    keep_headers(refused.headers(), response.headers_mut());
    response
}

/// The rule ends in a slash and the request does not: one address for one thing. Leading slashes are reduced to one, because
/// `//host/` would be another host.
fn with_slash(uri: &Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::permanent(format!("/{path}/{query}")).into_response()
}

/// `Allow`, `Retry-After`, cookies … of the refused response belong to the page that replaces it.
fn keep_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for name in from.keys() {
        let of_the_body = [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::TRANSFER_ENCODING,
            header::CONTENT_RANGE,
        ];
        if !of_the_body.contains(name) && !to.contains_key(name) {
            for value in from.get_all(name) {
                to.append(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_future_of_a_request_is_small() {
        let app = App::new(Config::new("."));
        let future = answer(Site::new(app, Router::new()), Request::default());
        // What glibc keeps at hand, for who has it in a box.
        assert!(size_of_val(&future) <= 1032 - 40, "{} bytes", size_of_val(&future));
    }
}
