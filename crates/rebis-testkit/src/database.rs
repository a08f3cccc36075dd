//! [`TestDatabase`]: a database that lives as long as its test.

use std::sync::atomic::{AtomicUsize, Ordering};

use rebis_engine::{Connection, DatabaseUrl, Engine, Recording};
use rebis_sql::schema::Table;
use rebis_sql::{Ddl, Dialect};

use crate::Backend;

/// A database of a test's own: a file, or a database on the server. Dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    backend: Backend,
    url: String,
    engine: Engine,
    recording: Recording,
    /// The server's own database and the name of ours, where there is a server.
    on_server: Option<(String, String)>,
    folder: Option<tempfile::TempDir>,
}

static NEXT: AtomicUsize = AtomicUsize::new(0);

impl TestDatabase {
    /// A new database, or `None` when the backend's server is missing and may be.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn create(backend: Backend) -> Option<Self> {
        let server = backend.server()?;
        if server.is_empty() {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let url = format!("sqlite:///{}", folder.path().join("test.db").display());
            return Some(Self::at(backend, url, None, Some(folder)));
        }
        let name = format!("rebis_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        administer(&server, &[create_sql(backend, &name)]).await;
        let url = with_database(&server, &name);
        Some(Self::at(backend, url, Some((server, name)), None))
    }

    fn at(
        backend: Backend,
        url: String,
        on_server: Option<(String, String)>,
        folder: Option<tempfile::TempDir>,
    ) -> Self {
        let parsed = DatabaseUrl::parse(&url).expect("the test database's URL");
        let engine = Engine::builder(parsed).build().expect("an engine");
        let recording = engine.record();
        TestDatabase { backend, url, engine, recording, on_server, folder }
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Its URL, for a program that is run as a process.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// An engine for it.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A connection of its engine.
    pub async fn acquire(&self) -> Connection {
        self.engine.acquire().await.unwrap_or_else(|e| panic!("{e}"))
    }

    /// The dialect it speaks: MySQL or MariaDB is told apart once the first connection was made.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    /// The folder of an SQLite database's file.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(tempfile::TempDir::path)
    }

    /// A statement with its placeholders, written `?`, in the form of this database.
    #[must_use]
    pub fn sql(&self, text: &str) -> String {
        self.backend.placeholders(text)
    }

    /// The statements that ran on [`engine`](Self::engine) since the last call, without BEGIN, COMMIT and the like.
    #[must_use]
    pub fn statements(&self) -> Vec<String> {
        self.recording.take()
    }

    /// Creates a table, as the dialect writes it.
    pub async fn create_table(&self, table: &Table) {
        let mut connection = self.acquire().await;
        let change = Ddl::CreateTable { table: table.clone(), if_not_exists: false };
        for sql in connection.dialect().ddl(&change).unwrap_or_else(|e| panic!("{e}")) {
            connection.script(&sql).await.unwrap_or_else(|e| panic!("{e}\n{sql}"));
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some((server, name)) = self.on_server.take() else { return };
        let sql = drop_sql(self.backend, &name);
        // A destructor cannot wait, and the test's runtime may be ending: another thread has a runtime of its own.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                runtime.block_on(async {
                    if let Ok(engine) = Engine::new(&server) {
                        if let Ok(mut connection) = engine.acquire().await {
                            let _ = connection.script(&sql).await;
                        }
                        engine.dispose().await;
                    }
                });
            }
        });
        let _ = thread.join();
    }
}

async fn administer(server: &str, statements: &[String]) {
    let engine = Engine::new(server).expect("the server's URL");
    let mut connection = engine.acquire().await.unwrap_or_else(|e| panic!("the test server: {e}"));
    for sql in statements {
        connection.script(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    drop(connection);
    engine.dispose().await;
}

fn create_sql(backend: Backend, name: &str) -> String {
    match backend {
        Backend::MySql => format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
        // `template0`: nobody can be connected to it, which would make the copy fail.
        Backend::Postgres | Backend::Sqlite => format!("CREATE DATABASE {name} TEMPLATE template0"),
    }
}

fn drop_sql(backend: Backend, name: &str) -> String {
    match backend {
        // A transaction that a test forgot would make the server wait for a day.
        Backend::MySql => format!("SET SESSION lock_wait_timeout = 5; DROP DATABASE IF EXISTS {name}"),
        Backend::Postgres | Backend::Sqlite => format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    }
}

/// The same URL with another database: what stands between the host's `/` and the options.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').map_or((server, None), |(a, o)| (a, Some(o)));
    let host_from = address.find("://").map_or(0, |at| at + 3);
    let host_to = address[host_from..].find('/').map_or(address.len(), |at| host_from + at);
    let options = options.map(|o| format!("?{o}")).unwrap_or_default();
    format!("{}/{name}{options}", &address[..host_to])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        assert_eq!(with_database("mysql://root@127.0.0.1:3306/test", "x"), "mysql://root@127.0.0.1:3306/x");
        assert_eq!(with_database("postgres://u:p@h", "x"), "postgres://u:p@h/x");
        assert_eq!(with_database("postgres://h/a?sslmode=disable", "x"), "postgres://h/x?sslmode=disable");
    }
}
