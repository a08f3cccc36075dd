//! `Templates`: the extractor that renders.
//!
//! Invariant: rendering is a plain call without I/O on anything but template files; it holds no lock over an `.await`.

use std::sync::OnceLock;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use minijinja::Value;

use super::request::RequestContext;
use crate::app::App;
use crate::error::{HttpError, Result};
use crate::response::Html;

/// Renders the application's templates in a handler.
///
/// ```
/// use rebis_web::{Html, Result, Templates, context};
///
/// async fn index(templates: Templates) -> Result<Html> {
///     let people = ["Susan", "John"];
///     templates.render("index.html", context! { people })
/// }
/// ```
///
/// A template sees what it is given, and `url_for(endpoint, …)`, `config` (without secrets), `request` (`method`, `path`, `args`,
/// `endpoint`, `blueprint`), `session`, `get_flashed_messages()`, `csrf_token()`, `bootstrap_url(file)`, `iter_pages(pagination)`, and the
/// application's own globals, filters and tests ([`App::template_context`] for what differs by request). Rebis brings `rebis/base.html`, `rebis/form.html`, `rebis/pagination.html` and `rebis/table.html`; one of
/// the application's own with such a name replaces it.
#[derive(Clone, Debug)]
pub struct Templates {
    app: App,
    /// A [`RequestContext`].
    request: Value,
    /// What [`App::template_context`] gave for this request.
    given: Option<Value>,
}

impl Templates {
    /// Renders a template of the application's folder. See [`context!`](crate::context).
    ///
    /// # Errors
    /// 500 when the template is missing or wrong; the log and the debug page name file, line and lines around.
    pub fn render(&self, name: &str, context: impl Into<Value>) -> Result<Html> {
        let own = context.into();
        let context = match &self.given {
            Some(given) => minijinja::value::merge_maps([given.clone(), own]),
            None => own,
        };
        self.app.engine()?.render(name, context, Some(&self.request))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Templates {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let app = App::from_request_parts(parts, state).await?;
        let request = Value::from_object(RequestContext {
            app: app.clone(),
            rule: parts.extensions.get::<MatchedPath>().cloned(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            session: parts.extensions.get().cloned(),
            request: OnceLock::new(),
        });
        let given = app.template_variables(parts).await?;
        Ok(Self { app, request, given })
    }
}
