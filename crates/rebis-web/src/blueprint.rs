//! `Blueprint`: a named group of routes, written once and registered under any prefix.
//!
//! Invariant: a blueprint only collects. Nothing is checked, and nothing can fail, before the application is built; then all
//! complaints come at once.

mod around;
mod on_errors;

use std::any::{TypeId, type_name};
use std::fmt;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::template::{Settings, TemplateFolder};

pub(crate) use around::Around;
pub(crate) use on_errors::OnErrors;

/// One handler under one path, before it is checked.
#[derive(Clone)]
pub(crate) struct Rule {
    /// The part after the blueprint's names; `None` when it cannot be derived (a closure without `.endpoint`).
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) methods: Vec<Method>,
    pub(crate) handler: MethodRouter,
    pub(crate) function: (TypeId, &'static str),
}

/// A named group of routes.
///
/// A route's endpoint is the blueprint's name, a dot, and the name of the handler's function: `url_for("site.show", …)`.
///
/// ```
/// use rebis_web::{App, Blueprint, Config};
///
/// async fn index() -> &'static str { "hello" }
/// async fn show() -> &'static str { "one" }
///
/// let users = Blueprint::new("users").url_prefix("/users").get("/", index).get("/{id}", show);
/// let app = App::new(Config::new(".")).blueprint(users);
/// assert_eq!(app.url_for("users.show", [("id", 3)]).unwrap(), "/users/3");
/// ```
#[derive(Clone)]
pub struct Blueprint {
    pub(crate) name: String,
    pub(crate) prefix: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) children: Vec<Blueprint>,
    pub(crate) complaints: Vec<String>,
    pub(crate) json_errors: bool,
    pub(crate) around: Around,
    pub(crate) on_errors: OnErrors,
    templates: Vec<TemplateFolder>,
}

impl Blueprint {
    /// An empty blueprint. The name is the first part of its endpoints; it must hold no dot.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            prefix: String::new(),
            rules: Vec::new(),
            children: Vec::new(),
            complaints: Vec::new(),
            json_errors: false,
            around: Around::default(),
            on_errors: OnErrors::default(),
            templates: Vec::new(),
        }
    }

    /// A path that stands before every path of this blueprint: `/admin`. It may hold parameters.
    #[must_use]
    pub fn url_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Errors below this blueprint's prefix are answered in JSON, unless the client would rather read HTML: what a handler refuses, and also
    /// a path that nothing answers, to a client that accepts anything (`Accept: */*`, or none).
    ///
    /// ```
    /// # use rebis_web::{App, Blueprint, Config};
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let api = Blueprint::new("api").url_prefix("/api").json_errors();
    /// let client = App::new(Config::new(".")).blueprint(api).test_client();
    /// let lost = client.get("/api/nothing").await;
    /// assert_eq!(lost.header("content-type"), Some("application/json"));
    /// # });
    /// ```
    #[must_use]
    pub fn json_errors(mut self) -> Self {
        self.json_errors = true;
        self
    }

    /// Answers `GET` (and so `HEAD`) of `path`. Parameters are written `{id}`, a rest of the path `{*rest}`.
    #[must_use]
    pub fn get<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        self.route(path, [Method::GET], handler)
    }

    /// Answers `POST` of `path`.
    #[must_use]
    pub fn post<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        self.route(path, [Method::POST], handler)
    }

    /// Answers `PUT` of `path`.
    #[must_use]
    pub fn put<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        self.route(path, [Method::PUT], handler)
    }

    /// Answers `PATCH` of `path`.
    #[must_use]
    pub fn patch<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        self.route(path, [Method::PATCH], handler)
    }

    /// Answers `DELETE` of `path`.
    #[must_use]
    pub fn delete<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        self.route(path, [Method::DELETE], handler)
    }

    /// Answers the given methods of `path` with one handler.
    #[must_use]
    pub fn route<H, T>(mut self, path: &str, methods: impl IntoIterator<Item = Method>, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let function = (TypeId::of::<H>(), type_name::<H>());
        let methods: Vec<Method> = methods.into_iter().collect();
        let filter = methods.iter().try_fold(None, |all: Option<MethodFilter>, method| {
            let one = MethodFilter::try_from(method.clone()).map_err(|_| method.clone())?;
            Ok::<_, Method>(Some(all.map_or(one, |all| all.or(one))))
        });
        match filter {
            Ok(Some(filter)) => self.rules.push(Rule {
                name: function_name(function.1),
                path: path.to_owned(),
                methods,
                handler: on(filter, handler),
                function,
            }),
            Ok(None) => self.complaints.push(format!("the route {path} names no method")),
            Err(method) => {
                self.complaints.push(format!("the route {path}: the method {method} cannot be routed"))
            }
        }
        self
    }

    /// Names the endpoint of the route that was just added, instead of the name of its function. Closures need it.
    ///
    /// ```
    /// # use rebis_web::{App, Blueprint, Config};
    /// let site = Blueprint::new("site").get("/", || async { "hi" }).endpoint("home");
    /// # let app = App::new(Config::new(".")).blueprint(site);
    /// assert_eq!(app.url_for("site.home", ()).unwrap(), "/");
    /// ```
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        match self.rules.last_mut() {
            Some(rule) => rule.name = Some(name),
            None => self.complaints.push(format!(
                "endpoint({name:?}) names the route that was added before it, and there is none yet"
            )),
        }
        self
    }

    /// Adds a folder of templates, as [`App::templates`](crate::App::templates) does. A template of the application with the same name wins,
    /// so give them a folder of the blueprint's name: `admin/index.html`.
    #[must_use]
    pub fn templates(mut self, folder: impl Into<TemplateFolder>) -> Self {
        self.templates.push(folder.into());
        self
    }

    pub(crate) fn add_templates(&self, settings: &mut Settings, root: &std::path::Path) {
        self.templates.iter().for_each(|folder| folder.add_to(settings, root));
        self.children.iter().for_each(|child| child.add_templates(settings, root));
    }

    /// Puts another blueprint inside this one: prefixes and names are joined (`parent.child.index`).
    #[must_use]
    pub fn blueprint(mut self, child: Blueprint) -> Self {
        self.children.push(child);
        self
    }
}

impl fmt::Debug for Blueprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Blueprint '{}'>", self.name)
    }
}

/// `shop::routes::index` → `index`; generic arguments are no part of it. `None` for closures.
fn function_name(type_name: &str) -> Option<String> {
    let plain = type_name.split('<').next().unwrap_or(type_name);
    let last = plain.rsplit("::").next().unwrap_or(plain);
    let word = !last.is_empty() && last.chars().all(|c| c.is_alphanumeric() || c == '_');
    word.then(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions() {
        assert_eq!(function_name("shop::routes::index").as_deref(), Some("index"));
        assert_eq!(function_name("shop::list<shop::User>").as_deref(), Some("list"));
        assert_eq!(function_name("shop::routes::site::{{closure}}"), None);
    }
}
