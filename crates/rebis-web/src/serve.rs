//! `serve`: the application on a socket, until it is told to stop.
//!
//! Invariant: a signal to stop lets running requests finish, within a deadline; no request is cut off before that.

mod connections;
mod error;
mod pace;
mod patience;
mod signal;

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

pub use error::ServeError;
pub(crate) use pace::TooSlow;

use crate::app::App;
use crate::config::Config;
use crate::pipeline::Site;

/// Where and how to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// The interface, `127.0.0.1` by default: this machine only. `0.0.0.0` is every interface.
    pub host: String,
    /// The port, 5000 by default. 0 takes any free one.
    pub port: u16,
    /// Debug pages and template reload; `None` leaves it to the configuration.
    pub debug: Option<bool>,
    /// How long running requests may take after the signal to stop.
    pub grace: Duration,
    /// How long a client may take to send the headers of a request, all of them together, or stay idle between two requests.
    pub header_timeout: Duration,
    /// How long a client may be silent in the middle of a request's body. What it sent until then is refused (408).
    pub body_timeout: Duration,
    /// How many bytes of a body a client must send a second, on the average and not counting `body_timeout`: who sends a byte now and then is
    /// refused too (408). Only the time that is spent waiting for the client counts. 0 takes any.
    pub body_rate: u32,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 5000,
            debug: None,
            grace: Duration::from_secs(10),
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            body_rate: 500,
        }
    }
}

impl ServeOptions {
    /// The defaults, with `HOST`, `PORT`, `HEADER_TIMEOUT`, `BODY_TIMEOUT` (seconds) and `BODY_RATE` of the configuration (`REBIS_HOST`, …)
    /// where they are set.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rebis_web::{Config, ServeOptions};
    ///
    /// let options = ServeOptions::from_config(&Config::new(".").with("BODY_TIMEOUT", 5)).unwrap();
    /// assert_eq!(options.body_timeout, Duration::from_secs(5));
    /// ```
    ///
    /// # Errors
    /// When one of them is set to something else than a host, a port or a number.
    pub fn from_config(config: &Config) -> Result<Self, crate::ConfigError> {
        let defaults = Self::default();
        let host = config.get_or("HOST", defaults.host.clone())?;
        let port = config.get_or("PORT", defaults.port)?;
        let seconds = |key, default: Duration| config.get_or(key, default.as_secs()).map(Duration::from_secs);
        Ok(Self {
            host,
            port,
            header_timeout: seconds("HEADER_TIMEOUT", defaults.header_timeout)?,
            body_timeout: seconds("BODY_TIMEOUT", defaults.body_timeout)?,
            body_rate: config.get_or("BODY_RATE", defaults.body_rate)?,
            ..defaults
        })
    }

    /// Opens the socket that they say, for [`Server::bind`] and for programs that lend it to others.
    ///
    /// ```
    /// use rebis_web::ServeOptions;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let options = ServeOptions { port: 0, ..ServeOptions::default() };
    /// let listener = options.listen().await.unwrap();
    /// assert_ne!(listener.local_addr().unwrap().port(), 0);
    /// # });
    /// ```
    ///
    /// # Errors
    /// When the port cannot be taken; the message says what to do.
    pub async fn listen(&self) -> Result<TcpListener, ServeError> {
        let bound = TcpListener::bind((self.host.as_str(), self.port)).await;
        bound.map_err(|error| ServeError::bind(&self.host, self.port, error))
    }
}

/// Serves the application until SIGINT (Ctrl+C) or SIGTERM, and says on standard error where.
///
/// A socket that was opened by who started the program (`LISTEN_FDS`: systemd, or a tool that watches files) is taken instead of the
/// host and port of the options.
///
/// # Errors
/// When the routes are wrong, the port is taken, or a startup or shutdown hook fails.
pub async fn serve(app: App, options: ServeOptions) -> Result<(), ServeError> {
    let inherited = listenfd::ListenFd::from_env().take_tcp_listener(0).map_err(ServeError::inherited)?;
    let server = match inherited {
        Some(listener) => Server::listening(app, options, listener)?,
        None => Server::bind(app, options).await?,
    };
    server.start().await?;
    server.announce();
    server.answer(signal::stop()).await
}

