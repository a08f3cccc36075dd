//! [`DatabaseUrl`]: `scheme://user:password@host:port/database?option=value`. Invariant: it prints without its password.

mod options;
mod parse;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rebis_sql::Dialect;

use crate::{Result, driver};

#[allow(unused_imports, reason = "the drivers of servers use it, and each is a feature")]
pub(crate) use options::SslMode;
pub(crate) use options::UrlOptions;

/// A database's URL, parsed.
///
/// ```
/// use rebis_engine::DatabaseUrl;
///
/// let url = DatabaseUrl::parse("postgresql://susan:s3cret@db.example.com/shop?sslmode=require")?;
/// assert_eq!(url.database(), "shop");
/// assert_eq!(url.to_string(), "postgresql://susan:***@db.example.com/shop?sslmode=require");
/// # Ok::<(), rebis_engine::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    pub(crate) scheme: String,
    pub(crate) dialect: Dialect,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// A host name, an address, or (starting with `/`) the folder or path of a Unix socket.
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) database: String,
    /// SQLite: the file; `None` in memory and on servers.
    pub(crate) file: Option<PathBuf>,
    pub(crate) options: UrlOptions,
    /// The options as they were written, for printing. None of them is secret.
    pub(crate) query: Option<String>,
}

impl DatabaseUrl {
    /// Parses a URL.
    ///
    /// Understood are `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite://` (in memory), `postgresql://`, `postgres://`,
    /// `mysql://` and `mariadb://`, also with SQLAlchemy's driver suffix (`postgresql+psycopg://`), which is ignored. User,
    /// password, host and database may be percent-encoded.
    ///
    /// # Errors
    /// When a part is missing or wrong; the error says which and shows the right form.
    pub fn parse(url: &str) -> Result<Self> {
        parse::parse(url)
    }

    /// The database it speaks of, as far as the scheme tells (a `mysql://` server may turn out to be MariaDB).
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The same URL with a relative SQLite file taken relative to `base`.
    #[must_use]
    pub fn relative_to(mut self, base: &Path) -> Self {
        if let Some(file) = self.file.take() {
            let file = if file.is_relative() { base.join(file) } else { file };
            self.database = file.to_string_lossy().into_owned();
            self.file = Some(file);
        }
        self
    }

    /// The same server with another database (or, on SQLite, another file).
    #[must_use]
    pub fn with_database(mut self, database: &str) -> Self {
        database.clone_into(&mut self.database);
        if driver::is_file_based(self.dialect) {
            self.file = parse::file_of(database);
        }
        self
    }

    /// The file of an SQLite database that is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The database's name: the path without its slash.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whether the database lives in memory and dies with its connection.
    pub(crate) fn in_memory(&self) -> bool {
        driver::is_file_based(self.dialect) && self.file.is_none()
    }

    #[allow(dead_code, reason = "the drivers of servers use it, and each is a feature")]
    pub(crate) fn connect_timeout(&self) -> Duration {
        self.options.connect_timeout.unwrap_or(Duration::from_secs(10))
    }

    /// The URL with its password, for a child process or another tool. Do not print it.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.text(self.password.as_deref().map(parse::encode).as_deref())
    }

    fn text(&self, password: Option<&str>) -> String {
        let mut text = format!("{}://", self.scheme);
        if let Some(user) = &self.user {
            text.push_str(&parse::encode(user));
            if let Some(password) = password {
                text.push(':');
                text.push_str(password);
            }
            text.push('@');
        }
        if let Some(host) = &self.host {
            if host.contains(':') {
                text.push_str(&format!("[{host}]"));
            } else {
                text.push_str(&parse::encode(host));
            }
        }
        if let Some(port) = self.port {
            text.push_str(&format!(":{port}"));
        }
        if !self.in_memory() && !self.database.is_empty() {
            text.push('/');
            text.push_str(&parse::encode_path(&self.database));
        }
        if let Some(query) = &self.query {
            text.push('?');
            text.push_str(query);
        }
        text
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(self.password.as_ref().map(|_| "***")))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
