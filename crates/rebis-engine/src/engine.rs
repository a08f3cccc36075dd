//! [`Engine`]: a database's URL, its pool and its options. Invariant: making one does no I/O; the first connection does.

use std::time::Duration;

use rebis_sql::Dialect;

use crate::{Connection, DatabaseUrl, Result};

/// A database: where it is and the connections to it. Cheap to clone; all clones share the pool.
#[derive(Clone, Debug)]
pub struct Engine {
    url: DatabaseUrl,
}

/// Options of an [`Engine`] before it is made.
#[derive(Clone, Debug)]
pub struct EngineBuilder {
    url: DatabaseUrl,
}

/// How many connections the pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections lent out.
    pub in_use: usize,
    /// Connections that wait to be used.
    pub idle: usize,
    /// The most there can be, overflow included.
    pub limit: usize,
}

impl Engine {
    /// An engine for that URL, with default options. Does no I/O.
    ///
    /// # Errors
    /// When the URL is wrong, or the program was built without that database's feature.
    pub fn new(url: &str) -> Result<Self> {
        Self::builder(DatabaseUrl::parse(url)?).build()
    }

    /// An engine with options of its own.
    #[must_use]
    pub fn builder(url: DatabaseUrl) -> EngineBuilder {
        EngineBuilder { url }
    }

    /// The URL; it prints without its password.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The dialect: the URL's guess until the first connection has asked the server (MySQL or MariaDB).
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.url.dialect()
    }

    /// A connection from the pool.
    ///
    /// # Errors
    /// When none comes free in time (the error says who holds them) or the database cannot be reached.
    pub async fn acquire(&self) -> Result<Connection> {
        unimplemented!()
    }

    /// How full the pool is.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        unimplemented!()
    }

    /// Closes the idle connections now and the others as they come back. The engine can be used again.
    pub async fn dispose(&self) {}
}

impl EngineBuilder {
    /// Connections kept (default 5; for an in-memory SQLite always 1).
    #[must_use]
    pub fn pool_size(self, _connections: usize) -> Self {
        self
    }

    /// Connections above `pool_size` under load, closed when they come back (default 10).
    #[must_use]
    pub fn max_overflow(self, _connections: usize) -> Self {
        self
    }

    /// How long [`Engine::acquire`] waits (default 30 s).
    #[must_use]
    pub fn pool_timeout(self, _wait: Duration) -> Self {
        self
    }

    /// The age after which a connection is replaced (default never).
    #[must_use]
    pub fn pool_recycle(self, _age: Duration) -> Self {
        self
    }

    /// Whether an idle connection is tested before it is lent (default no: a broken one is found by its error).
    #[must_use]
    pub fn pool_pre_ping(self, _ping: bool) -> Self {
        self
    }

    /// Whether each statement is logged, at `INFO` with target `rebis::sql` (default at `DEBUG`).
    #[must_use]
    pub fn echo(self, _echo: bool) -> Self {
        self
    }

    /// The engine.
    ///
    /// # Errors
    /// When the program was built without that database's feature.
    pub fn build(self) -> Result<Engine> {
        Ok(Engine { url: self.url })
    }
}
