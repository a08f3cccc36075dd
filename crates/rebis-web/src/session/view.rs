//! The session as templates see it.
//!
//! Invariant: a template that does not ask for the session does not open it. Names that begin with `_` are the framework's own and hidden.

use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, Serde};
use minijinja::{Error, ErrorKind, Value};

use super::UserSession;

/// What templates have of the session.
pub(crate) const IN_TEMPLATES: [&str; 3] = ["session", "get_flashed_messages", "csrf_token"];

impl UserSession {
    /// The names of what is remembered.
    pub(crate) fn names(&self) -> Vec<String> {
        self.state().values.keys().filter(|key| !key.starts_with('_')).cloned().collect()
    }

    /// One of [`IN_TEMPLATES`].
    pub(crate) fn in_template(&self, name: &str) -> Option<Value> {
        let session = self.clone();
        Some(match name {
            "session" => Value::from_object(View(session)),
            "get_flashed_messages" => {
                Value::from_function(move |options: Kwargs| messages(&session, &options))
            }
            "csrf_token" => Value::from_function(move || token(&session)),
            _ => return None,
        })
    }
}

fn messages(session: &UserSession, options: &Kwargs) -> Result<Value, Error> {
    let with_categories = options.get::<Option<bool>>("with_categories")?.unwrap_or(false);
    let wanted = options.get::<Option<Vec<String>>>("category_filter")?.unwrap_or_default();
    options.assert_all_used()?;
    let all = session.flashed_messages().into_iter();
    let some = all.filter(|(category, _)| wanted.is_empty() || wanted.contains(category));
    Ok(some
        .map(|(category, message)| {
            if with_categories {
                Value::from(vec![Value::from(category), Value::from(message)])
            } else {
                Value::from(message)
            }
        })
        .collect())
}

/// The CSRF token; the error says what is missing.
pub(crate) fn token(session: &UserSession) -> Result<String, Error> {
    session.csrf_token().map_err(|error| {
        let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        Error::new(ErrorKind::InvalidOperation, text)
    })
}

#[derive(Debug)]
struct View(UserSession);

impl Object for View {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str().filter(|key| !key.starts_with('_'))?;
        self.0.get::<serde_json::Value>(key).map(|value| Value::from(Serde(value)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let state = self.0.state();
        let keys = state.values.keys().filter(|key| !key.starts_with('_'));
        Enumerator::Values(keys.map(|key| Value::from(key.as_str())).collect())
    }
}
