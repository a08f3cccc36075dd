//! Writing the session into the response.
//!
//! Invariant: a response that depends on the session says so (`Vary: Cookie`), and a session too large for a browser is an error, not a
//! visitor who is silently forgotten.

use std::sync::PoisonError;

use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::{PERMANENT, UserSession};
use crate::error::{HttpError, Result};

/// What browsers keep of one cookie, attributes included.
const LARGEST: usize = 4093;

impl UserSession {
    pub(crate) fn save(&self, response: &mut Response, https: bool) -> Result<()> {
        let state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        let settings = &self.inner.settings;
        let Ok(keys) = &settings.keys else { return Ok(()) };
        if !state.loaded {
            return Ok(());
        }
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Cookie"));
        if !state.changed {
            return Ok(());
        }
        let cookie = if state.values.is_empty() {
            settings.cookie("", Some(0), https)
        } else {
            let text = serde_json::to_vec(&state.values)?;
            let sealed = keys.seal(&settings.cookie_name, &text)?;
            let age = state.values.contains_key(PERMANENT).then_some(settings.lifetime);
            settings.cookie(&sealed, age, https)
        };
        let cookie = cookie.ok_or_else(|| {
            HttpError::internal(
                "SESSION_COOKIE_NAME cannot stand in a header: use letters, digits, `-` and `_`",
            )
        })?;
        if cookie.len() > LARGEST {
            let keys: Vec<_> = state.values.keys().map(String::as_str).collect();
            return Err(HttpError::internal(format!(
                "the session's cookie has {} bytes, and browsers keep {LARGEST}: store an id in it and the rest in the database (it \
                 holds: {})",
                cookie.len(),
                keys.join(", "),
            )));
        }
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(())
    }
}
