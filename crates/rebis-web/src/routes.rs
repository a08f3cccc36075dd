//! The table of routes: checked once, then asked for URLs and endpoints.
//!
//! Invariant: a table that exists has no two handlers for one method and path, no endpoint that means two things, and no path that
//! axum would panic over: [`RouteTable::check`] refuses them with a message that names both sides.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use axum::http::Method;
use axum::routing::MethodRouter;

use crate::blueprint::{Around, Blueprint, OnErrors, Rule};
use crate::url::{self, BaseUrl, UrlError, UrlParams};

/// One line of the `routes` command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// The name that `url_for` takes: `site.index`.
    pub endpoint: String,
    /// The methods that were asked for. `HEAD` (with `GET`) and `OPTIONS` are answered as well.
    pub methods: Vec<Method>,
    /// The path with its parameters, as it was declared: `/users/{id}`.
    pub rule: String,
    /// The same as requests spell it.
    path: String,
}

/// What is wrong with the routes of an application: all of it, one complaint a line.
#[derive(Debug, Clone)]
pub struct BuildError {
    complaints: Vec<String>,
}

impl BuildError {
    /// Each complaint by itself.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    pub(crate) fn new(complaints: Vec<String>) -> Self {
        Self { complaints }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the application cannot be built")?;
        for complaint in &self.complaints {
            write!(f, "\n  - {complaint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildError {}

/// The checked routes of one application.
#[derive(Debug, Default)]
pub(crate) struct RouteTable {
    routes: Vec<RouteInfo>,
    endpoints: HashMap<String, Vec<usize>>,
    by_path: HashMap<String, Vec<usize>>,
    matcher: matchit::Router<String>,
    /// Prefixes below which errors are JSON where the client leaves it open.
    json: Vec<String>,
    /// What answers for the errors of each route, and of what is no route's.
    on_errors: Vec<Arc<OnErrors>>,
    on_others: Arc<OnErrors>,
    has_error_handlers: bool,
    /// What comes before a path in a link for elsewhere.
    base: Option<BaseUrl>,
}

/// A path and the handlers of its methods, ready for axum.
pub(crate) type Handlers = Vec<(String, MethodRouter)>;

impl RouteTable {
    /// Checks everything that was registered. `mounts` are paths that are served by something else than a rule.
    pub(crate) fn check(
        top: &Blueprint,
        statics: Option<&str>,
        mounts: &[&str],
    ) -> Result<(Self, Handlers), BuildError> {
        let mut checker = Checker::default();
        let on_others = Arc::new(top.on_errors.clone());
        if let Some(rule) = statics {
            checker.table.add("static", &[Method::GET], rule, &on_others);
        }
        checker.table.on_others = on_others;
        for prefix in statics.iter().map(|_| "/static").chain(mounts.iter().copied()) {
            checker.claim(prefix);
        }
        checker.blueprint(top, &Place::default());
        if checker.complaints.is_empty() {
            Ok((checker.table, checker.handlers))
        } else {
            Err(BuildError::new(checker.complaints))
        }
    }

    pub(crate) fn routes(&self) -> &[RouteInfo] {
        &self.routes
    }

    /// With what stands before a path in a link for elsewhere.
    pub(crate) fn at(self, base: Option<BaseUrl>) -> Self {
        Self { base, ..self }
    }

    /// The route that answers a method of a path, where `path` is what was [`matched`](Self::matched).
    pub(crate) fn route(&self, path: &str, method: &Method) -> Option<&RouteInfo> {
        self.find(path, method).map(|at| &self.routes[at])
    }

    /// What answers for the errors of a request for this path.
    pub(crate) fn on_errors(&self, path: &str, method: &Method) -> &OnErrors {
        let found = self.matched(path).and_then(|path| self.find(path, method));
        found.map_or(&self.on_others, |at| &self.on_errors[at])
    }

    /// Whether there is a handler for the errors of any route.
    pub(crate) fn has_error_handlers(&self) -> bool {
        self.has_error_handlers
    }

    /// The path of a rule that a request's path matches, or of what is served by something else than a rule.
    pub(crate) fn matched(&self, path: &str) -> Option<&str> {
        self.matcher.at(path).ok().map(|found| &**found.value)
    }

    /// What `Allow` says where no handler answers the method; `None` where one does, and for what is no path of ours.
    pub(crate) fn allowed(&self, path: &str, refused: &Method) -> Option<String> {
        let path = self.matched(path)?;
        if self.find(path, refused).is_some() {
            return None;
        }
        let mut names: Vec<&str> = Vec::new();
        for method in self.by_path.get(path)?.iter().flat_map(|&at| &self.routes[at].methods) {
            let with_head = (method == Method::GET).then_some("HEAD");
            for name in std::iter::once(method.as_str()).chain(with_head) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        if !names.contains(&"OPTIONS") {
            names.push("OPTIONS");
        }
        Some(names.join(","))
    }

    /// Whether `path` lacks only its last slash: no rule matches it, and one that ends in a slash matches with one.
    pub(crate) fn lacks_slash(&self, path: &str) -> bool {
        !path.ends_with('/')
            && !self.matched(path).is_some_and(|path| self.by_path.contains_key(path))
            && self.matched(&format!("{path}/")).is_some_and(|path| path.ends_with('/'))
    }

    /// Whether errors of this path are JSON where the client leaves it open.
    pub(crate) fn answers_in_json(&self, path: &str) -> bool {
        self.json.iter().any(|prefix| is_below(path, prefix))
    }

    pub(crate) fn url_for(&self, endpoint: &str, params: impl UrlParams) -> Result<String, UrlError> {
        let params = params.into_params();
        let Some(found) = self.endpoints.get(endpoint) else {
            let names = self.endpoints.keys().map(String::as_str);
            return Err(UrlError::unknown_endpoint(endpoint, crate::near::nearest(endpoint, names)));
        };
        let rules: Vec<&str> = found.iter().map(|&at| self.routes[at].path.as_str()).collect();
        url::build(endpoint, &rules, &params)
    }

    pub(crate) fn external_url_for(
        &self,
        endpoint: &str,
        params: impl UrlParams,
    ) -> Result<String, UrlError> {
        let path = self.url_for(endpoint, params)?;
        let base = self.base.as_ref().ok_or_else(|| UrlError::no_base(endpoint))?;
        Ok(base.join(&path))
    }

    fn find(&self, path: &str, method: &Method) -> Option<usize> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.by_path.get(path)?.iter().copied().find(|&at| self.routes[at].methods.contains(method))
    }

    fn add(&mut self, endpoint: &str, methods: &[Method], rule: &str, on_errors: &Arc<OnErrors>) {
        let at = self.routes.len();
        self.on_errors.push(Arc::clone(on_errors));
        self.routes.push(RouteInfo {
            endpoint: endpoint.to_owned(),
            methods: methods.to_vec(),
            rule: rule.to_owned(),
            path: url::as_requested(rule),
        });
        self.endpoints.entry(endpoint.to_owned()).or_default().push(at);
        self.by_path.entry(self.routes[at].path.clone()).or_default().push(at);
    }
}

#[derive(Default)]
struct Checker {
    table: RouteTable,
    handlers: Handlers,
    functions: HashMap<String, (std::any::TypeId, &'static str)>,
    blueprints: Vec<String>,
    complaints: Vec<String>,
}

/// What the blueprints that something is in say of it.
#[derive(Default)]
struct Place<'a> {
    name: String,
    prefix: String,
    /// The innermost last.
    around: Vec<&'a Around>,
    on_errors: Arc<OnErrors>,
}

impl Checker {
    fn blueprint(&mut self, blueprint: &Blueprint, outer: &Place<'_>) {
        let name = join_names(&outer.name, &blueprint.name);
        let prefix = join_paths(&outer.prefix, &blueprint.prefix);
        self.complaints.extend(blueprint.complaints.iter().cloned());
        if blueprint.name.contains('.') {
            self.complaints.push(format!("the blueprint's name {:?} must hold no dot", blueprint.name));
        }
        if !blueprint.prefix.is_empty() && !blueprint.prefix.starts_with('/') {
            self.complaints
                .push(format!("the url_prefix {:?} of {name} must start with /", blueprint.prefix));
            return;
        }
        if !name.is_empty() {
            if self.blueprints.contains(&name) {
                self.complaints.push(format!(
                    "two blueprints are named {name}: give one another name, or register it once"
                ));
                return;
            }
            self.blueprints.push(name.clone());
        }
        if blueprint.json_errors {
            self.table.json.push(url::as_requested(&prefix));
        }
        let around = outer.around.iter().copied().chain([&blueprint.around]).collect();
        let on_errors = Arc::new(blueprint.on_errors.inside(&outer.on_errors));
        self.table.has_error_handlers |= on_errors.has_handlers();
        let here = Place { name, prefix, around, on_errors };
        for rule in &blueprint.rules {
            self.rule(rule, &here);
        }
        for child in &blueprint.children {
            self.blueprint(child, &here);
        }
    }

    fn rule(&mut self, rule: &Rule, place: &Place<'_>) {
        let declared = join_paths(&place.prefix, &rule.path);
        let path = url::as_requested(&declared);
        let Some(own_name) = &rule.name else {
            self.complaints.push(format!(
                "the handler of {declared} is a closure and has no name: add .endpoint(\"name\") after it"
            ));
            return;
        };
        if own_name.contains('.') {
            self.complaints.push(format!("the endpoint {own_name:?} of {declared} must hold no dot"));
            return;
        }
        let endpoint = join_names(&place.name, own_name);

        if !self.path_is_sound(&endpoint, &rule.path, &declared) {
            return;
        }
        let taken = self.table.by_path.get(&path).into_iter().flatten().map(|&at| &self.table.routes[at]);
        for other in taken {
            if let Some(method) = rule.methods.iter().find(|method| other.methods.contains(method)) {
                self.complaints.push(format!(
                    "{method} {declared} is answered twice: by {} and by {endpoint}. Remove one, or change its path",
                    other.endpoint
                ));
                return;
            }
        }
        // One function under several paths is one endpoint (`/` and `/index`); two functions must not share a name.
        match self.functions.get(&endpoint) {
            Some(other) if other.0 != rule.function.0 => {
                let same_path = self
                    .table
                    .endpoints
                    .get(&endpoint)
                    .into_iter()
                    .flatten()
                    .any(|&at| self.table.routes[at].path == path);
                if !same_path {
                    self.complaints.push(format!(
                        "the endpoint {endpoint} means two things: {} and {} (at {declared}). Name one with .endpoint(\"other_name\")",
                        other.1, rule.function.1
                    ));
                    return;
                }
            }
            Some(_) => {}
            None => {
                self.functions.insert(endpoint.clone(), rule.function);
            }
        }

        self.table.add(&endpoint, &rule.methods, &declared, &place.on_errors);
        let handler =
            place.around.iter().rev().fold(rule.handler.clone(), |inner, around| around.wrap(inner));
        match self.handlers.iter_mut().find(|(other, _)| *other == path) {
            Some((_, handlers)) => *handlers = std::mem::take(handlers).merge(handler),
            None => self.handlers.push((path, handler)),
        }
    }

    fn path_is_sound(&mut self, endpoint: &str, own: &str, declared: &str) -> bool {
        if !own.is_empty() && !own.starts_with('/') || declared.is_empty() {
            self.complaints.push(format!("the path {own:?} of {endpoint} must start with /"));
            return false;
        }
        if let Some(old) = declared.split('/').find(|part| part.starts_with([':', '*', '<'])) {
            self.complaints.push(format!(
                "the path {declared} of {endpoint}: write the parameter {old} as {{name}}, or {{*name}} for the rest of a path"
            ));
            return false;
        }
        if declared.contains(['?', '#']) {
            self.complaints.push(format!(
                "the path {declared} of {endpoint}: a query and what follows # are no part of a path; handlers take the query with Args or Query"
            ));
            return false;
        }
        let path = url::as_requested(declared);
        if self.table.by_path.contains_key(&path) {
            return true;
        }
        match self.table.matcher.insert(&path, path.clone()) {
            Ok(()) => true,
            Err(error) => {
                self.complaints.push(match error {
                    matchit::InsertError::Conflict { with } => format!(
                        "the path {declared} of {endpoint} matches the same requests as {with}: name the parameters alike, or change one path"
                    ),
                    other => format!("the path {declared} of {endpoint} is malformed: {other}"),
                });
                false
            }
        }
    }

    /// A prefix that is served by something else takes all the paths that axum's nesting takes.
    fn claim(&mut self, prefix: &str) {
        if !prefix.starts_with('/') || prefix.len() < 2 || prefix.ends_with('/') || prefix.contains('*') {
            self.complaints.push(format!("{prefix:?} cannot be mounted: write a prefix such as /api"));
            return;
        }
        for path in [prefix.to_owned(), format!("{prefix}/"), format!("{prefix}/{{*rest}}")] {
            if let Err(error) = self.table.matcher.insert(&path, path.clone()) {
                self.complaints.push(format!("{prefix} cannot be served: {error}"));
                return;
            }
        }
    }
}

/// Whether a path is `prefix` or below it; a parameter of the prefix (`{id}`) is any one part of the path.
fn is_below(path: &str, prefix: &str) -> bool {
    let mut parts = path.split('/');
    let mut wanted = prefix.trim_end_matches('/').split('/');
    wanted.all(|want| parts.next().is_some_and(|part| want == part || want.starts_with('{')))
}

fn join_names(outer: &str, name: &str) -> String {
    match (outer.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => outer.to_owned(),
        _ => format!("{outer}.{name}"),
    }
}

/// `/admin` and `/users` → `/admin/users`; a prefix's last slash is no second one.
fn join_paths(prefix: &str, path: &str) -> String {
    if path.starts_with('/') {
        format!("{}{path}", prefix.trim_end_matches('/'))
    } else {
        format!("{prefix}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_prefix() {
        for (path, prefix) in [
            ("/api", "/api"),
            ("/api/users/1", "/api"),
            ("/api/x", "/api/"),
            ("/7/api/x", "/{shop}/api"),
            ("/x", ""),
        ] {
            assert!(is_below(path, prefix), "{path} {prefix}");
        }
        for (path, prefix) in
            [("/apis", "/api"), ("/", "/api"), ("/x/api", "/api"), ("/7/apis", "/{shop}/api")]
        {
            assert!(!is_below(path, prefix), "{path} {prefix}");
        }
    }
}
