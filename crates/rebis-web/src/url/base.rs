//! [`BaseUrl`]: where visitors find the application. Invariant: it is absolute, ends in no slash, and comes from the settings alone: a
//! request's `Host` is whatever its sender wrote, and a link in a mail must not lead to his site.

use axum::http::Uri;

use crate::config::Config;

/// `https://shop.example`, or `https://example.org/shop` behind a proxy that takes the path off.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// What `BASE_URL` says.
    ///
    /// # Errors
    /// When it is no such URL.
    pub(crate) fn read(config: &Config) -> Result<Option<Self>, String> {
        let Some(text) = config.find::<String>("BASE_URL").map_err(|e| e.to_string())? else {
            return Ok(None);
        };
        let uri: Option<Uri> = text.parse().ok();
        let is_sound = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|at| !at.as_str().contains('@'))
                && uri.query().is_none()
                && !text.contains('#')
        });
        if !is_sound {
            return Err(format!(
                "BASE_URL = {text:?} is not where visitors could find an application: give a scheme, a host and nothing behind the path, such as \
                 https://shop.example"
            ));
        }
        Ok(Some(BaseUrl(text.trim_end_matches('/').to_owned())))
    }

    /// The URL of a path of the application.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}
