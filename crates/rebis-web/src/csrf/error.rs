//! `CsrfError`: why a request was refused.
//!
//! Invariant: the text tells the visitor what to do and the developer what was missing, and never holds a token.

use std::fmt;

use axum::http::StatusCode;

use crate::error::HttpError;

/// A request was refused because it may have been made by a page of another site. It is the cause of an [`HttpError`] with status 403:
/// `error.downcast_ref::<CsrfError>()` in a handler registered with [`App::error_handler`](crate::App::error_handler).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsrfError {
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Origin,
    Missing,
    Wrong,
}

impl CsrfError {
    /// The request says itself that it comes from another origin.
    pub fn is_cross_origin(&self) -> bool {
        self.kind == Kind::Origin
    }

    /// The form has no field `csrf_token`, and the request no header `x-csrf-token`.
    pub fn is_token_missing(&self) -> bool {
        self.kind == Kind::Missing
    }

    pub(super) fn origin() -> Self {
        Self { kind: Kind::Origin }
    }

    pub(super) fn missing() -> Self {
        Self { kind: Kind::Missing }
    }

    pub(super) fn wrong() -> Self {
        Self { kind: Kind::Wrong }
    }
}

impl fmt::Display for CsrfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Origin => {
                "The request comes from another site, and was refused. (An origin that may is named in CSRF_TRUSTED_ORIGINS.)"
            }
            Kind::Missing => {
                "The CSRF token is missing. A form sends it as the field csrf_token with the value of csrf_token(), a script as \
                 the header x-csrf-token."
            }
            Kind::Wrong => "The CSRF token does not belong to this session. Load the page again and send the form once more.",
        })
    }
}

impl std::error::Error for CsrfError {}

impl CsrfError {
    pub(super) fn refuse(self) -> HttpError {
        HttpError::new(StatusCode::FORBIDDEN, self.to_string()).with_source(self)
    }
}
