//! From registrations to a site.
//!
//! Invariant: everything is checked before axum sees it, so axum's own panics over routes cannot happen.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Extensions;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

use super::{App, Inner};
use crate::blueprint::Blueprint;
use crate::csrf::CsrfSettings;
use crate::debug::Debugger;
use crate::headers::SecurityHeaders;
use crate::pipeline::Site;
use crate::routes::{BuildError, Handlers, RouteTable};
use crate::session::SessionSettings;
use crate::template::Engine;
use crate::url::BaseUrl;

/// The largest body that extractors read, unless `MAX_CONTENT_LENGTH` says otherwise: 2 MiB, as axum's extractors have it too.
pub(super) const BODY_LIMIT: usize = 2 * 1024 * 1024;
const STATIC_RULE: &str = "/static/{*filename}";

/// What is made of the registrations once.
pub(super) struct Compiled {
    pub(super) routes: Arc<RouteTable>,
    pub(super) templates: Engine,
    pub(super) sessions: Arc<SessionSettings>,
    pub(super) csrf: CsrfSettings,
    pub(super) debugger: Option<Debugger>,
    pub(super) headers: SecurityHeaders,
    /// What each request carries: the values of the application.
    pub(super) carried: Extensions,
    handlers: Handlers,
    pub(super) body_limit: usize,
}

pub(super) fn compile(inner: &Inner) -> Result<Arc<Compiled>, BuildError> {
    let body_limit = inner
        .config
        .get_or("MAX_CONTENT_LENGTH", BODY_LIMIT)
        .map_err(|error| BuildError::new(vec![error.to_string()]))?;
    let sessions =
        SessionSettings::read(&inner.config).map_err(|error| BuildError::new(vec![error.to_string()]))?;
    let sessions = Arc::new(sessions);
    let csrf = CsrfSettings::read(&inner.config, body_limit)
        .map_err(|error| BuildError::new(vec![error.to_string()]))?;
    let headers = SecurityHeaders::read(&inner.config).map_err(|text| BuildError::new(vec![text]))?;
    let statics = inner.static_folder.as_ref().map(|_| STATIC_RULE);
    let prefixes: Vec<&str> = inner.mounts.iter().map(|(prefix, _)| prefix.as_str()).collect();
    let debugger = Debugger::read(&inner.config, &inner.tools)
        .map_err(|error| BuildError::new(vec![error.to_string()]))?;
    if debugger.is_some() {
        inner.on_debug.iter().for_each(|hook| hook());
    }
    let tools = debugger.as_ref().map(|_| Debugger::blueprint(&inner.tools));
    let top = tools.into_iter().fold(inner.top.clone(), Blueprint::blueprint);
    let (routes, handlers) = RouteTable::check(&top, statics, &prefixes)?;
    let base = BaseUrl::read(&inner.config).map_err(|text| BuildError::new(vec![text]))?;
    let routes = Arc::new(routes.at(base));
    let mut settings = inner.templates.clone();
    inner.top.add_templates(&mut settings, inner.config.root());
    let templates = Engine::new(&settings, &inner.config, &routes);
    let carried = with_room(inner.carried.clone());
    Ok(Arc::new(Compiled {
        routes,
        templates,
        sessions,
        csrf,
        headers,
        debugger,
        carried,
        handlers,
        body_limit,
    }))
}

/// These values, in a table that need not grow when a request gets what is its own: a table keeps its size when it is copied.
fn with_room(mut values: Extensions) -> Extensions {
    #[derive(Clone)]
    struct Room<const N: u8>;
    macro_rules! make_room {
        ($($n:literal)*) => {
            $(values.insert(Room::<$n>);)*
            $(values.remove::<Room<$n>>();)*
        };
    }
    // Who asks, the application, the session, a database session, and what axum says of the route, besides what is the application's own.
    make_room!(0 1 2 3 4 5 6 7);
    values
}

pub(super) fn site(app: &App) -> Result<Site, BuildError> {
    let compiled = Arc::clone(app.compiled()?);
    let mut router = Router::new();
    for (path, handlers) in &compiled.handlers {
        router = router.route(path, handlers.clone());
    }
    for (prefix, other) in &app.inner.mounts {
        router = router.nest(prefix, other.clone());
    }
    if let Some(folder) = &app.inner.static_folder {
        let files = ServeDir::new(folder).append_index_html_on_directories(false);
        router = router.nest_service("/static", files);
    }
    router = router.fallback(async || axum::http::StatusCode::NOT_FOUND.into_response());
    for layer in &app.inner.layers {
        router = layer(router);
    }
    if app.has_before() {
        let app = app.clone();
        router = router.layer(middleware::from_fn(move |request, next| admitted(app.clone(), request, next)));
    }
    // With the state in place axum prepares every route now instead of at each request.
    Ok(Site::new(app.clone(), router.with_state(())))
}

/// The hooks before requests stand where axum has found the route: they may ask which.
async fn admitted(app: App, request: Request, next: Next) -> Response {
    match app.run_before(request).await {
        Ok(request) => next.run(request).await,
        Err(answer) => answer,
    }
}
