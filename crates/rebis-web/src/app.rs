//! `App`: the application as a value.
//!
//! Invariant: an `App` is a cheap handle to settings that nobody else can change: each builder method copies what is shared
//! before it writes. There is no global application, so a test may hold ten.

mod build;
pub(crate) mod hooks;
mod register;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use minijinja::Value;

use crate::blueprint::Blueprint;
use crate::command::AppCommand;
use crate::config::Config;
use crate::debug::Debugger;
use crate::error::{BoxError, HttpError, Result};
use crate::pipeline::Site;
use crate::response::{Html, Redirect};
use crate::routes::{BuildError, RouteInfo, RouteTable};
use crate::template::{Engine, Settings};
use crate::testing::TestClient;
use crate::url::{UrlError, UrlParams};

use build::Compiled;
use hooks::Hooks;

/// A web application: configuration, routes, templates, and the values that handlers need.
///
/// It is made by a factory, `pub fn create_app(config: Config) -> App`, and used by value: served, given to the CLI, or tested
/// in-process. Underneath it is an axum router ([`App::into_router`]); any axum handler, extractor and tower layer works.
///
/// In a handler the application itself is an extractor: `async fn show(app: App)`.
///
/// ```
/// use rebis_web::{App, Config};
///
/// fn create_app(config: Config) -> App {
///     App::new(config).get("/", || async { "hello" }).endpoint("index")
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let client = create_app(Config::new(".")).test_client();
/// assert_eq!(client.get("/").await.text(), "hello");
/// # });
/// ```
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

type Wrap = dyn Fn(Router) -> Router + Send + Sync;

#[derive(Clone)]
struct Inner {
    config: Config,
    top: Blueprint,
    /// What there is in debug mode only, each with its title.
    tools: Vec<(String, Blueprint)>,
    on_debug: Vec<Arc<dyn Fn() + Send + Sync>>,
    templates: Settings,
    static_folder: Option<PathBuf>,
    /// What each request carries.
    carried: Extensions,
    kept: Extensions,
    mounts: Vec<(String, Router)>,
    layers: Vec<Arc<Wrap>>,
    hooks: Hooks,
    commands: Vec<AppCommand>,
    /// Made when it is first asked for, dropped by every change.
    compiled: OnceLock<Result<Arc<Compiled>, BuildError>>,
}

