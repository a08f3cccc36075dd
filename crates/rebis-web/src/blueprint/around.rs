//! What stands around the routes of one blueprint: its hooks and its layers. Invariant: a blueprint without any leaves its handlers as they
//! are, and nothing here answers for a route of another one.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, Route};
use tower::{Layer, Service};

use super::Blueprint;
use crate::app::hooks::{After, Before, admit, after, before, dismiss};

type Wrap = dyn Fn(MethodRouter) -> MethodRouter + Send + Sync;

#[derive(Clone, Default)]
pub(crate) struct Around {
    before: Vec<Arc<Before>>,
    after: Vec<Arc<After>>,
    layers: Vec<Arc<Wrap>>,
}

impl Blueprint {
    /// Runs before each request that a route of this blueprint answers, or of one inside it, in the order of registration: gives the request
    /// on, or answers it. Hooks of the application come first, then those of outer blueprints.
    ///
    /// ```
    /// use axum::extract::Request;
    /// use rebis_web::{App, Blueprint, Config, HttpError};
    ///
    /// # async fn index() -> &'static str { "" }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let admin = Blueprint::new("admin").url_prefix("/admin").get("/", index).before_request(|request: Request| async {
    ///     if request.headers().contains_key("x-key") { Ok(request) } else { Err(HttpError::forbidden()) }
    /// });
    /// let client = App::new(Config::new(".")).blueprint(admin).test_client();
    /// assert_eq!(client.get("/admin/").await.status(), 403);
    /// # });
    /// ```
    #[must_use]
    pub fn before_request<F, Fut, R>(mut self, hook: F) -> Self
    where
        F: Fn(Request) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Request, R>> + Send + 'static,
        R: IntoResponse,
    {
        self.around.before.push(before(hook));
        self
    }

    /// Runs on each answer of this blueprint's routes and hooks; the hook registered last runs first. Pages of errors are made later, around
    /// the whole application: here an error is still a status, and the page keeps the headers that it is given.
    #[must_use]
    pub fn after_request<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(Response) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Response> + Send + 'static,
    {
        self.around.after.push(after(hook));
        self
    }

    /// Wraps the routes of this blueprint, and of those inside it, in a tower layer. The layer added last is outermost, as in axum; hooks are
    /// outside of layers. An extractor that refuses is a guard for all of them:
    ///
    /// ```
    /// use axum::extract::FromRequestParts;
    /// use axum::http::request::Parts;
    /// use rebis_web::{App, Blueprint, Config, HttpError};
    ///
    /// struct Admin;
    ///
    /// impl<S: Sync> FromRequestParts<S> for Admin {
    ///     type Rejection = HttpError;
    ///
    ///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
    ///         if parts.headers.contains_key("x-key") { Ok(Admin) } else { Err(HttpError::unauthorized()) }
    ///     }
    /// }
    ///
    /// # async fn index() -> &'static str { "" }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let admin = Blueprint::new("admin").get("/admin", index).layer(axum::middleware::from_extractor::<Admin>());
    /// let client = App::new(Config::new(".")).blueprint(admin).test_client();
    /// assert_eq!(client.get("/admin").await.status(), 401);
    /// # });
    /// ```
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.around.layers.push(Arc::new(move |routes: MethodRouter| routes.route_layer(layer.clone())));
        self
    }
}

impl Around {
    /// These handlers with what stands around them. They answer at least one method.
    pub(crate) fn wrap(&self, routes: MethodRouter) -> MethodRouter {
        let routes = self.layers.iter().fold(routes, |routes, wrap| wrap(routes));
        if self.before.is_empty() && self.after.is_empty() {
            return routes;
        }
        let (before, after): (Arc<[_]>, Arc<[_]>) =
            (self.before.as_slice().into(), self.after.as_slice().into());
        routes.route_layer(middleware::from_fn(move |request: Request, next: Next| {
            answer(Arc::clone(&before), Arc::clone(&after), request, next)
        }))
    }
}

async fn answer(
    before: Arc<[Arc<Before>]>,
    after: Arc<[Arc<After>]>,
    request: Request,
    next: Next,
) -> Response {
    let response = match admit(&before, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal,
    };
    dismiss(&after, response).await
}
