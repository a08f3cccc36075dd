//! From registrations to an axum router.
//!
//! Invariant: everything is checked before axum sees it, so axum's own panics over routes cannot happen.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use tower_http::services::ServeDir;

use super::{App, Inner};
use crate::blueprint::Blueprint;
use crate::csrf::CsrfSettings;
use crate::debug::Debugger;
use crate::headers::SecurityHeaders;
use crate::pipeline::pipeline;
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
    Ok(Arc::new(Compiled { routes, templates, sessions, csrf, headers, debugger, handlers, body_limit }))
}

pub(super) fn router(app: &App) -> Result<Router, BuildError> {
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
    // With the state in place axum prepares every route now instead of at each request.
    Ok(router.layer(pipeline(app.clone())).with_state(()))
}

impl App {
    /// Whether the path with a slash added is the path of a rule that ends in one.
    pub(crate) fn has_rule_with_slash(&self, path: &str) -> bool {
        self.compiled().is_ok_and(|compiled| compiled.routes.matches_with_slash(path))
    }
}
