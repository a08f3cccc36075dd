//! [`Engine`]: a database's URL, its pool and its options. Invariant: making one does no I/O; the first connection does.

mod builder;
mod observe;
mod record;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use rebis_sql::Dialect;

pub use builder::EngineBuilder;
pub use observe::{Observed, Observer};
pub use record::Recording;

use crate::connection::Lanes;
use crate::pool::Pool;
use crate::{Connection, DatabaseUrl, Reader, Result, driver};

/// A database: where it is and the connections to it. Cheap to clone; all clones share the pool.
///
/// Its methods run on a tokio runtime with time and I/O enabled, as `#[tokio::main]` makes one.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What the engine's connections share.
pub(crate) struct Shared {
    url: DatabaseUrl,
    dialect: OnceLock<Dialect>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) lanes: Lanes,
    pub(crate) echo: bool,
    pub(crate) statements: AtomicU64,
    /// Whether anybody records, so that nobody pays while nobody does.
    pub(crate) recording: AtomicBool,
    pub(crate) recorders: parking_lot::Mutex<Vec<record::Recorder>>,
    /// Whether anybody observes.
    observed: AtomicBool,
    observers: parking_lot::Mutex<Vec<observe::Entry>>,
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
    pub fn builder(url: DatabaseUrl) -> EngineBuilder {
        EngineBuilder::new(url)
    }

    /// The URL; it prints without its password.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.shared.url
    }

    /// The dialect: the URL's guess until the first connection has asked the server (MySQL or MariaDB).
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.shared.dialect.get().copied().unwrap_or_else(|| self.shared.url.dialect())
    }

    /// A connection from the pool.
    ///
    /// # Errors
    /// When none comes free in time (the error says who holds them) or the database cannot be reached.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<Connection>> + Send + '_ {
        let caller = Location::caller();
        async move {
            let (raw, lease) = self.shared.pool.acquire(caller).await?;
            let dialect = raw.driver.dialect();
            self.shared.dialect.get_or_init(|| dialect);
            Ok(Connection::new(Arc::clone(&self.shared), raw, lease))
        }
    }

    /// A connection that short reads share, each standing alone; nothing where the database's protocol takes one statement at a time on a
    /// connection. Such reads are sent without waiting for each other, so few connections serve many tasks; a slow statement would hold up
    /// those behind it, so this is for lookups by a key.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), rebis_engine::Error> {
    /// let engine = rebis_engine::Engine::new("sqlite://")?;
    /// // SQLite has nobody to wait for.
    /// assert!(engine.reader().await?.is_none());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn reader(&self) -> impl Future<Output = Result<Option<Reader<'_>>>> + Send + '_ {
        let caller = Location::caller();
        async move {
            if !driver::pipelines(self.shared.url.dialect()) {
                return Ok(None);
            }
            Reader::open(&self.shared, caller).await.map(Some)
        }
    }

    /// How full the pool is.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        self.shared.pool.status()
    }

    /// Whether each statement is logged at `INFO` ([`EngineBuilder::echo`]).
    #[must_use]
    pub fn echoes(&self) -> bool {
        self.shared.echo
    }

    /// How many statements have run on this engine, without BEGIN, COMMIT and the like.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.shared.statements.load(Ordering::Relaxed)
    }

    /// Collects the text of the statements that run on this engine from now until the recording is dropped.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), rebis_engine::Error> {
    /// let engine = rebis_engine::Engine::new("sqlite://")?;
    /// let recording = engine.record();
    /// engine.acquire().await?.execute("SELECT 1", &[]).await?;
    /// assert_eq!(recording.statements(), ["SELECT 1"]);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    #[must_use = "what is recorded is lost when the recording is dropped"]
    pub fn record(&self) -> Recording {
        Recording::start(&self.shared)
    }

    /// Closes the idle connections now and the others as they come back. The engine can be used again.
    ///
    /// A database in memory is gone with its connection.
    pub async fn dispose(&self) {
        self.shared.pool.dispose();
    }
}

impl Shared {
    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("url", &self.shared.url)
            .field("pool", &self.status())
            .finish_non_exhaustive()
    }
}
