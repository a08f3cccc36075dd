//! CSRF: a page of another site cannot make a visitor's browser change something here.
//!
//! Invariant: a request that a browser can be made to send without asking first (a form, or anything that carries cookies) passes only if
//! it does not come from another origin; a form, only with the session's token as well.

mod error;
mod origin;
mod token;

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};

use crate::config::{Config, ConfigError};
use crate::error::HttpError;
use crate::routes::RouteTable;
use crate::session::UserSession;

pub use error::CsrfError;
pub(crate) use token::{HEADER, is_timeout};

/// The settings, read once.
pub(crate) struct CsrfSettings {
    enabled: bool,
    trusted: Vec<String>,
    exempt: Vec<String>,
    body_limit: usize,
}

impl CsrfSettings {
    pub(crate) fn read(config: &Config, body_limit: usize) -> Result<Self, ConfigError> {
        Ok(Self {
            enabled: config.get_or("CSRF_ENABLED", true)?,
            trusted: config.get_or("CSRF_TRUSTED_ORIGINS", Vec::new())?,
            exempt: config.get_or("CSRF_EXEMPT", Vec::new())?,
            body_limit,
        })
    }

    /// Whether the path is one of `CSRF_EXEMPT`, or below one.
    fn exempts(&self, path: &str) -> bool {
        self.exempt
            .iter()
            .map(|one| one.trim_end_matches('/'))
            .any(|one| path.strip_prefix(one).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }

    /// Refuses what comes from elsewhere; gives the check of the token where a form must have one.
    pub(crate) fn check<'a>(
        &self,
        session: &'a UserSession,
        rules: &RouteTable,
        request: &Request,
    ) -> Result<Option<FormCheck<'a>>, HttpError> {
        let path = request.uri().path();
        let harmless = !changes_state(request.method()) || rules.matched(path).is_none();
        if !self.enabled || harmless || self.exempts(path) {
            return Ok(None);
        }
        let headers = request.headers();
        let cookies = headers.contains_key(header::COOKIE);
        let form = is_form(headers);
        let unasked =
            request.method() == Method::POST && (form || !headers.contains_key(header::CONTENT_TYPE));
        if cookies || unasked {
            origin::check(headers, request.uri(), &self.trusted)?;
        }
        // Who is no browser has nobody to be deceived; and without a key there is no session, so no token either.
        let from_browser = || {
            let says = [&header::ORIGIN, &header::REFERER, &origin::FETCH_SITE];
            cookies || says.into_iter().any(|name| headers.contains_key(name))
        };
        let needed = form && from_browser() && session.check_key().is_ok();
        Ok(needed.then_some(FormCheck { session, body_limit: self.body_limit }))
    }
}

/// A form that comes from this site has to bring the session's token along.
pub(crate) struct FormCheck<'a> {
    session: &'a UserSession,
    body_limit: usize,
}

impl FormCheck<'_> {
    /// Gives the request back if it may go on.
    pub(crate) async fn form(self, request: Request) -> Result<Request, HttpError> {
        token::check(self.session, request, self.body_limit).await
    }
}

pub(crate) fn changes_state(method: &Method) -> bool {
    ![Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method)
}

/// Whether the body is one of the three kinds that an HTML form can send.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = kind(headers);
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
        .iter()
        .any(|form| kind.eq_ignore_ascii_case(form))
}

/// The media type without its parameters. What is not even text is no media type, and a browser would not send it.
pub(crate) fn kind(headers: &HeaderMap) -> &str {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exempt_paths_end_at_a_slash() {
        let config = Config::new(".").with("CSRF_EXEMPT", vec!["/hooks/"]);
        let settings = CsrfSettings::read(&config, 0).unwrap();
        assert!(settings.exempts("/hooks") && settings.exempts("/hooks/pay"));
        assert!(!settings.exempts("/hooksadmin") && !settings.exempts("/a/hooks/"));
    }
}
