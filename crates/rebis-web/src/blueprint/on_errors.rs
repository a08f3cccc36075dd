//! What answers for the errors of one blueprint's routes, and what errors of other crates mean there. The application's own are those of the
//! blueprint that all others are in. Invariant: of what could answer, that of the innermost blueprint does, and the one registered last in it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::future::BoxFuture;

use super::Blueprint;
use crate::error::HttpError;

type Answer = dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync;
type Mapper = dyn Fn(&(dyn StdError + 'static)) -> Option<HttpError> + Send + Sync;

/// Both in the order of registration, what is outside before what is inside it.
#[derive(Clone, Default)]
pub(crate) struct OnErrors {
    handlers: Vec<(StatusCode, Arc<Answer>)>,
    mappers: Vec<Arc<Mapper>>,
}

impl Blueprint {
    /// Answers with a handler of this blueprint's own, before the application's ([`App::error_handler`](crate::App::error_handler), which says
    /// more), whenever a route of it, or of a blueprint inside it, would answer with the status: what the handler, a hook or an extractor
    /// refuses, or a panic (500). A path that no route has, and a method that it does not have, belong to no blueprint.
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use rebis_web::{App, Blueprint, Config, HttpError, Result};
    ///
    /// async fn show() -> Result<&'static str> { Err(HttpError::not_found()) }
    ///
    /// let shop = Blueprint::new("shop")
    ///     .get("/lamp", show)
    ///     .error_handler(StatusCode::NOT_FOUND, async || "sold out");
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = App::new(Config::new(".")).blueprint(shop).test_client();
    /// let lamp = client.get("/lamp").await;
    /// assert_eq!((lamp.status(), lamp.text().as_str()), (StatusCode::NOT_FOUND, "sold out"));
    /// # });
    /// ```
    #[must_use]
    pub fn error_handler<H: Handler<T, ()>, T: 'static>(mut self, status: StatusCode, handler: H) -> Self {
        let answer: Arc<Answer> = Arc::new(move |request| Box::pin(handler.clone().call(request, ())));
        self.on_errors.handlers.push((status, answer));
        self
    }

    /// Says what an error type of another crate means in HTTP where routes of this blueprint, or of one inside it, pass it on with `?`. It is asked
    /// before the application's [`App::map_error`](crate::App::map_error).
    ///
    /// ```
    /// # use rebis_web::{App, Blueprint, Config, HttpError, Result};
    /// async fn total() -> Result<String> { Ok("many".parse::<u32>()?.to_string()) }
    ///
    /// let api = Blueprint::new("api").get("/total", total).map_error(|error: &std::num::ParseIntError| {
    ///     Some(HttpError::bad_request(error.to_string()))
    /// });
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// assert_eq!(App::new(Config::new(".")).blueprint(api).test_client().get("/total").await.status(), 400);
    /// # });
    /// ```
    #[must_use]
    pub fn map_error<E, F>(mut self, mapper: F) -> Self
    where
        E: StdError + 'static,
        F: Fn(&E) -> Option<HttpError> + Send + Sync + 'static,
    {
        self.on_errors.mappers.push(Arc::new(move |error| mapper(error.downcast_ref::<E>()?)));
        self
    }
}

impl OnErrors {
    /// These, and where they leave an error alone those around them.
    pub(crate) fn inside(&self, outer: &Self) -> Self {
        Self {
            handlers: outer.handlers.iter().chain(&self.handlers).cloned().collect(),
            mappers: outer.mappers.iter().chain(&self.mappers).cloned().collect(),
        }
    }

    pub(crate) fn has_handlers(&self) -> bool {
        !self.handlers.is_empty()
    }

    /// The own page for an error, if there is a handler for its status.
    pub(crate) async fn answer(&self, error: &HttpError, parts: Parts) -> Option<Response> {
        let (status, handler) = self.handlers.iter().rev().find(|(status, _)| *status == error.status())?;
        let mut request = Request::from_parts(parts, Body::empty());
        request.extensions_mut().insert(error.clone());
        let mut response = handler(request).await;
        // A handler that only rendered a page means the page of this status, not success.
        if response.status() == StatusCode::OK {
            *response.status_mut() = *status;
        }
        Some(response)
    }

    /// A better status for an error that came by `?`, if some mapper knows one.
    pub(crate) fn map(&self, error: HttpError) -> HttpError {
        if !error.is_converted() {
            return error;
        }
        let Some(source) = error.shared_source().cloned() else { return error };
        let mut next = error.source();
        while let Some(cause) = next {
            for mapper in self.mappers.iter().rev() {
                if let Some(mapped) = mapper(cause) {
                    return if mapped.source().is_some() {
                        mapped
                    } else {
                        mapped.with_shared_source(source)
                    };
                }
            }
            next = cause.source();
        }
        error
    }
}

impl fmt::Debug for OnErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(status, _)| status)).finish()
    }
}
