//! Templates: minijinja with the application's folder, `url_for`, and errors that say where.
//!
//! Invariant: what is named `*.html` (also `.htm`, `.xml`, `.xhtml`, `.svg`) escapes every value that is not marked safe, and a
//! template's name never leads out of the folders.

mod builtin;
mod context;
mod extract;
mod folder;
mod missing;
mod request;
mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use minijinja::value::{Kwargs, Serde};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, TemplateSource, Value};

use crate::config::Config;
use crate::debug::Trace;
use crate::error::{HttpError, Result};
use crate::response::Html;
use crate::routes::RouteTable;

#[doc(hidden)]
pub use context::{ContextBuilder, builder};
pub use extract::Templates;
pub use folder::TemplateFolder;
pub use source::ContextSource;

type Setup = dyn Fn(&mut Environment<'static>) + Send + Sync;

/// What the application says about its templates, before it is built.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) sources: BTreeMap<String, String>,
    pub(crate) setup: Vec<Arc<Setup>>,
}

/// The templates of a built application.
pub(crate) struct Engine {
    env: Environment<'static>,
    settings: Settings,
    debug: bool,
}

impl Engine {
    pub(crate) fn new(settings: &Settings, config: &Config, routes: &Arc<RouteTable>) -> Self {
        let mut env = Environment::new();
        env.set_debug(config.debug());
        env.set_auto_reload(config.debug());
        env.set_auto_escape_callback(auto_escape);
        env.set_formatter(format_value);
        env.set_loader(loader(settings));
        env.add_global("config", Value::from(Serde(config.shown())));
        let table = Arc::clone(routes);
        env.add_function("url_for", move |state: &State<'_, '_>, endpoint: Value, values: Kwargs| {
            url_for(&table, state, &endpoint, &values)
        });
        builtin::add(&mut env, routes);
        for setup in &settings.setup {
            setup(&mut env);
        }
        Self { env, settings: settings.clone(), debug: config.debug() }
    }

    /// Renders a template; of a request, with its [`RequestContext`].
    pub(crate) fn render(&self, name: &str, context: Value, request: Option<&Value>) -> Result<Html> {
        let context = match request {
            Some(request) => minijinja::value::merge_maps([request.clone(), context]),
            None => context,
        };
        let started = Instant::now();
        let rendered = self.env.get_template(name).and_then(|template| template.render(context));
        if let Some(trace) = self.debug.then(Trace::current).flatten() {
            trace.template(name, started.elapsed());
        }
        rendered.map(Html).map_err(|error| self.explain(error))
    }

    fn explain(&self, error: minijinja::Error) -> HttpError {
        let mut detail = String::new();
        if self.debug {
            let mut next: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = next {
                if let Some(error) = error.downcast_ref::<minijinja::Error>() {
                    detail.push_str(&error.display_debug_info().to_string());
                }
                next = error.source();
            }
        }
        let made = HttpError::internal(missing::TemplateError::new(error, &self.settings));
        if detail.is_empty() { made } else { made.with_detail(detail) }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("folders", &self.settings.folders).field("debug", &self.debug).finish()
    }
}

fn auto_escape(name: &str) -> AutoEscape {
    let plain = [".j2", ".jinja2", ".jinja"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    match plain.rsplit('.').next() {
        Some("svg" | "xhtml") => AutoEscape::Html,
        _ => minijinja::default_auto_escape_callback(plain),
    }
}

/// As minijinja's own, but text in HTML is escaped as Flask does it: five characters, and `/` stays `/`, so that links read as links.
pub(crate) fn format_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => {
            Ok(out.write_str(&crate::response::page::escape(text))?)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// The folders in their order, then what the program brought along, then what Rebis brings. `path_loader` refuses names that lead out of a folder.
fn loader(
    settings: &Settings,
) -> impl Fn(&str) -> Result<Option<TemplateSource>, minijinja::Error> + Send + Sync + 'static {
    let folders: Vec<_> = settings.folders.iter().map(minijinja::path_loader).collect();
    let sources = settings.sources.clone();
    move |name| {
        for folder in &folders {
            if let Some(found) = folder(name)? {
                return Ok(Some(found));
            }
        }
        let own = sources.get(name).map(|source| TemplateSource::new(source.as_str()));
        Ok(own.or_else(|| builtin::source(name).map(TemplateSource::new)))
    }
}

fn url_for(
    routes: &RouteTable,
    state: &State<'_, '_>,
    endpoint: &Value,
    values: &Kwargs,
) -> Result<String, minijinja::Error> {
    let Some(endpoint) = endpoint.as_str().filter(|name| !name.is_empty()) else {
        let what =
            endpoint.as_str().map_or_else(|| endpoint.kind().to_string(), |_| "an empty text".to_owned());
        let said = format!("url_for takes the name of an endpoint (url_for(\"site.index\")), and got {what}");
        return Err(minijinja::Error::new(ErrorKind::InvalidOperation, said));
    };
    let mut params: Vec<(String, String)> = Vec::new();
    let mut external = false;
    for name in values.args() {
        let value: Value = values.get(name)?;
        if name == "_external" {
            external = value.is_true();
            continue;
        }
        if value.is_none() || value.is_undefined() {
            continue;
        }
        if value.kind() == minijinja::value::ValueKind::Seq {
            params.extend(value.try_iter()?.map(|item| (name.to_owned(), item.to_string())));
        } else {
            params.push((name.to_owned(), value.to_string()));
        }
    }
    // ".index" is the index of the blueprint that answers this request.
    let here = state.lookup("request").and_then(|request| request.get_attr("blueprint").ok());
    let full = match (endpoint.strip_prefix('.'), here.as_ref().and_then(Value::as_str)) {
        (Some(name), Some(blueprint)) => format!("{blueprint}.{name}"),
        (Some(name), None) => name.to_owned(),
        (None, _) => endpoint.to_owned(),
    };
    let url = if external { routes.external_url_for(&full, params) } else { routes.url_for(&full, params) };
    url.map_err(|error| minijinja::Error::new(ErrorKind::InvalidOperation, error.to_string()))
}
