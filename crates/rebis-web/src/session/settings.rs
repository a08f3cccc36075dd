//! The settings of sessions, read once when the application is built.
//!
//! Invariant: a missing key is no error before something needs a session; a setting of the wrong type is one at once.

use axum::http::HeaderValue;

use super::SecretKeyError;
use super::seal::Keys;
use crate::config::{Config, ConfigError};

/// 31 days, as in Flask.
const LIFETIME: u64 = 31 * 24 * 60 * 60;

pub(crate) struct SessionSettings {
    pub(super) keys: Result<Keys, SecretKeyError>,
    pub(super) cookie_name: String,
    pub(super) lifetime: u64,
    secure: Option<bool>,
}

impl SessionSettings {
    pub(crate) fn read(config: &Config) -> Result<Self, ConfigError> {
        let fallbacks: Vec<String> = config.get_or("SECRET_KEY_FALLBACKS", Vec::new())?;
        let keys = match config.secret_key() {
            Some(key) => Keys::new(std::iter::once(key.as_str()).chain(fallbacks.iter().map(String::as_str))),
            None => Err(SecretKeyError::missing()),
        };
        Ok(Self {
            keys,
            cookie_name: config.get_or("SESSION_COOKIE_NAME", "session".to_owned())?,
            lifetime: config.get_or("SESSION_LIFETIME", LIFETIME)?,
            secure: config.find("SESSION_COOKIE_SECURE")?,
        })
    }

    /// The `Set-Cookie` header. `None` only when the configured name cannot stand in a header.
    pub(super) fn cookie(&self, value: &str, age: Option<u64>, https: bool) -> Option<HeaderValue> {
        let mut text = format!("{}={value}; HttpOnly; SameSite=Lax; Path=/", self.cookie_name);
        if let Some(age) = age {
            text.push_str(&format!("; Max-Age={age}"));
        }
        if self.secure.unwrap_or(https) {
            text.push_str("; Secure");
        }
        HeaderValue::try_from(text).ok()
    }
}
