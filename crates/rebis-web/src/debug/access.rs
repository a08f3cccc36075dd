//! Who may use the tools: by default who sits at the machine.
//!
//! Invariant: a request counts as local only if nothing about it says otherwise: not its peer, not the host that it names (a page of another
//! site can point a name of its own at this machine), not a proxy in between.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, StatusCode, header};

use crate::config::{Config, ConfigError};
use crate::error::HttpError;

/// The setting `DEBUG_TOOLS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Requests from this machine.
    Local,
    /// Everybody who reaches the server.
    Anywhere,
    /// Nobody.
    Off,
}

impl Access {
    pub(super) fn read(config: &Config) -> Result<Self, ConfigError> {
        let word: String = config.get_or("DEBUG_TOOLS", "local".to_owned())?;
        Ok(match word.as_str() {
            "anywhere" => Access::Anywhere,
            "off" => Access::Off,
            // What is misspelt opens nothing.
            _ => Access::Local,
        })
    }

    pub(super) fn check(self, request: &Request) -> Result<(), HttpError> {
        match self {
            Access::Anywhere => Ok(()),
            Access::Off => Err(HttpError::not_found()),
            Access::Local if is_local(request) => Ok(()),
            Access::Local => Err(HttpError::new(
                StatusCode::FORBIDDEN,
                "The debug tools answer requests from this machine only. To use them from another one, for instance a phone, set \
                 DEBUG_TOOLS = \"anywhere\".",
            )),
        }
    }
}

fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_none_or(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    let headers = request.headers();
    let proxied =
        ["forwarded", "x-forwarded-for", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    near && !proxied && host(headers).is_none_or(is_local_name)
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST).map(|value| value.to_str().unwrap_or("?"))
}

fn is_local_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.');
    let local = name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    local || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn request(peer: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = Request::new(Body::empty());
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        for (name, value) in headers {
            let name = axum::http::HeaderName::try_from(*name).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
    }

    #[test]
    fn only_this_machine_by_a_name_of_its_own() {
        for host in ["localhost:5000", "127.0.0.1", "[::1]:5000", "app.localhost", "LOCALHOST."] {
            assert!(is_local(&request("127.0.0.1:9", &[("host", host)])), "{host}");
        }
        assert!(is_local(&request("[::ffff:127.0.0.1]:9", &[("host", "localhost")])));
        for host in
            ["evil.example:5000", "192.168.1.2", "localhost.evil.example", "[::2]", "", "127.0.0.1.evil"]
        {
            assert!(!is_local(&request("127.0.0.1:9", &[("host", host)])), "{host}");
        }
        assert!(!is_local(&request("192.168.1.9:9", &[("host", "localhost")])));
        assert!(!is_local(&request("127.0.0.1:9", &[("host", "localhost"), ("x-forwarded-for", "1.2.3.4")])));
    }
}
