//! `Redirect`: elsewhere, please.
//!
//! Invariant: a target that came from a user goes through [`Redirect::local`], which never leaves the site.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::HttpError;

/// A redirection to another URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    location: String,
}

impl Redirect {
    /// 303 See Other: the browser gets the target with `GET`. What a handler returns after a `POST`.
    ///
    /// For targets that the program chose. One that a user chose goes through [`Redirect::local`].
    pub fn to(location: impl Into<String>) -> Self {
        Self { status: StatusCode::SEE_OTHER, location: location.into() }
    }

    /// 307: the browser repeats the request, method and body, at the target.
    pub fn temporary(location: impl Into<String>) -> Self {
        Self { status: StatusCode::TEMPORARY_REDIRECT, location: location.into() }
    }

    /// 308: as [`Redirect::temporary`], and browsers remember it.
    pub fn permanent(location: impl Into<String>) -> Self {
        Self { status: StatusCode::PERMANENT_REDIRECT, location: location.into() }
    }

    /// [`Redirect::to`] for a target that came from outside, such as `?next=/inbox`: only a path of this site is accepted.
    ///
    /// ```
    /// use rebis_web::Redirect;
    ///
    /// assert!(Redirect::local("/inbox?page=2").is_ok());
    /// assert!(Redirect::local("//evil.example").is_err());
    /// assert!(Redirect::local("https://evil.example").is_err());
    /// let chosen = Redirect::local("javascript:alert(1)").unwrap_or(Redirect::to("/"));
    /// assert_eq!(chosen, Redirect::to("/"));
    /// ```
    ///
    /// # Errors
    /// 400 when the target is anything but a path of this site.
    pub fn local(location: impl Into<String>) -> Result<Self, HttpError> {
        let location = location.into();
        if is_local(&location) {
            Ok(Self::to(location))
        } else {
            Err(HttpError::bad_request("The target of the redirection is not a path of this site."))
        }
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        &self.location
    }
}

/// Browsers take `\` for `/` and skip tabs and line ends, so a path with one of these may be a host in disguise.
fn is_local(location: &str) -> bool {
    location.starts_with('/')
        && !location.starts_with("//")
        && !location.chars().any(|c| c == '\\' || c.is_control())
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        // Text outside ASCII is encoded; a target with a line end is refused by HeaderValue rather than split into headers.
        let encoded =
            percent_encoding::utf8_percent_encode(&self.location, percent_encoding::CONTROLS).to_string();
        match HeaderValue::try_from(encoded) {
            Ok(location) => (self.status, [(header::LOCATION, location)]).into_response(),
            Err(error) => HttpError::internal(error).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_local() {
        for good in ["/", "/a/b?c=d#e", "/a//b", "/?next=https://x"] {
            assert!(is_local(good), "{good}");
        }
        for bad in
            ["", "a", "//x", "/\\x", "\\\\x", "/\t/x", "/\n/x", "http:/x", "https://x", "javascript:x", " /x"]
        {
            assert!(!is_local(bad), "{bad:?}");
        }
    }
}
