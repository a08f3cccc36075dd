//! Connecting. Invariant: what a connection cannot do is said with the host and the user, never with the password.

use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;
use tokio_postgres::config::SslMode as PgSsl;
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

use super::{Postgres, error, tls::Tls};
use crate::driver::cache::Cache;
use crate::url::SslMode;
use crate::{DatabaseUrl, Error, ErrorKind, Result};

/// The oldest server that is spoken to.
const OLDEST: u32 = 12;

impl Postgres {
    pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Self> {
        let config = config(url);
        let failed = |e| unreachable_server(url, e);
        let tls = match url.options.sslmode {
            SslMode::Disable => None,
            _ => Some(Tls::new(&url.options)?),
        };
        let (client, version) = match &tls {
            None => {
                let (client, mut connection) = config.connect(NoTls).await.map_err(failed)?;
                let version = connection.parameter("server_version").map(str::to_owned);
                tokio::spawn(async move {
                    let _ = std::future::poll_fn(|cx| poll_all(cx, &mut connection)).await;
                });
                (client, version)
            }
            Some(tls) => {
                let (client, mut connection) = config.connect(tls.clone()).await.map_err(failed)?;
                let version = connection.parameter("server_version").map(str::to_owned);
                tokio::spawn(async move {
                    let _ = std::future::poll_fn(|cx| poll_all(cx, &mut connection)).await;
                });
                (client, version)
            }
        };
        check_version(version.as_deref())?;
        let mut setup = String::new();
        if let Some(schema) = &url.options.schema {
            setup = format!("SET search_path TO \"{}\"; ", schema.replace('"', "\"\""));
        }
        setup.push_str("SHOW default_transaction_isolation");
        let said = client.simple_query(&setup).await.map_err(error::classify)?;
        let read_committed = said.iter().any(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0) == Some("read committed"),
            _ => false,
        });
        Ok(Postgres {
            client,
            statements: Mutex::new(Cache::default()),
            read_committed: AtomicBool::new(read_committed),
            arrays: Default::default(),
            tls,
        })
    }
}

/// Drives the connection, handing the server's notices to tracing.
fn poll_all<S, T>(
    cx: &mut std::task::Context<'_>,
    connection: &mut tokio_postgres::Connection<S, T>,
) -> std::task::Poll<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    use std::task::Poll;
    loop {
        match connection.poll_message(cx) {
            Poll::Ready(Some(Ok(tokio_postgres::AsyncMessage::Notice(notice)))) => {
                tracing::debug!(target: "rebis::sql", severity = notice.severity(), "{}", notice.message());
            }
            Poll::Ready(Some(Ok(_))) => {}
            // Whoever waits for an answer gets the error.
            Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
            Poll::Pending => return Poll::Pending,
        }
    }
}

fn config(url: &DatabaseUrl) -> Config {
    let options = &url.options;
    let mut config = Config::new();
    match &url.host {
        Some(host) if host.starts_with('/') => config.host_path(host),
        host => config.host(host.as_deref().unwrap_or("localhost")),
    };
    config.port(url.port.unwrap_or(5432)).connect_timeout(url.connect_timeout());
    let user =
        url.user.clone().or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| String::from("postgres"));
    config.user(user);
    if let Some(password) = &url.password {
        config.password(password);
    }
    if !url.database.is_empty() {
        config.dbname(&url.database);
    }
    config.application_name(options.application_name.as_deref().unwrap_or("rebis"));
    config.ssl_mode(match options.sslmode {
        SslMode::Disable => PgSsl::Disable,
        SslMode::Prefer => PgSsl::Prefer,
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => PgSsl::Require,
    });
    config
}

fn check_version(version: Option<&str>) -> Result<()> {
    let major = version.and_then(|v| v.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok());
    match major {
        Some(major) if major < OLDEST => Err(Error::new(
            ErrorKind::Connection,
            format!("the server is PostgreSQL {major}; Rebis needs {OLDEST} or newer: upgrade the server"),
        )),
        _ => Ok(()),
    }
}

fn unreachable_server(url: &DatabaseUrl, e: tokio_postgres::Error) -> Error {
    let host = url.host.as_deref().unwrap_or("localhost");
    let port = url.port.unwrap_or(5432);
    let server = format!("PostgreSQL at {host}:{port}");
    let code = e.code().map(|c| c.code().to_owned());
    let said = e.as_db_error().map_or_else(|| error::deepest(&e), |db| db.message().to_owned());
    let advice = match code.as_deref() {
        Some("28P01" | "28000") => "check the user and password in the URL, and the server's pg_hba.conf",
        Some("3D000") => "create the database, or correct its name in the URL",
        Some("53300") => "the server has no connection left: lower pool_size, or raise max_connections",
        Some(_) => "see the server's log",
        None if e.to_string().contains("TLS") => "check sslmode and sslrootcert in the URL",
        None => "check that it runs and that host and port in the URL are right",
    };
    let mut error =
        Error::new(ErrorKind::Connection, format!("cannot connect to {server}: {said}; {advice}"));
    if let Some(code) = code {
        error = error.with_sqlstate(code);
    }
    error.with_source(e)
}
