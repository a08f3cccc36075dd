//! Connecting. Invariant: what a connection cannot do is said with the host and the user, never with the password.

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, DriverError, Opts, OptsBuilder, SslOpts};
use rebis_sql::Dialect;

use super::{MySql, error};
use crate::driver::cache::Cache;
use crate::url::SslMode;
use crate::{DatabaseUrl, Error, ErrorKind, Result};

impl MySql {
    pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Self> {
        let mut connection = match tokio::time::timeout(url.connect_timeout(), open(url)).await {
            Ok(opened) => opened.map_err(|e| unreachable_server(url, e))?,
            Err(_) => {
                let seconds = url.connect_timeout().as_secs();
                return Err(Error::new(
                    ErrorKind::Connection,
                    format!(
                        "cannot connect to {}: no answer in {seconds} s; check host and port in the URL, and firewalls between",
                        server(url)
                    ),
                ));
            }
        };
        let (version, increment): (String, u64) = connection
            .query_first("SELECT VERSION(), @@auto_increment_increment")
            .await
            .map_err(error::classify)?
            .unwrap_or_default();
        let dialect = dialect_of(&version)?;
        // A server that was built without clusters does not know the variable. In a cluster the increment follows the number of nodes.
        let cluster: Option<bool> = connection.query_first("SELECT @@wsrep_on").await.unwrap_or_default();
        let consecutive_keys = increment == 1 && cluster != Some(true);
        // ANSI_QUOTES stays off: identifiers are written in backticks, and `"` keeps what the server's other users expect.
        connection
            .query_drop(
                "SET NAMES utf8mb4, time_zone = '+00:00', \
                 sql_mode = CONCAT_WS(',', NULLIF(REPLACE(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), 'ANSI_QUOTES', ''), ''), \
                 'STRICT_TRANS_TABLES', 'NO_ZERO_DATE', 'NO_ZERO_IN_DATE', 'ERROR_FOR_DIVISION_BY_ZERO')",
            )
            .await
            .map_err(error::classify)?;
        Ok(MySql { connection, statements: Cache::default(), dialect, consecutive_keys })
    }
}

async fn open(url: &DatabaseUrl) -> Result<Conn, mysql_async::Error> {
    let mode = url.options.sslmode;
    let local = url
        .host
        .as_deref()
        .is_none_or(|h| matches!(h, "localhost" | "127.0.0.1" | "::1") || h.starts_with('/'));
    if mode == SslMode::Disable || (mode == SslMode::Prefer && local) {
        return Conn::new(opts(url, None)).await;
    }
    // rustls refuses to choose when a program links two providers of cryptography; the first one installed counts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Conn::new(opts(url, Some(ssl(url)))).await {
        Err(mysql_async::Error::Driver(DriverError::NoClientSslFlagFromServer))
            if mode == SslMode::Prefer =>
        {
            Conn::new(opts(url, None)).await
        }
        opened => opened,
    }
}

fn opts(url: &DatabaseUrl, ssl: Option<SslOpts>) -> Opts {
    let host = url.host.as_deref().unwrap_or("localhost");
    let mut builder = OptsBuilder::default()
        .user(url.user.clone().or_else(|| std::env::var("USER").ok()))
        .pass(url.password.clone())
        .db_name(Some(url.database.clone()).filter(|d| !d.is_empty()))
        .prefer_socket(false)
        .tcp_nodelay(true)
        .stmt_cache_size(0)
        .client_found_rows(true)
        .ssl_opts(ssl);
    builder = if host.starts_with('/') {
        builder.socket(Some(host))
    } else {
        builder.ip_or_hostname(host).tcp_port(url.port.unwrap_or(3306))
    };
    builder.into()
}

fn ssl(url: &DatabaseUrl) -> SslOpts {
    let options = &url.options;
    let mut ssl = SslOpts::default();
    if let Some(root) = &options.sslrootcert {
        ssl = ssl.with_root_certs(vec![root.clone().into()]).with_disable_built_in_roots(true);
    }
    match options.sslmode {
        SslMode::VerifyFull => ssl,
        SslMode::VerifyCa => ssl.with_danger_skip_domain_validation(true),
        SslMode::Require if options.sslrootcert.is_some() => ssl.with_danger_skip_domain_validation(true),
        _ => ssl.with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true),
    }
}

/// `8.0.36` is MySQL, `10.11.6-MariaDB-…` (some servers: `5.5.5-10.11.6-MariaDB`) is MariaDB.
fn dialect_of(version: &str) -> Result<Dialect> {
    let maria = version.contains("MariaDB");
    let plain = if maria { version.strip_prefix("5.5.5-").unwrap_or(version) } else { version };
    let mut parts = plain.split(|c: char| !c.is_ascii_digit()).map_while(|p| p.parse::<u32>().ok());
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let (dialect, oldest) = if maria { (Dialect::MariaDb, (10, 5)) } else { (Dialect::MySql, (8, 0)) };
    if found < oldest {
        return Err(Error::new(
            ErrorKind::Connection,
            format!(
                "the server is {} {}.{}; Rebis needs {}.{} or newer: upgrade the server",
                dialect.name(),
                found.0,
                found.1,
                oldest.0,
                oldest.1
            ),
        ));
    }
    Ok(dialect)
}

fn server(url: &DatabaseUrl) -> String {
    let host = url.host.as_deref().unwrap_or("localhost");
    format!("{} at {host}:{}", url.dialect().name(), url.port.unwrap_or(3306))
}

fn unreachable_server(url: &DatabaseUrl, e: mysql_async::Error) -> Error {
    let (said, code, advice) = match &e {
        mysql_async::Error::Server(server) => {
            let advice = match server.code {
                1045 | 1698 => "check the user and password in the URL",
                1049 => "create the database, or correct its name in the URL",
                1040 => "the server has no connection left: lower pool_size, or raise max_connections",
                _ => "see the server's log",
            };
            (server.message.clone(), Some(server.state.clone()), advice)
        }
        e if e.to_string().contains("TLS") || e.to_string().contains("SSL") => {
            (e.to_string(), None, "check sslmode and sslrootcert in the URL")
        }
        e => (e.to_string(), None, "check that it runs and that host and port in the URL are right"),
    };
    let mut error =
        Error::new(ErrorKind::Connection, format!("cannot connect to {}: {said}; {advice}", server(url)));
    if let Some(code) = code {
        error = error.with_sqlstate(code);
    }
    error.with_source(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(dialect_of("10.11.19-MariaDB-0+deb12u1").ok(), Some(Dialect::MariaDb));
        assert_eq!(dialect_of("5.5.5-10.6.1-MariaDB").ok(), Some(Dialect::MariaDb));
        assert_eq!(dialect_of("8.0.36-0ubuntu").ok(), Some(Dialect::MySql));
        assert!(dialect_of("5.7.44").unwrap_err().to_string().contains("8.0"));
    }
}
