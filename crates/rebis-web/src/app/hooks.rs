//! Hooks: what runs around requests and around the life of the application.
//!
//! Invariant: a hook is stored as one boxed function; its order is the order of registration, reversed for what undoes.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, DefaultBodyLimit, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use minijinja::Value;
use minijinja::value::merge_maps;

use super::App;
use super::build::BODY_LIMIT;
use crate::blueprint::OnErrors;
use crate::csrf::FormCheck;
use crate::error::{BoxError, HttpError};
use crate::session::UserSession;
use crate::template::ContextSource;

pub(crate) type Before = dyn Fn(Request) -> BoxFuture<'static, Result<Request, Response>> + Send + Sync;
pub(crate) type After = dyn Fn(Response) -> BoxFuture<'static, Response> + Send + Sync;
pub(super) type Give = dyn for<'a> Fn(&'a mut Parts) -> BoxFuture<'a, Result<Value, HttpError>> + Send + Sync;
pub(super) type Life = dyn Fn(App) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync;

#[derive(Clone, Default)]
pub(super) struct Hooks {
    pub(super) before: Vec<Arc<Before>>,
    pub(super) after: Vec<Arc<After>>,
    pub(super) contexts: Vec<Arc<Give>>,
    pub(super) startup: Vec<Arc<Life>>,
    pub(super) shutdown: Vec<Arc<Life>>,
}

/// A hook before requests, as it is kept.
pub(crate) fn before<F, Fut, R>(hook: F) -> Arc<Before>
where
    F: Fn(Request) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Request, R>> + Send + 'static,
    R: IntoResponse,
{
    Arc::new(move |request| {
        let future = hook(request);
        Box::pin(async move { future.await.map_err(IntoResponse::into_response) })
    })
}

/// A hook after requests, as it is kept.
pub(crate) fn after<F, Fut>(hook: F) -> Arc<After>
where
    F: Fn(Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send + 'static,
{
    Arc::new(move |response| Box::pin(hook(response)))
}

/// What makes variables for templates, as it is kept.
pub(super) fn context<T>(source: impl ContextSource<T>) -> Arc<Give> {
    Arc::new(move |parts: &mut Parts| source.clone().give(parts))
}

/// The request as the hooks give it on, or the answer of one of them.
pub(crate) async fn admit(hooks: &[Arc<Before>], mut request: Request) -> Result<Request, Response> {
    for hook in hooks {
        request = hook(request).await?;
    }
    Ok(request)
}

/// The response as the hooks leave it: the last one sees it first.
pub(crate) async fn dismiss(hooks: &[Arc<After>], mut response: Response) -> Response {
    for hook in hooks.iter().rev() {
        response = hook(response).await;
    }
    response
}

pub(super) async fn run(hooks: &[Arc<Life>], app: &App) -> Result<(), BoxError> {
    for hook in hooks {
        hook(app.clone()).await?;
    }
    Ok(())
}

pub(super) async fn run_all_reversed(hooks: &[Arc<Life>], app: &App) -> Result<(), BoxError> {
    let mut result = Ok(());
    for hook in hooks.iter().rev() {
        result = result.and(hook(app.clone()).await);
    }
    result
}

impl App {
    /// Puts the application and its values into the request, and who asks where that is known.
    pub(crate) fn insert_values(&self, request: &mut Request, peer: Option<SocketAddr>) {
        let Ok(compiled) = self.compiled() else { return };
        let extensions = request.extensions_mut();
        extensions.extend(compiled.carried.clone());
        extensions.insert(self.clone());
        if let Some(peer) = peer {
            extensions.insert(ConnectInfo(peer));
        }
        // axum's own limit needs no saying.
        if compiled.body_limit != BODY_LIMIT {
            DefaultBodyLimit::max(compiled.body_limit).apply(request);
        }
    }

    /// Puts the visitor's session into the request.
    pub(crate) fn insert_session(&self, request: &mut Request) -> Option<UserSession> {
        let session = self.session_of(request.headers())?;
        request.extensions_mut().insert(session.clone());
        Some(session)
    }

    /// The session whose cookie is in these headers. None only of an application that cannot be built.
    pub(crate) fn session_of(&self, headers: &HeaderMap) -> Option<UserSession> {
        let compiled = self.compiled().ok()?;
        Some(UserSession::of_request(Arc::clone(&compiled.sessions), headers))
    }

    /// Refuses a request that another site may have made; gives the check that a form has to pass still.
    pub(crate) fn check_csrf<'a>(
        &'a self,
        session: Option<&'a UserSession>,
        request: &Request,
    ) -> Result<Option<FormCheck<'a>>, HttpError> {
        match (self.compiled(), session) {
            (Ok(compiled), Some(session)) => compiled.csrf.check(session, &compiled.routes, request),
            _ => Ok(None),
        }
    }

    /// The largest body that is read of a request.
    pub(crate) fn body_limit(&self) -> usize {
        self.compiled().map_or(0, |compiled| compiled.body_limit)
    }

    /// Adds the headers that every response carries.
    pub(crate) fn secure(&self, headers: &mut HeaderMap, https: bool) {
        if let Ok(compiled) = self.compiled() {
            compiled.headers.add(headers, https);
        }
    }

    pub(crate) fn has_before(&self) -> bool {
        !self.inner.hooks.before.is_empty()
    }

    pub(crate) async fn run_before(&self, request: Request) -> Result<Request, Response> {
        admit(&self.inner.hooks.before, request).await
    }

    pub(crate) fn has_after(&self) -> bool {
        !self.inner.hooks.after.is_empty()
    }

    pub(crate) async fn run_after(&self, response: Response) -> Response {
        dismiss(&self.inner.hooks.after, response).await
    }

    /// The variables that the templates of a request see beside those of its handler; None without a
    /// [`template_context`](App::template_context).
    pub(crate) async fn template_variables(&self, parts: &mut Parts) -> Result<Option<Value>, HttpError> {
        let mut all = Vec::new();
        for give in &self.inner.hooks.contexts {
            all.push(give(parts).await?);
        }
        Ok((!all.is_empty()).then(|| merge_maps(all)))
    }

    pub(crate) fn has_error_handlers(&self) -> bool {
        self.compiled().is_ok_and(|compiled| compiled.routes.has_error_handlers())
    }

    /// What answers for the errors of a request: those of the blueprint whose route it asks for, else the application's.
    pub(crate) fn on_errors(&self, path: &str, method: &Method) -> &OnErrors {
        self.rules().map_or(&self.inner.top.on_errors, |rules| rules.on_errors(path, method))
    }
}
