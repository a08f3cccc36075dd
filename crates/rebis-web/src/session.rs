//! `UserSession`: what the application remembers of one visitor, in an encrypted cookie.
//!
//! Invariant: a cookie is opened when the session is first used and written when it was changed; a request that uses no session pays
//! for none. A cookie that is tampered with, expired or of another key is an empty session, never an error.

mod error;
mod flash;
mod save;
mod seal;
mod settings;
mod view;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{HttpError, Result};

pub(crate) use error::SecretKeyError;
pub(crate) use settings::SessionSettings;
pub(crate) use view::{IN_TEMPLATES, token};

const TOKEN: &str = "_csrf_token";
const PERMANENT: &str = "_permanent";

/// What the application remembers of one visitor between requests: Flask's `session`.
///
/// It lives in a cookie that is encrypted and authenticated with `SECRET_KEY`: the visitor can neither read nor change it, but can send
/// an old one again, so what must be forgotten for certain belongs in the database. A browser keeps about 4000 bytes.
///
/// It needs `SECRET_KEY` (32 bytes or more; without it the handler is refused with a 500 whose log says how to make one). Keys in
/// `SECRET_KEY_FALLBACKS` still open cookies, which are then sealed with the new key. `SESSION_LIFETIME` (seconds; 31 days) counts from
/// the last change. The cookie is `HttpOnly` and `SameSite=Lax`, and `Secure` over HTTPS or with `SESSION_COOKIE_SECURE`.
///
/// ```
/// use rebis_web::{App, Config, Redirect, Result, UserSession};
///
/// async fn login(session: UserSession) -> Result<Redirect> {
///     session.set("user_id", 7)?;
///     session.flash("Welcome back!", "success");
///     Ok(Redirect::to("/"))
/// }
///
/// async fn index(session: UserSession) -> String {
///     match session.get::<i64>("user_id") {
///         Some(id) => format!("user {id}"),
///         None => "a stranger".to_owned(),
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let config = Config::new(".").with("SECRET_KEY", "only for this example, 32 bytes long");
/// let client = App::new(config).get("/", index).post("/login", login).test_client();
/// assert_eq!(client.get("/").await.text(), "a stranger");
/// client.post("/login").await;
/// assert_eq!(client.get("/").await.text(), "user 7");
/// # });
/// ```
///
/// A template sees it as `session`: `{{ session.user_id }}`.
#[derive(Clone)]
pub struct UserSession {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Arc<SessionSettings>,
    cookie: Option<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    loaded: bool,
    changed: bool,
    values: Map<String, Value>,
    /// The messages that this request has taken out; a second call in the same request gives them again.
    taken: Option<Vec<(String, String)>>,
}

impl UserSession {
    pub(crate) fn of_request(settings: Arc<SessionSettings>, headers: &HeaderMap) -> Self {
        let cookie = find_cookie(headers, &settings.cookie_name);
        Self { inner: Arc::new(Inner { settings, cookie, state: Mutex::default() }) }
    }

    /// The value of `key`; `None` when there is none, or it is no `T` (an older release may have written it).
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.state().values.get(key)?).ok()
    }

    /// Remembers a value.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn set(&self, key: &str, value: impl Serialize) -> Result<()> {
        let value = serde_json::to_value(value)?;
        let mut state = self.state();
        state.values.insert(key.to_owned(), value);
        state.changed = true;
        Ok(())
    }

    /// Forgets a value; says whether there was one.
    pub fn remove(&self, key: &str) -> bool {
        let mut state = self.state();
        let removed = state.values.remove(key).is_some();
        state.changed |= removed;
        removed
    }

    /// Whether there is a value.
    pub fn contains(&self, key: &str) -> bool {
        self.state().values.contains_key(key)
    }

    /// Forgets everything, the CSRF token included. For logging out, and before logging in.
    pub fn clear(&self) {
        let mut state = self.state();
        state.changed |= !state.values.is_empty();
        state.values.clear();
    }

    /// Whether the browser keeps the cookie when it is closed, for `SESSION_LIFETIME`. Off by default.
    pub fn set_permanent(&self, permanent: bool) {
        let mut state = self.state();
        state.changed = true;
        if permanent {
            state.values.insert(PERMANENT.to_owned(), Value::Bool(true));
        } else {
            state.values.remove(PERMANENT);
        }
    }

    /// The token that a form sends back in its field `csrf_token`, or a script in the header `x-csrf-token`. Made when it is first asked for.
    ///
    /// # Errors
    /// When the application has no usable `SECRET_KEY`: a token that is not remembered would protect nothing.
    pub fn csrf_token(&self) -> Result<String> {
        self.check_key()?;
        if let Some(token) = self.known_token() {
            return Ok(token);
        }
        let token = seal::random_text().map_err(HttpError::internal)?;
        self.set(TOKEN, &token)?;
        Ok(token)
    }

    /// The token, if one was made before.
    pub(crate) fn known_token(&self) -> Option<String> {
        self.get(TOKEN)
    }

    pub(crate) fn check_key(&self) -> Result<()> {
        match &self.inner.settings.keys {
            Ok(_) => Ok(()),
            Err(error) => Err(HttpError::internal(error.clone())),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.loaded {
            state.loaded = true;
            self.load(&mut state);
        }
        state
    }

    fn load(&self, state: &mut State) {
        let settings = &self.inner.settings;
        let Ok(keys) = &settings.keys else { return };
        let Some(cookie) = &self.inner.cookie else { return };
        if let Some(opened) = keys.open(&settings.cookie_name, cookie, settings.lifetime)
            && let Ok(values) = serde_json::from_slice(&opened.text)
        {
            state.values = values;
            state.changed = opened.by_old_key;
        }
    }
}

/// The first of that name: browsers send the cookie of the nearest path first.
fn find_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(other, _)| *other == name).map(|(_, value)| value.to_owned())
}

impl<S: Send + Sync> FromRequestParts<S> for UserSession {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let session = parts.extensions.get::<UserSession>().cloned().ok_or_else(|| {
            HttpError::internal("no App serves this request: use the router that App::into_router returns")
        })?;
        session.check_key()?;
        Ok(session)
    }
}

/// Names, never values: they may be secrets.
impl fmt::Debug for UserSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("UserSession").field("keys", &state.values.keys().collect::<Vec<_>>()).finish()
    }
}
