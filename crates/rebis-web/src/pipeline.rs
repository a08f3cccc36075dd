//! What happens around every request: the application's values go in, errors become pages, one line goes to the log.
//!
//! Invariant: every request is answered. A panic, an error and an empty refusal all leave as a page with the right status, and what the
//! client may not know goes to the log only.

use std::any::Any;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use futures_util::FutureExt;
use futures_util::future::Either;
use tower::layer::layer_fn;
use tower::{Layer, Service, service_fn};
use tracing::Level;

use crate::app::App;
use crate::csrf::FormCheck;
use crate::debug::{self, Begun, Trace};
use crate::error::HttpError;
use crate::response::Redirect;
use crate::response::page::{self, Formats};

/// Parsed once.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Puts the pipeline around each route.
pub(crate) fn pipeline(app: App) -> impl Layer<Route, Service = impl Piped> + Clone + Send + Sync + 'static {
    layer_fn(move |route: Route| {
        // Shared: axum copies what it calls, and a copy of a route is one of everything in it.
        let (app, route) = (app.clone(), Arc::new(route));
        service_fn(move |request| handle(app.clone(), request, Route::clone(&route)).map(Ok))
    })
}

/// A route with the pipeline around it, as axum takes it.
pub(crate) trait Piped:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Piped for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

fn handle(app: App, request: Request, route: Route) -> impl Future<Output = Response> + Send + 'static {
    if app.debugger().is_some() {
        Either::Left(Box::pin(watched(app, request, route)))
    } else {
        Either::Right(answer(app, request, route))
    }
}

async fn watched(app: App, request: Request, route: Route) -> Response {
    let Some(debugger) = app.debugger() else { return answer(app, request, route).await };
    match debug::begin(&app, debugger, request).await {
        Begun::Answered(response) => response,
        Begun::Traced(request, trace) => {
            let response = trace.clone().scope(answer(app.clone(), request, route)).await;
            debug::end(debugger, trace, response).await
        }
    }
}

/// The future of a request is copied where it is made, and allocated: glibc keeps blocks of up to 1 KB at hand. So what few requests need is in
/// boxes and not a part of it, and it is a block, which works on the request where it was captured; an `async fn` keeps each argument twice.
#[expect(clippy::manual_async_fn, reason = "the future of an `async fn` is larger by its arguments")]
fn answer(app: App, mut request: Request, mut route: Route) -> impl Future<Output = Response> + Send {
    async move {
        let started = tracing::enabled!(target: "rebis::request", Level::INFO).then(Instant::now);
        let method = request.method().clone();
        let uri = request.uri().clone();
        let session = app.insert_extensions(&mut request);
        if app.in_debug().is_some()
            && let (Some(trace), Some(session)) = (Trace::current(), &session)
        {
            trace.session(session);
        }
        let https = is_https(&request);
        let mut asked = Asked {
            formats: Formats::of(request.headers()),
            rule: request.extensions().get::<MatchedPath>().cloned(),
            parts: app.has_error_handlers().then(|| Box::new(copy_parts(&mut request))),
        };

        let work = match app.check_csrf(session.as_ref(), &request) {
            Ok(None) if !app.has_before() => Either::Left(route.call(request).map(|Ok(response)| response)),
            checked => Either::Right(Box::pin(guarded(&app, checked, request, route))),
        };
        let mut response = catch(work).await;
        if is_refusal(&response) {
            response = catch(Box::pin(finish(&app, &method, &uri, &mut asked, response))).await;
        }
        if app.has_after() {
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

        if let Some(started) = started {
            let (status, took) = (response.status().as_u16(), started.elapsed());
            tracing::info!(target: "rebis::request", "{method} {} {status} {took:.1?}", uri.path());
        }
        response
    }
}

/// The route, for a request that has to pass a check or a hook first.
async fn guarded(
    app: &App,
    checked: Result<Option<FormCheck<'_>>, HttpError>,
    mut request: Request,
    mut route: Route,
) -> Response {
    match checked {
        Ok(None) => {}
        Ok(Some(check)) => match check.form(request).await {
            Ok(checked) => request = checked,
            Err(refused) => return refused.into_response(),
        },
        Err(refused) => return refused.into_response(),
    }
    match app.run_before(request).await {
        Ok(passed) => {
            let Ok(response) = route.call(passed).await;
            response
        }
        Err(response) => response,
    }
}

/// What a page of an error stands for: a test is told. It travels beside the response and never to a client.
#[derive(Clone)]
pub(crate) struct Cause(pub(crate) HttpError);

/// What must be known of the request once it is gone.
struct Asked {
    formats: Formats,
    rule: Option<MatchedPath>,
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
    if status == StatusCode::METHOD_NOT_ALLOWED {
        // axum adds its own `Allow`, without OPTIONS, after this unless there is one.
        if let Some(allowed) = asked.rule.as_ref().and_then(|rule| app.allowed_methods(rule.as_str()))
            && let Ok(allowed) = HeaderValue::try_from(allowed)
        {
            response.headers_mut().entry(header::ALLOW).or_insert(allowed);
        }
        if method == Method::OPTIONS {
            return options(&response);
        }
    }
    if status == StatusCode::NOT_FOUND && asked.rule.is_none() && app.has_rule_with_slash(uri.path()) {
        return with_slash(uri);
    }
    let Some(error) = error_of(&mut response) else { return response };
    let on_errors = app.on_errors(asked.rule.as_ref(), method);
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
    (is_error && empty).then(|| HttpError::status_only(status))
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
    use axum::Router;
    use axum::routing::get;

    use super::*;
    use crate::config::Config;

    #[test]
    fn the_future_of_a_request_fits_into_a_block_that_is_kept_at_hand() {
        let measure = layer_fn(|route: Route| {
            let app = App::new(Config::new("."));
            let future = answer(app, Request::default(), route.clone());
            // glibc's largest one; axum adds a few bytes around it.
            assert!(size_of_val(&future) <= 1032 - 40, "{} bytes", size_of_val(&future));
            route
        });
        let _: Router = Router::new().route("/", get(async || "")).layer(measure);
    }
}