/// A server that listens but does not answer yet, for tests and for programs with their own signal to stop.
#[derive(Debug)]
pub struct Server {
    app: App,
    site: Site,
    listener: TcpListener,
    address: SocketAddr,
    options: ServeOptions,
}

impl Server {
    /// Builds the application and takes the port.
    ///
    /// # Errors
    /// When the routes are wrong or the port cannot be taken; the message says what to do.
    pub async fn bind(app: App, options: ServeOptions) -> Result<Self, ServeError> {
        let (app, site) = built(app, &options)?;
        let listener = options.listen().await?;
        let address =
            listener.local_addr().map_err(|error| ServeError::bind(&options.host, options.port, error))?;
        Ok(Self { app, site, listener, address, options })
    }

    /// Builds the application for a socket that is open already. Host and port of the options mean nothing then.
    ///
    /// # Errors
    /// When the routes are wrong, or the socket cannot be used.
    pub fn listening(
        app: App,
        options: ServeOptions,
        listener: std::net::TcpListener,
    ) -> Result<Self, ServeError> {
        let (app, site) = built(app, &options)?;
        let ready = || {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((TcpListener::from_std(listener)?, address))
        };
        let (listener, address) = ready().map_err(ServeError::inherited)?;
        Ok(Self { app, site, listener, address, options })
    }

    /// The address that is listened on, with the real port when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Prints the name, the mode, the URL and what looks wrong on standard error.
    pub fn announce(&self) {
        // Nobody can be told that standard error is closed.
        let _ = std::io::stderr().write_all(self.announcement().as_bytes());
    }

    fn announcement(&self) -> String {
        let debug = self.app.config().debug();
        let mut text = format!(
            " * Serving Rebis app '{}'\n * Debug mode: {}\n",
            self.app.name(),
            if debug { "on" } else { "off" }
        );
        // A release build on this machine's own address is behind a proxy.
        if debug && (!self.address.ip().is_loopback() || cfg!(not(debug_assertions))) {
            text.push_str(
                " * WARNING: debug pages show the program's inside to everybody who can reach this address, also through a proxy\n",
            );
        }
        if let Some(folder) = self.app.missing_static_folder() {
            text.push_str(&format!(
                " * WARNING: static_files: there is no folder {}, so nothing below /static/ is found\n",
                folder.display()
            ));
        }
        text.push_str(&format!(" * Running on http://{}\nPress CTRL+C to quit\n", self.address));
        text
    }

    /// Answers requests until `stop` is ready, then lets the running ones finish.
    ///
    /// # Errors
    /// When a startup or shutdown hook fails.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        self.start().await?;
        self.answer(stop).await
    }

    async fn start(&self) -> Result<(), ServeError> {
        self.app.startup().await.map_err(|error| ServeError::hook("startup", error))
    }

    async fn answer(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        connections::accept(self.listener, self.site, &self.options, stop).await;
        self.app.shutdown().await.map_err(|error| ServeError::hook("shutdown", error))
    }
}

fn built(app: App, options: &ServeOptions) -> Result<(App, Site), ServeError> {
    let app = match options.debug {
        Some(debug) => app.configure("DEBUG", debug),
        None => app,
    };
    let site = app.site().map_err(ServeError::build)?;
    Ok((app, site))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_folder_of_static_files_is_announced() {
        let options = ServeOptions { port: 0, ..ServeOptions::default() };
        for (folder, told) in [("no/such", true), ("src", false), ("Cargo.toml", true)] {
            let app = App::new(Config::new(env!("CARGO_MANIFEST_DIR"))).static_files(folder);
            let text = Server::bind(app, options.clone()).await.unwrap().announcement();
            let line = format!("there is no folder {}/{folder}, so nothing", env!("CARGO_MANIFEST_DIR"));
            assert_eq!(text.contains(&line), told, "{text}");
        }
    }
}
