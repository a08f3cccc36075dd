//! [`EngineBuilder`]. Invariant: what the builder says wins over what the URL says, and that over the default.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Engine, Shared};
use crate::pool::{Pool, PoolOptions};
use crate::{DatabaseUrl, Result, driver};

/// Options of an [`Engine`] before it is made.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct EngineBuilder {
    url: DatabaseUrl,
    pool: PoolOptions,
    echo: bool,
}

impl EngineBuilder {
    pub(super) fn new(url: DatabaseUrl) -> Self {
        let options = &url.options;
        let pool = PoolOptions {
            size: options.pool_size.unwrap_or(5),
            overflow: options.max_overflow.unwrap_or(10),
            timeout: options.pool_timeout.unwrap_or(Duration::from_secs(30)),
            recycle: options.pool_recycle,
            pre_ping: options.pool_pre_ping.unwrap_or(false),
        };
        let echo = options.echo.unwrap_or(false);
        EngineBuilder { url, pool, echo }
    }

    /// Connections kept (default 5; for an in-memory SQLite always 1).
    pub fn pool_size(mut self, connections: usize) -> Self {
        self.pool.size = connections;
        self
    }

    /// Connections above `pool_size` under load, closed when they come back (default 10).
    pub fn max_overflow(mut self, connections: usize) -> Self {
        self.pool.overflow = connections;
        self
    }

    /// How long [`Engine::acquire`] waits (default 30 s).
    pub fn pool_timeout(mut self, wait: Duration) -> Self {
        self.pool.timeout = wait;
        self
    }

    /// The age after which a connection is replaced (default never).
    pub fn pool_recycle(mut self, age: Duration) -> Self {
        self.pool.recycle = Some(age);
        self
    }

    /// Whether an idle connection is tested before it is lent (default no: a broken one is found by its error).
    pub fn pool_pre_ping(mut self, ping: bool) -> Self {
        self.pool.pre_ping = ping;
        self
    }

    /// Whether each statement is logged, at `INFO` with target `rebis::sql` (default at `DEBUG`).
    pub fn echo(mut self, echo: bool) -> Self {
        self.echo = echo;
        self
    }

    /// The engine.
    ///
    /// # Errors
    /// When the program was built without that database's feature.
    pub fn build(mut self) -> Result<Engine> {
        driver::check_compiled_in(self.url.dialect())?;
        if self.url.in_memory() {
            // A second connection would be a second, empty database, and a replaced one loses everything.
            self.pool = PoolOptions { size: 1, overflow: 0, recycle: None, ..self.pool };
        }
        // A pool of nothing could only time out.
        if self.pool.size + self.pool.overflow == 0 {
            self.pool.size = 1;
        }
        let shared = Shared {
            pool: Pool::new(self.url.clone(), self.pool),
            url: self.url,
            lanes: Default::default(),
            dialect: OnceLock::new(),
            echo: self.echo,
            statements: AtomicU64::new(0),
            recording: AtomicBool::new(false),
            recorders: parking_lot::Mutex::new(Vec::new()),
            observed: AtomicBool::new(false),
            observers: parking_lot::Mutex::new(Vec::new()),
        };
        Ok(Engine { shared: Arc::new(shared) })
    }
}
