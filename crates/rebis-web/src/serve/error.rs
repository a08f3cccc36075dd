//! `ServeError`: why an application is not served.
//!
//! Invariant: the message of a port that is taken names the port and what to do about it.

use std::fmt;
use std::io;

use crate::error::BoxError;
use crate::routes::BuildError;

/// Why the application is not, or no longer, served.
#[derive(Debug)]
pub struct ServeError {
    message: String,
    source: BoxError,
}

impl ServeError {
    /// Whether another program listens on the port.
    pub fn is_address_in_use(&self) -> bool {
        self.source.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::AddrInUse)
    }

    pub(super) fn build(error: BuildError) -> Self {
        Self { message: error.to_string(), source: error.into() }
    }

    pub(super) fn bind(host: &str, port: u16, error: io::Error) -> Self {
        let message = match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "port {port} on {host} is in use by another program: stop that program, or choose another port \
                 (run --port {}, or REBIS_PORT)",
                port.checked_add(1).unwrap_or(5000)
            ),
            io::ErrorKind::PermissionDenied => format!(
                "port {port} on {host} may not be taken by this user: ports below 1024 need rights; choose another one with --port"
            ),
            io::ErrorKind::AddrNotAvailable => {
                format!("{host} is no address of this machine: use 127.0.0.1, or 0.0.0.0 for every interface")
            }
            _ => format!(
                "{host}:{port} cannot be listened on: {error}; choose another --host (127.0.0.1, or 0.0.0.0 for every interface) or --port"
            ),
        };
        Self { message, source: error.into() }
    }

    pub(super) fn inherited(error: io::Error) -> Self {
        Self {
            message: format!("the socket that was handed over (LISTEN_FDS) cannot be used: {error}"),
            source: error.into(),
        }
    }

    pub(super) fn hook(when: &str, error: BoxError) -> Self {
        Self { message: format!("a {when} hook failed: {error}"), source: error }
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
