//! Servers started for one run from the installed binaries, in a temporary folder. Invariant: dropping one stops it and removes its folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::succeeds;

/// A server that ends with this value.
pub(crate) struct Throwaway {
    /// Where it listens.
    pub(crate) url: String,
    child: Child,
    /// What stops it, where killing the child would only kill what started it.
    stop: Option<Command>,
    folder: PathBuf,
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        if let Some(stop) = &mut self.stop {
            succeeds(stop);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Starts PostgreSQL.
pub(crate) fn postgres() -> Result<Throwaway, String> {
    let bin = postgres_bin()
        .ok_or("no server on port 5432 that lets us in, and no `initdb` installed (Debian: postgresql)")?;
    let folder = folder("postgres")?;
    let data = folder.join("data");
    // PostgreSQL refuses to run as root; Debian's package brings a user for it.
    let as_user = |program: PathBuf| {
        if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        }
    };
    if is_root() && !succeeds(Command::new("chown").arg("-R").arg("postgres").arg(&folder)) {
        return Err(String::from("there is no user `postgres` to run it as, and it refuses to run as root"));
    }
    let made = succeeds(
        as_user(bin.join("initdb"))
            .current_dir("/")
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--pgdata"])
            .arg(&data),
    );
    if !made {
        return Err(String::from("`initdb` failed"));
    }
    let port = free_port()?;
    let child = as_user(bin.join("postgres"))
        .current_dir("/")
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-F", "-c", "max_connections=200", "-k"])
        .arg(&folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("`postgres` did not start: {e}"))?;
    let mut stop = as_user(bin.join("pg_ctl"));
    stop.current_dir("/").args(["stop", "--mode=immediate", "--pgdata"]).arg(&data);
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    wait_for(port, Throwaway { url, child, stop: Some(stop), folder })
}

/// Starts MariaDB or MySQL.
pub(crate) fn mysql() -> Result<Throwaway, String> {
    let server = ["mariadbd", "mysqld"].into_iter().find_map(program).ok_or(
        "no server on port 3306 that lets us in, and no `mariadbd` installed (Debian: mariadb-server)",
    )?;
    let folder = folder("mysql")?;
    let data = folder.join("data");
    let user = if is_root() { "--user=root" } else { "--console" };
    let made = if let Some(install) = program("mariadb-install-db") {
        let mut command = Command::new(install);
        command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        if is_root() {
            command.arg(user);
        }
        succeeds(command.arg(format!("--datadir={}", data.display())))
    } else {
        let mut command = Command::new(&server);
        command.args(["--no-defaults", "--initialize-insecure", user]);
        succeeds(command.arg(format!("--datadir={}", data.display())))
    };
    if !made {
        return Err(String::from("its data folder could not be made"));
    }
    let port = free_port()?;
    let child = Command::new(server)
        .args(["--no-defaults", user, "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0"])
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", data.display()))
        .arg(format!("--socket={}", folder.join("sock").display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("it did not start: {e}"))?;
    let url = format!("mysql://root@127.0.0.1:{port}/mysql");
    wait_for(port, Throwaway { url, child, stop: None, folder })
}

fn wait_for(port: u16, mut server: Throwaway) -> Result<Throwaway, String> {
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            // A server listens a moment before it answers.
            std::thread::sleep(Duration::from_millis(500));
            return Ok(server);
        }
        if let Ok(Some(status)) = server.child.try_wait() {
            return Err(format!("the throwaway server ended at once ({status})"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(String::from("the throwaway server did not answer within 60 seconds"))
}

fn folder(name: &str) -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join(format!("rebis-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| format!("{} could not be made: {e}", folder.display()))?;
    Ok(folder)
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| format!("no free port: {e}"))?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from);
    std::env::split_paths(&path).chain(more).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn postgres_bin() -> Option<PathBuf> {
    if let Some(bin) = program("initdb").and_then(|file| file.parent().map(Path::to_path_buf)) {
        return Some(bin);
    }
    // Debian keeps the server's programs out of PATH, a folder per version.
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    versions.into_iter().rev().find(|bin| bin.join("initdb").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not installed cannot be started: then there is nothing to test.
    fn starts_and_ends(started: Result<Throwaway, String>) {
        let Ok(server) = started else { return };
        let port: u16 = server.url.split([':', '/']).rev().nth(1).and_then(|p| p.parse().ok()).unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "{} does not listen", server.url);
        let folder = server.folder.clone();
        drop(server);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "port {port} still listens");
    }

    #[test]
    fn a_throwaway_postgres_starts_and_ends() {
        starts_and_ends(postgres());
    }

    #[test]
    fn a_throwaway_mariadb_starts_and_ends() {
        starts_and_ends(mysql());
    }
}