impl App {
    /// An application without routes.
    pub fn new(config: Config) -> Self {
        let inner = Inner {
            config,
            top: Blueprint::new(""),
            tools: Vec::new(),
            on_debug: Vec::new(),
            templates: Settings::default(),
            static_folder: None,
            carried: Extensions::new(),
            kept: Extensions::new(),
            mounts: Vec::new(),
            layers: Vec::new(),
            hooks: Hooks::default(),
            commands: Vec::new(),
            compiled: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The application's name, as in [`Config::name`].
    pub fn name(&self) -> &str {
        self.inner.config.name()
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The value of type `T` that [`App::extension`] or [`App::keep`] put in.
    pub fn get_extension<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.inner.carried.get().or_else(|| self.inner.kept.get())
    }

    /// The application's own commands.
    pub fn commands(&self) -> &[AppCommand] {
        &self.inner.commands
    }

    /// Every route in the order of registration, for the `routes` command.
    ///
    /// # Errors
    /// When the routes contradict each other; the message lists all complaints.
    pub fn routes(&self) -> Result<&[RouteInfo], BuildError> {
        Ok(self.compiled()?.routes.routes())
    }

    /// The URL of an endpoint: `url_for("site.show", [("id", 3)])` → `/users/3`. Values that are no parameter of the rule become the query.
    ///
    /// # Errors
    /// When there is no such endpoint (the message offers the nearest name), or a parameter has no value.
    pub fn url_for(&self, endpoint: &str, params: impl UrlParams) -> Result<String, UrlError> {
        self.route_table()?.url_for(endpoint, params)
    }

    /// As [`App::url_for`], for where a path is not enough: a mail, a feed, a service that calls back. `BASE_URL` says what stands before the path
    /// (in a template: `url_for("auth.reset", token=token, _external=true)`). A request's `Host` is never asked: whoever sends the request
    /// chooses it, and the link in a mail that he has sent to somebody else would lead to his site.
    ///
    /// ```
    /// # use rebis_web::{App, Config};
    /// # async fn reset() {}
    /// let app = App::new(Config::new(".")).get("/reset/{token}", reset).configure("BASE_URL", "https://shop.example");
    /// assert_eq!(app.external_url_for("reset", [("token", "x7")]).unwrap(), "https://shop.example/reset/x7");
    /// ```
    ///
    /// # Errors
    /// As [`App::url_for`], and when `BASE_URL` is not set.
    pub fn external_url_for(&self, endpoint: &str, params: impl UrlParams) -> Result<String, UrlError> {
        self.route_table()?.external_url_for(endpoint, params)
    }

    /// A redirection (303) to an endpoint: `app.redirect("site.index", ())`.
    ///
    /// # Errors
    /// As [`App::url_for`].
    pub fn redirect(&self, endpoint: &str, params: impl UrlParams) -> Result<Redirect, UrlError> {
        Ok(Redirect::to(self.url_for(endpoint, params)?))
    }

    /// Renders a template outside a request: in a command, for a mail. Handlers use [`Templates`](crate::Templates), which also
    /// gives the template its `request`.
    ///
    /// # Errors
    /// When the template is missing or wrong.
    pub fn render(&self, name: &str, context: impl Into<Value>) -> Result<Html> {
        self.engine()?.render(name, context.into(), None)
    }

    /// Checks the routes, and gives the application back if nothing is wrong with them.
    ///
    /// # Errors
    /// Every complaint at once: duplicate routes and endpoints, malformed paths, closures without a name.
    pub fn build(self) -> Result<Self, BuildError> {
        self.compiled()?;
        Ok(self)
    }

    /// The axum router underneath, complete with middleware, to be served or nested anywhere.
    ///
    /// # Errors
    /// As [`App::build`].
    pub fn into_router(self) -> Result<Router, BuildError> {
        Ok(self.site()?.into_router())
    }

    /// A client that calls the application in-process.
    ///
    /// # Panics
    /// When the application cannot be built (see [`App::build`]): a test has no use for it then.
    pub fn test_client(&self) -> TestClient {
        match self.site() {
            Ok(site) => TestClient::new(self.clone(), site.into_router()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Runs the startup hooks, in the order of registration. [`serve`](crate::serve) does it; tests may.
    ///
    /// # Errors
    /// The first error of a hook; the hooks after it do not run.
    pub async fn startup(&self) -> Result<(), BoxError> {
        hooks::run(&self.inner.hooks.startup, self).await
    }

    /// Runs the shutdown hooks, the last registered first. All of them run.
    ///
    /// # Errors
    /// The first error of a hook.
    pub async fn shutdown(&self) -> Result<(), BoxError> {
        hooks::run_all_reversed(&self.inner.hooks.shutdown, self).await
    }

    /// The folder of [`App::static_files`], if there is no such folder.
    pub(crate) fn missing_static_folder(&self) -> Option<&Path> {
        self.inner.static_folder.as_deref().filter(|folder| !folder.is_dir())
    }

    /// The application as a service.
    pub(crate) fn site(&self) -> Result<Site, BuildError> {
        build::site(self)
    }

    pub(crate) fn engine(&self) -> Result<&Engine> {
        match self.compiled() {
            Ok(compiled) => Ok(&compiled.templates),
            Err(error) => Err(HttpError::internal(error)),
        }
    }

    /// What there is in debug mode only.
    pub(crate) fn debugger(&self) -> Option<&Debugger> {
        self.compiled().ok()?.debugger.as_ref()
    }

    /// The application, if it is in debug mode.
    pub(crate) fn in_debug(&self) -> Option<&App> {
        self.debugger().map(|_| self)
    }

    /// The rules, once they are checked.
    pub(crate) fn rules(&self) -> Option<&RouteTable> {
        self.compiled().ok().map(|compiled| &*compiled.routes)
    }

    /// Whether errors of this path are JSON where the client leaves it open.
    pub(crate) fn answers_in_json(&self, path: &str) -> bool {
        self.rules().is_some_and(|rules| rules.answers_in_json(path))
    }

    fn route_table(&self) -> Result<&RouteTable, UrlError> {
        self.compiled().map(|compiled| &*compiled.routes).map_err(|error| UrlError::unbuilt(&error))
    }

    fn compiled(&self) -> Result<&Arc<Compiled>, BuildError> {
        self.inner.compiled.get_or_init(|| build::compile(&self.inner)).as_ref().map_err(Clone::clone)
    }

    /// The settings for writing: copied if another handle shares them.
    fn edit(&mut self) -> &mut Inner {
        let inner = Arc::make_mut(&mut self.inner);
        inner.compiled = OnceLock::new();
        inner
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<App '{}'>", self.name())
    }
}

/// The application that answers the request. It refuses (500) in a router that no `App` made.
impl<S: Sync> FromRequestParts<S> for App {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<App>().cloned().ok_or_else(|| {
            HttpError::internal("no App serves this request: use the router that App::into_router returns")
        })
    }
}
