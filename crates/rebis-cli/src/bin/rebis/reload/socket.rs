//! The socket on which the application serves. Invariant: it is the one that the application would open: the command line's host and port, else
//! those of its settings.

use std::net::TcpListener;

use clap::ArgMatches;
use rebis_web::{BoxError, Config, ServeOptions};

use super::package::Package;

/// Opens it.
pub(super) async fn open(given: &ArgMatches, package: &Package) -> Result<TcpListener, BoxError> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut options = ServeOptions::from_config(&Config::load_from(package.root(), environment)?)?;
    if let Some(host) = given.get_one::<String>("host") {
        options.host.clone_from(host);
    }
    if let Some(port) = given.get_one::<u16>("port") {
        options.port = *port;
    }
    Ok(options.listen().await?.into_std()?)
}
