//! The web layer of Rebis: Flask's shape on axum.
//!
//! An application is a value made by a factory. It holds a configuration, blueprints with named endpoints, templates, static files, and whatever
//! else handlers need; underneath it is an axum router, so every axum handler, extractor and tower layer works. This crate knows
//! no database.
//!
//! ```
//! use rebis_web::{App, Blueprint, Config, Html, Path, Result, Templates, context};
//!
//! pub fn create_app(config: Config) -> App {
//!     App::new(config)
//!         .template("hello.html", "<h1>Hello {{ name }}!</h1> <a href=\"{{ url_for('.index') }}\">back</a>")
//!         .blueprint(site())
//! }
//!
//! fn site() -> Blueprint {
//!     Blueprint::new("site").get("/", index).get("/hello/{name}", hello)
//! }
//!
//! async fn index() -> &'static str {
//!     "Hello World!"
//! }
//!
//! async fn hello(templates: Templates, Path(name): Path<String>) -> Result<Html> {
//!     templates.render("hello.html", context! { name })
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let app = create_app(Config::new("."));
//! assert_eq!(app.url_for("site.hello", [("name", "Susan")])?, "/hello/Susan");
//!
//! let client = app.test_client();
//! assert_eq!(client.get("/").await.text(), "Hello World!");
//! assert_eq!(
//!     client.get("/hello/%3Cb%3E").await.text(),
//!     "<h1>Hello &lt;b&gt;!</h1> <a href=\"/\">back</a>",
//! );
//! # Ok::<(), rebis_web::HttpError>(())
//! # }).unwrap();
//! ```
//!
//! A program serves it with [`serve`], usually through the CLI:
//!
//! ```no_run
//! # use rebis_web::{App, BoxError, Config, ServeOptions};
//! # fn create_app(config: Config) -> App { App::new(config) }
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), BoxError> {
//!     let config = Config::load()?; // config.toml, .env, environment
//!     Ok(rebis_web::serve(create_app(config), ServeOptions::default()).await?)
//! }
//! ```
//!
//! # What happens to errors
//! A handler returns [`Result`]; any error becomes an [`HttpError`] with `?`. Unknown URLs, wrong methods, refusals of extractors, errors and panics all
//! end as a page or as JSON, whichever the client prefers, or in the application's [`App::error_handler`]. A 500 says
//! nothing about its cause to the client unless `DEBUG` is on; the log has it (target `rebis::error`). Each request is one line of the
//! log (target `rebis::request`).
//!
//! # What protects forms
//! A request that changes something (`POST`, `PUT`, `PATCH`, `DELETE`) is refused with 403 when the browser says that another site made it,
//! and a form also when it lacks the token of the visitor's session ([`CsrfError`]). `quick_form(form)` and `form.hidden_tag()` write the token
//! into a [`Form`]; a template does it by hand so:
//!
//! ```html
//! <form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"> … </form>
//! ```
//!
//! A script sends it as the header `x-csrf-token`. Clients that are no browsers (no cookies, no `Origin`), and JSON without cookies, need
//! nothing. Without `SECRET_KEY` there are no tokens, and only the origin is checked. Settings: `CSRF_TRUSTED_ORIGINS` (origins that may
//! send), `CSRF_EXEMPT` (paths with all below them, for instance of webhooks), `CSRF_ENABLED` (`false` turns it off).
//!
//! # What every response carries
//! `X-Content-Type-Options: nosniff`, `Referrer-Policy: strict-origin-when-cross-origin`, `X-Frame-Options: SAMEORIGIN`,
//! `Content-Security-Policy: base-uri 'self'; frame-ancestors 'self'; object-src 'none'`, and over HTTPS
//! `Strict-Transport-Security: max-age=31536000`. A handler's own header stays; the table `SECURITY_HEADERS` of the configuration replaces
//! values (an empty one leaves the header out), and `SECURITY_HEADERS_ENABLED = false` leaves all out.

mod app;
mod blueprint;
mod bootstrap;
mod command;
mod config;
mod csrf;
pub mod debug;
mod error;
mod extract;
mod form;
mod headers;
mod near;
#[cfg(feature = "password")]
mod password;
mod pipeline;
mod response;
mod routes;
mod serve;
mod session;
mod template;
mod testing;
mod url;

pub use app::App;
pub use blueprint::Blueprint;
pub use command::{AppCommand, CommandContext};
pub use config::{Config, ConfigError};
pub use csrf::CsrfError;
pub use error::{BoxError, HttpError, Result};
pub use extract::{Args, FormBody, Path, Query};
pub use form::{
    Choice, Field, FieldBuilder, FieldSpec, Form, FormErrors, FormFields, FormReader, FormSpec, FormType,
    FormValue, FormWriter, FromForm, Sent, Upload, Widget,
};
#[cfg(feature = "password")]
pub use password::{hash_password, verify_password};
pub use response::{Html, Json, Redirect};
pub use routes::{BuildError, RouteInfo};
pub use serve::{ServeError, ServeOptions, Server, serve};
pub use session::UserSession;
pub use template::{ContextSource, TemplateFolder, Templates};
pub use testing::{TestClient, TestRequest, TestResponse};
pub use url::{UrlError, UrlParams};

pub use axum;
pub use axum::http::{Method, StatusCode};
pub use clap;
pub use minijinja;

/// For the expansion of [`context!`] and of the derives; not part of the API.
#[doc(hidden)]
pub mod __private {
    pub use crate::near::nearest;
    pub use std::string::String as FormText;
    pub use std::sync::OnceLock;

    pub use crate::form::private::{Choices, choices, not_a_choice};
    pub use crate::form::{FormReader, FormSpec, FormType, FormValue, FormWriter, FromForm, Widget};
    pub use crate::template::{ContextBuilder, TemplateFolder, builder};
}
