//! The database servers that tests talk to: named, found, or started.
//!
//! **Invariant.** A server that was named is used as it is; one that was started here ends with the command.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use crate::process::succeeds;
use crate::throwaway::{self, Throwaway};

/// The servers of one run.
#[derive(Default)]
pub(crate) struct Servers {
    /// Environment variables that tell the tests where they are.
    environment: Vec<(&'static str, String)>,
    /// One line for each that is missing.
    pub(crate) missing: Vec<String>,
    _started: Vec<Throwaway>,
}

/// Finds or starts both servers.
pub(crate) fn find() -> Servers {
    let mut servers = Servers::default();
    servers.add("PostgreSQL", "REBIS_TEST_POSTGRES_URL", postgres_on_usual_port, throwaway::postgres);
    servers.add("MariaDB/MySQL", "REBIS_TEST_MYSQL_URL", mysql_on_usual_port, throwaway::mysql);
    servers
}

impl Servers {
    /// Says what is missing, and tells a program where the others are.
    pub(crate) fn tell(&self, command: &mut Command) {
        for line in &self.missing {
            println!("{line}");
        }
        command.envs(self.environment.iter().map(|(name, url)| (name, url)));
    }

    fn add(
        &mut self,
        name: &str,
        variable: &'static str,
        usual: fn() -> Option<String>,
        start: fn() -> Result<Throwaway, String>,
    ) {
        if let Some(url) = std::env::var(variable).ok().filter(|url| !url.is_empty()) {
            println!("{name}: from {variable}");
            self.environment.push((variable, url));
        } else if let Some(url) = usual() {
            println!("{name}: {url}");
            self.environment.push((variable, url));
        } else {
            match start() {
                Ok(server) => {
                    println!("{name}: a throwaway server, {}", server.url);
                    self.environment.push((variable, server.url.clone()));
                    self._started.push(server);
                }
                Err(why) => self.missing.push(format!("{name} is not tested: {why} (or set {variable})")),
            }
        }
    }
}

fn postgres_on_usual_port() -> Option<String> {
    if !listens(5432) {
        return None;
    }
    ["postgres", "root"].into_iter().find_map(|user| {
        let url = format!("postgres://{user}@127.0.0.1:5432/postgres");
        succeeds(Command::new("psql").args(["--no-password", "--command", "SELECT 1", &url])).then_some(url)
    })
}

fn mysql_on_usual_port() -> Option<String> {
    if !listens(3306) {
        return None;
    }
    let client = if succeeds(Command::new("mariadb").arg("--version")) { "mariadb" } else { "mysql" };
    let works = succeeds(Command::new(client).args(["-h127.0.0.1", "-P3306", "-uroot", "-eSELECT 1"]));
    works.then(|| String::from("mysql://root@127.0.0.1:3306/mysql"))
}

fn listens(port: u16) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    TcpStream::connect_timeout(&address, Duration::from_millis(300)).is_ok()
}
