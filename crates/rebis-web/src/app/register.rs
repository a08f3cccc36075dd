//! The builder methods of `App`.
//!
//! Invariant: registering never fails and never touches the disk; what is wrong is said when the application is built.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use minijinja::functions::Function;
use minijinja::value::{FunctionArgs, FunctionResult};
use tower::{Layer, Service};

use super::{App, Inner, hooks};
use crate::blueprint::Blueprint;
use crate::bootstrap;
use crate::command::{AppCommand, CommandContext};
use crate::error::{BoxError, HttpError};
use crate::template::{ContextSource, TemplateFolder};
use crate::url::as_requested;

/// Routes.
impl App {
    /// Registers a blueprint.
    #[must_use]
    pub fn blueprint(self, blueprint: Blueprint) -> Self {
        self.change_top(|top| top.blueprint(blueprint))
    }

    /// Answers `GET` of `path`; the endpoint is the name of the handler's function. See [`Blueprint::get`].
    #[must_use]
    pub fn get<H: Handler<T, ()>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.change_top(|top| top.get(path, handler))
    }

    /// Answers `POST` of `path`.
    #[must_use]
    pub fn post<H: Handler<T, ()>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.change_top(|top| top.post(path, handler))
    }

    /// Answers `PUT` of `path`.
    #[must_use]
    pub fn put<H: Handler<T, ()>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.change_top(|top| top.put(path, handler))
    }

    /// Answers `PATCH` of `path`.
    #[must_use]
    pub fn patch<H: Handler<T, ()>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.change_top(|top| top.patch(path, handler))
    }

    /// Answers `DELETE` of `path`.
    #[must_use]
    pub fn delete<H: Handler<T, ()>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.change_top(|top| top.delete(path, handler))
    }

    /// Answers the given methods of `path` with one handler.
    #[must_use]
    pub fn route<H: Handler<T, ()>, T: 'static>(
        self,
        path: &str,
        methods: impl IntoIterator<Item = Method>,
        handler: H,
    ) -> Self {
        self.change_top(|top| top.route(path, methods, handler))
    }

    /// Names the endpoint of the route that was just added. See [`Blueprint::endpoint`].
    #[must_use]
    pub fn endpoint(self, name: impl Into<String>) -> Self {
        self.change_top(|top| top.endpoint(name))
    }

    /// Adds a tool for the time of development: its routes are below `/__rebis`, exist in debug mode only, and answer requests from this machine
    /// only (unless `DEBUG_TOOLS = "anywhere"`). The debug bar links to the tool by its title, at its prefix.
    ///
    /// ```
    /// use rebis_web::{App, Blueprint, Config};
    ///
    /// async fn mails() -> &'static str { "no mails" }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let tool = Blueprint::new("mails").url_prefix("/mails").get("/", mails);
    /// let app = App::new(Config::new(".")).debug_tool("Mails", tool);
    /// assert_eq!(app.test_client().get("/__rebis/mails/").await.status(), 404);
    /// let app = app.configure("DEBUG", true);
    /// assert_eq!(app.test_client().get("/__rebis/mails/").await.text(), "no mails");
    /// # });
    /// ```
    #[must_use]
    pub fn debug_tool(self, title: impl Into<String>, tool: Blueprint) -> Self {
        self.change(|inner| inner.tools.push((title.into(), tool)))
    }

    /// Serves another axum router under `prefix`, which must not be `/`. Its routes have no endpoints of this application.
    #[must_use]
    pub fn mount(self, prefix: impl Into<String>, router: Router) -> Self {
        self.change(|inner| inner.mounts.push((as_requested(&prefix.into()), router)))
    }

    /// Serves the files of a folder (relative to [`Config::root`](crate::Config::root)) under `/static/`; the endpoint is `static`:
    /// `url_for("static", filename="style.css")`. There is one such folder; that it is missing is said when the server starts.
    #[must_use]
    pub fn static_files(self, folder: impl AsRef<Path>) -> Self {
        let folder = self.config().root().join(folder);
        match &self.inner.static_folder {
            Some(first) => {
                let (first, second) = (first.display(), folder.display());
                let said = format!(
                    "static_files is called for {first} and for {second}: /static is one folder, so keep one of them"
                );
                self.complain(said)
            }
            None => self.change(|inner| inner.static_folder = Some(folder)),
        }
    }

    /// Serves Bootstrap 5, which the program carries in itself, for pages that extend `rebis/base.html`; the endpoint is `bootstrap`, and
    /// `{{ bootstrap_url("bootstrap.min.css") }}` the URL. Browsers keep the files for a year.
    ///
    /// ```
    /// use rebis_web::{App, Config, Html, Result, Templates, context};
    ///
    /// async fn index(templates: Templates) -> Result<Html> {
    ///     templates.render("index.html", context! {})
    /// }
    ///
    /// let page = "{% extends 'rebis/base.html' %}{% block title %}Shop{% endblock %}{% block content %}<h1>Hi</h1>{% endblock %}";
    /// let app = App::new(Config::new(".")).bootstrap().template("index.html", page).get("/", index);
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = app.test_client();
    /// assert!(client.get("/").await.text().contains("/_rebis/bootstrap-5.3.8/bootstrap.min.css"));
    /// assert_eq!(client.get("/_rebis/bootstrap-5.3.8/bootstrap.min.css").await.status(), 200);
    /// # });
    /// ```
    #[must_use]
    pub fn bootstrap(self) -> Self {
        self.change_top(|top| top.get(bootstrap::RULE, bootstrap::file).endpoint(bootstrap::ENDPOINT))
    }

    /// Errors of the whole application are answered in JSON, unless the client would rather read HTML; for a part of it there is
    /// [`Blueprint::json_errors`].
    #[must_use]
    pub fn json_errors(self) -> Self {
        self.change_top(Blueprint::json_errors)
    }

    fn change_top(self, change: impl FnOnce(Blueprint) -> Blueprint) -> Self {
        self.change(|inner| {
            let top = std::mem::replace(&mut inner.top, Blueprint::new(""));
            inner.top = change(top);
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(self.edit());
        self
    }
}

/// Templates.
impl App {
    /// Adds a folder of templates: a path, relative to [`Config::root`](crate::Config::root), or `rebis::templates!("templates")`, which a
    /// released program carries in itself. The first folder that has a template wins, the application's before those of blueprints.
    #[must_use]
    pub fn templates(self, folder: impl Into<TemplateFolder>) -> Self {
        self.change(|inner| folder.into().add_to(&mut inner.templates, inner.config.root()))
    }

    /// Adds a template that the program carries in itself, for instance with `include_str!`. A file of the same name in a template
    /// folder wins.
    #[must_use]
    pub fn template(self, name: impl Into<String>, source: impl Into<String>) -> Self {
        self.change(|inner| {
            inner.templates.sources.insert(name.into(), source.into());
        })
    }

    /// A variable that every template sees.
    #[must_use]
    pub fn template_global(self, name: &'static str, value: impl Into<minijinja::Value>) -> Self {
        let value = value.into();
        self.change(|inner| {
            inner.templates.setup.push(Arc::new(move |env| env.add_global(name, value.clone())));
        })
    }

    /// A function that every template can call: `{{ name(1, 2) }}`.
    #[must_use]
    pub fn template_function<F, Rv, Args>(self, name: &'static str, function: F) -> Self
    where
        F: Function<Rv, Args> + Clone,
        Rv: FunctionResult,
        Args: for<'a> FunctionArgs<'a>,
    {
        self.change(|inner| {
            inner.templates.setup.push(Arc::new(move |env| env.add_function(name, function.clone())));
        })
    }

    /// A test: `{% if value is name %}`.
    ///
    /// ```
    /// # use rebis_web::{App, Config, context};
    /// let app = App::new(Config::new("."))
    ///     .template_test("leap", |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
    ///     .template("year.txt", "{{ 'long' if year is leap else 'short' }}");
    /// assert_eq!(app.render("year.txt", context! { year => 2028 })?.0, "long");
    /// # Ok::<(), rebis_web::HttpError>(())
    /// ```
    #[must_use]
    pub fn template_test<F, Rv, Args>(self, name: &'static str, test: F) -> Self
    where
        F: Function<Rv, Args> + Clone,
        Rv: FunctionResult,
        Args: for<'a> FunctionArgs<'a>,
    {
        self.change(|inner| {
            inner.templates.setup.push(Arc::new(move |env| env.add_test(name, test.clone())));
        })
    }

    /// Variables that every template of a request sees, made anew for each request, as Flask's `context_processor` does: who is logged in, what is
    /// in the basket. The function takes extractors, as a handler does, and gives a [`context!`](crate::context). It runs when a handler
    /// takes [`Templates`](crate::Templates), before the handler does, and what it extracts is what the handler extracts: there is one database session in a
    /// request. What a handler gives by the same name wins.
    ///
    /// ```
    /// use rebis_web::{App, Config, Html, Result, Templates, UserSession, context};
    ///
    /// async fn index(templates: Templates) -> Result<Html> {
    ///     templates.render("index.html", context! {})
    /// }
    ///
    /// let app = App::new(Config::new("."))
    ///     .template_context(async |visitor: UserSession| {
    ///         Ok(context! { me => visitor.get::<String>("name").unwrap_or("a stranger".to_owned()) })
    ///     })
    ///     .template("index.html", "Hello, {{ me }}!")
    ///     .get("/", index);
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let app = app.configure("SECRET_KEY", "only for this example, 32 bytes long");
    /// assert_eq!(app.test_client().get("/").await.text(), "Hello, a stranger!");
    /// # });
    /// ```
    ///
    /// What it fails with, the request fails with. A template that [`App::render`] renders belongs to no request and sees none of it.
    #[must_use]
    pub fn template_context<T>(self, source: impl ContextSource<T>) -> Self {
        self.change(|inner| inner.hooks.contexts.push(hooks::context(source)))
    }

    /// A filter: `{{ value|name }}`.
    #[must_use]
    pub fn template_filter<F, Rv, Args>(self, name: &'static str, filter: F) -> Self
    where
        F: Function<Rv, Args> + Clone,
        Rv: FunctionResult,
        Args: for<'a> FunctionArgs<'a>,
    {
        self.change(|inner| {
            inner.templates.setup.push(Arc::new(move |env| env.add_filter(name, filter.clone())));
        })
    }
}

/// Values, layers, hooks and commands.
impl App {
    /// Gives handlers, commands and extractors of other crates a value, found by its type: [`App::get_extension`], or
    /// `axum::Extension<T>` in a handler. A second value of one type replaces the first.
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(self, value: T) -> Self {
        self.change(|inner| {
            inner.kept.remove::<T>();
            inner.carried.insert(value);
        })
    }

    /// Keeps a value for [`App::get_extension`] alone: unlike those of [`App::extension`], requests do not carry it, so it costs them nothing.
    /// A second value of one type replaces the first.
    ///
    /// ```
    /// # use rebis_web::{App, Config};
    /// #[derive(Clone)]
    /// struct Motto(&'static str);
    ///
    /// let app = App::new(Config::new(".")).keep(Motto("small steps"));
    /// assert_eq!(app.get_extension::<Motto>().map(|motto| motto.0), Some("small steps"));
    /// ```
    #[must_use]
    pub fn keep<T: Clone + Send + Sync + 'static>(self, value: T) -> Self {
        self.change(|inner| {
            inner.carried.remove::<T>();
            inner.kept.insert(value);
        })
    }

    /// Changes a setting of the application: `app.configure("DEBUG", true)`.
    #[must_use]
    pub fn configure(self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.change(|inner| {
            inner.config.set(key, value);
        })
    }

    /// Wraps every route in a tower layer. The layer added last is outermost, as in axum; all run inside the application's own
    /// handling of errors, panics and the log.
    #[must_use]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.change(|inner| inner.layers.push(Arc::new(move |router: Router| router.layer(layer.clone()))))
    }

    /// Runs before each request, in the order of registration: gives the request on, or answers it. For the requests of one part of the
    /// application there is [`Blueprint::before_request`].
    ///
    /// ```
    /// use axum::extract::Request;
    /// use rebis_web::{App, Config, HttpError};
    ///
    /// let app = App::new(Config::new(".")).before_request(|request: Request| async {
    ///     if request.headers().contains_key("x-banned") { Err(HttpError::forbidden()) } else { Ok(request) }
    /// });
    /// ```
    #[must_use]
    pub fn before_request<F, Fut, R>(self, hook: F) -> Self
    where
        F: Fn(Request) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Request, R>> + Send + 'static,
        R: IntoResponse,
    {
        self.change(|inner| inner.hooks.before.push(hooks::before(hook)))
    }

    /// Runs on each response, error pages included; the hook registered last runs first.
    ///
    /// For work that must happen when a request is over whatever comes, let the value that a handler extracts do it when it is dropped.
    #[must_use]
    pub fn after_request<F, Fut>(self, hook: F) -> Self
    where
        F: Fn(Response) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Response> + Send + 'static,
    {
        self.change(|inner| inner.hooks.after.push(hooks::after(hook)))
    }

    /// Answers with a handler of the application's own whenever a response would have the status: an unknown URL (404), a wrong
    /// method (405), a panic (500), any [`HttpError`]. The handler may extract the [`HttpError`] and whatever else but
    /// the body and the parameters of the path.
    /// If it answers 200, the error's status is kept. For the routes of one part of the application there is [`Blueprint::error_handler`].
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use rebis_web::{App, Config, Html, HttpError};
    ///
    /// async fn not_found(error: HttpError) -> Html {
    ///     Html(format!("<h1>Lost?</h1><p>{}</p>", error.message()))
    /// }
    ///
    /// let app = App::new(Config::new(".")).error_handler(StatusCode::NOT_FOUND, not_found);
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let response = app.test_client().get("/nowhere").await;
    /// assert_eq!(response.status(), StatusCode::NOT_FOUND);
    /// assert!(response.text().starts_with("<h1>Lost?</h1>"));
    /// # });
    /// ```
    #[must_use]
    pub fn error_handler<H: Handler<T, ()>, T: 'static>(self, status: StatusCode, handler: H) -> Self {
        self.change_top(|top| top.error_handler(status, handler))
    }

    /// Says what an error type of another library means in HTTP, for the errors that handlers pass on with `?`. Without it they are 500s.
    /// Of an error and its causes the outermost that is known counts. For the routes of one part of the application there is
    /// [`Blueprint::map_error`].
    ///
    /// ```
    /// use rebis_web::{App, Config, HttpError};
    ///
    /// let app = App::new(Config::new(".")).map_error(|error: &std::num::ParseIntError| {
    ///     Some(HttpError::bad_request(error.to_string()))
    /// });
    /// ```
    #[must_use]
    pub fn map_error<E, F>(self, mapper: F) -> Self
    where
        E: std::error::Error + 'static,
        F: Fn(&E) -> Option<HttpError> + Send + Sync + 'static,
    {
        self.change_top(|top| top.map_error(mapper))
    }

    /// Says that something was registered in a way that cannot work: [`App::build`] fails with it, as over routes that contradict each other.
    /// It is for crates that add to an application what `App` itself does not know.
    ///
    /// ```
    /// # use rebis_web::{App, Config};
    /// let error = App::new(Config::new(".")).complain("two caches are called `pages`").build().unwrap_err();
    /// assert_eq!(error.complaints(), ["two caches are called `pages`"]);
    /// ```
    #[must_use]
    pub fn complain(self, what: impl Into<String>) -> Self {
        let what = what.into();
        self.change(|inner| inner.top.complaints.push(what))
    }

    /// Runs when the application is built, if it is built in debug mode: for what has to be told to let itself be watched, so that a
    /// [`Trace`](crate::debug::Trace) hears of it.
    #[must_use]
    pub fn on_debug(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.change(|inner| inner.on_debug.push(Arc::new(hook)))
    }

    /// Runs before the server accepts its first connection; an error keeps it from starting.
    #[must_use]
    pub fn on_startup<F, Fut, E>(self, hook: F) -> Self
    where
        F: Fn(App) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.change(|inner| inner.hooks.startup.push(life(hook)))
    }

    /// Runs after the server has answered its last request.
    #[must_use]
    pub fn on_shutdown<F, Fut, E>(self, hook: F) -> Self
    where
        F: Fn(App) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.change(|inner| inner.hooks.shutdown.push(life(hook)))
    }

    /// Adds a command to the application's command line.
    ///
    /// ```
    /// use rebis_web::{App, CommandContext, Config, Result};
    ///
    /// async fn greet(context: CommandContext) -> Result<()> {
    ///     println!("hello from {}", context.app.name());
    ///     Ok(())
    /// }
    ///
    /// let app = App::new(Config::new(".")).command(clap::Command::new("greet").about("Says hello"), greet);
    /// assert_eq!(app.commands()[0].name(), "greet");
    /// ```
    #[must_use]
    pub fn command<F, Fut, E>(self, command: clap::Command, handler: F) -> Self
    where
        F: Fn(CommandContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.change(|inner| inner.commands.push(AppCommand::new(command, handler)))
    }
}

fn life<F, Fut, E>(hook: F) -> Arc<super::hooks::Life>
where
    F: Fn(App) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<BoxError>,
{
    Arc::new(move |app| {
        let future = hook(app);
        Box::pin(async move { future.await.map_err(Into::into) })
    })
}
