//! A database of this run's own on each server. Invariant: it is dropped after the run, also when a side fails.

use rebis_engine::Engine;

use crate::Result;
use crate::options::Options;

pub struct Database {
    pub title: &'static str,
    kind: Kind,
}

enum Kind {
    Sqlite,
    Server(String),
}

/// One that exists.
pub struct Made {
    pub url: String,
    server: Option<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

pub fn all(options: &Options) -> Result<Vec<Database>> {
    let mut all = Vec::new();
    if options.wants("sqlite") {
        all.push(Database { title: "SQLite", kind: Kind::Sqlite });
    }
    for (name, title, variable) in [
        ("postgres", "PostgreSQL", "REBIS_TEST_POSTGRES_URL"),
        ("mysql", "MariaDB/MySQL", "REBIS_TEST_MYSQL_URL"),
    ] {
        if !options.wants(name) {
            continue;
        }
        match std::env::var(variable) {
            Ok(url) => all.push(Database { title, kind: Kind::Server(url) }),
            Err(_) => println!("{title} takes no part: {variable} is not set\n"),
        }
    }
    Ok(all)
}

impl Database {
    pub async fn make(&self) -> Result<Made> {
        match &self.kind {
            Kind::Sqlite => {
                let folder = tempfile::tempdir()?;
                let url = format!("sqlite:///{}", folder.path().join("bench.db").display());
                Ok(Made { url, server: None, _folder: Some(folder) })
            }
            Kind::Server(server) => {
                let name = format!("rebis_bench_{}", std::process::id());
                let engine = Engine::new(server)?;
                engine.acquire().await?.script(&format!("CREATE DATABASE {name}")).await?;
                let at = server.rfind('/').ok_or("the server's URL names no database")?;
                let url = format!("{}/{name}", &server[..at]);
                Ok(Made { url, server: Some((server.clone(), name)), _folder: None })
            }
        }
    }
}

impl Made {
    pub async fn remove(self) -> Result<()> {
        if let Some((server, name)) = &self.server {
            let engine = Engine::new(server)?;
            engine.acquire().await?.script(&format!("DROP DATABASE {name}")).await?;
        }
        Ok(())
    }
}
