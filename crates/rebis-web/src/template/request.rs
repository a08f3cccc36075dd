//! The request, as templates see it.
//!
//! Invariant: what a template does not ask for is not made.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::extract::MatchedPath;
use axum::http::{Method, Uri};
use minijinja::Value;
use minijinja::value::{Enumerator, Object};

use crate::app::App;
use crate::extract::Args;
use crate::session::{self, UserSession};

/// What `request`, `session`, `get_flashed_messages`, `csrf_token` and `url_for` are about.
#[derive(Debug)]
pub(crate) struct RequestContext {
    pub(crate) app: App,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) rule: Option<MatchedPath>,
    pub(crate) session: Option<UserSession>,
    /// `request`, once a template has asked for it.
    pub(crate) request: OnceLock<Value>,
}

impl RequestContext {
    fn request(&self) -> Value {
        let args: BTreeMap<String, String> =
            Args::parse(self.uri.query()).iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        let endpoint = self.endpoint();
        let blueprint =
            endpoint.and_then(|endpoint| endpoint.rsplit_once('.')).map(|(blueprint, _)| blueprint);
        crate::context! {
            method => self.method.as_str(),
            path => self.uri.path(),
            args,
            endpoint,
            blueprint,
        }
    }

    fn endpoint(&self) -> Option<&str> {
        let rules = self.app.rules()?;
        // The page of an error is made where axum has found no route yet.
        let path = self.rule.as_ref().map(MatchedPath::as_str).or_else(|| rules.matched(self.uri.path()))?;
        rules.route(path, &self.method).map(|route| &*route.endpoint)
    }
}

impl Object for RequestContext {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "request" => Some(self.request.get_or_init(|| self.request()).clone()),
            name => self.session.as_ref()?.in_template(name),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let session = self.session.iter().flat_map(|_| session::IN_TEMPLATES);
        Enumerator::Values(["request"].into_iter().chain(session).map(Value::from).collect())
    }
}
