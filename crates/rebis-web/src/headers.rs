//! The headers that keep a browser from doing what no page of the application asked for.
//!
//! Invariant: what a handler or a hook said about such a header stays.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::{Config, ConfigError};

/// What every response carries: no guessing of types, no whole URL to other sites, no frame of another site around a page.
const DEFAULTS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (header::CONTENT_SECURITY_POLICY, "base-uri 'self'; frame-ancestors 'self'; object-src 'none'"),
];

/// A year of HTTPS only, for who came by HTTPS.
const HSTS: &str = "max-age=31536000";

/// The settings `SECURITY_HEADERS` and `SECURITY_HEADERS_ENABLED`, read once.
pub(crate) struct SecurityHeaders {
    always: Vec<(HeaderName, HeaderValue)>,
    https: Option<HeaderValue>,
}

impl SecurityHeaders {
    /// The table replaces values and adds headers; an empty value leaves one out.
    ///
    /// # Errors
    /// What is wrong with a setting.
    pub(crate) fn read(config: &Config) -> Result<Self, String> {
        let said = |error: ConfigError| error.to_string();
        let mut headers = Self { always: Vec::new(), https: None };
        if !config.get_or("SECURITY_HEADERS_ENABLED", true).map_err(said)? {
            return Ok(headers);
        }
        let own: BTreeMap<String, String> =
            config.get_or("SECURITY_HEADERS", BTreeMap::new()).map_err(said)?;
        let defaults = DEFAULTS.into_iter().chain([(header::STRICT_TRANSPORT_SECURITY, HSTS)]);
        // A value that is part of the program is copied into a response for nothing.
        let mut all: Vec<(HeaderName, HeaderValue)> =
            defaults.map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
        for (name, value) in own {
            let name = HeaderName::try_from(name.replace('_', "-"))
                .map_err(|_| format!("SECURITY_HEADERS: {name:?} is no name of a header"))?;
            let value = HeaderValue::try_from(value)
                .map_err(|_| format!("SECURITY_HEADERS: the value of {name} cannot be sent"))?;
            all.retain(|(other, _)| *other != name);
            all.push((name, value));
        }
        for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            if name == header::STRICT_TRANSPORT_SECURITY {
                headers.https = Some(value);
            } else {
                headers.always.push((name, value));
            }
        }
        Ok(headers)
    }

    pub(crate) fn add(&self, headers: &mut HeaderMap, https: bool) {
        headers.reserve(self.always.len());
        for (name, value) in &self.always {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        if let Some(value) = self.https.as_ref().filter(|_| https) {
            headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert_with(|| value.clone());
        }
    }
}
