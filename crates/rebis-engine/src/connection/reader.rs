//! [`Reader`]: a connection that several reads share, where the protocol lets statements follow each other without waiting for answers.
//!
//! **Invariants.** What runs here stands alone: no transaction is open on a connection while it is shared. A shared connection is one of the
//! pool's, lent to all of its readers at once; the last of them gives it back. One that broke takes no more readers.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rebis_sql::{Dialect, Value};

use super::log::Watch;
use crate::engine::Shared;
use crate::pool::{Lease, Pool, Raw};
use crate::{ErrorKind, Result, Row};

/// How long readers may go on joining while somebody waits for a connection of his own.
const PATIENCE: Duration = Duration::from_millis(100);

/// The readers of one connection: more would only wait for each other, and for the one server process that answers them.
const MOST: usize = 64;

/// The connections that are shared just now.
#[derive(Default)]
pub(crate) struct Lanes {
    open: Mutex<Vec<Weak<Lane>>>,
    /// Held while one is opened, so that those who come at once do not open one each.
    opening: tokio::sync::Mutex<()>,
}

/// A connection, and the right to it.
struct Lane {
    held: Option<(Raw, Lease)>,
    since: Instant,
    broken: AtomicBool,
}

/// A connection for a short read that belongs to no transaction, shared with other reads: they are sent without waiting for each other. Given
/// back when dropped. See [`Engine::reader`](crate::Engine::reader).
pub struct Reader<'a> {
    shared: &'a Shared,
    lane: Arc<Lane>,
}

impl<'a> Reader<'a> {
    pub(crate) async fn open(shared: &'a Shared, caller: &'static Location<'static>) -> Result<Self> {
        let (lanes, pool) = (&shared.lanes, &shared.pool);
        if let Some(lane) = lanes.join(pool) {
            return Ok(Reader { shared, lane });
        }
        Box::pin(Self::open_another(shared, caller)).await
    }

    /// On a connection that is not shared yet.
    async fn open_another(shared: &'a Shared, caller: &'static Location<'static>) -> Result<Self> {
        let (lanes, pool) = (&shared.lanes, &shared.pool);
        let first = match lanes.opening.try_lock() {
            Ok(first) => Some(first),
            Err(_) => {
                drop(lanes.opening.lock().await);
                if let Some(lane) = lanes.join(pool) {
                    return Ok(Reader { shared, lane });
                }
                // The one that was waited for found none: each waits for itself, and gets the pool's error if it comes to that.
                None
            }
        };
        let held = pool.acquire(caller).await?;
        let lane = Arc::new(Lane { held: Some(held), since: Instant::now(), broken: AtomicBool::new(false) });
        lanes.add(&lane);
        drop(first);
        Ok(Reader { shared, lane })
    }

    /// The dialect the server speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.lane.held.as_ref().map_or_else(|| self.shared.url().dialect(), |(raw, _)| raw.driver.dialect())
    }

    /// Whether a read alone sees what the same read would see as the first of a transaction that begins as this server begins transactions.
    #[must_use]
    pub fn reads_as_in_transaction(&self) -> bool {
        self.lane.held.as_ref().is_some_and(|(raw, _)| raw.driver.reads_alone())
    }

    /// Runs a query and hands each row to `each`, as [`Connection::query`](super::Connection::query) does.
    ///
    /// # Errors
    /// What the database says, classified; or the first error of `each`.
    pub async fn query<F>(&mut self, sql: &str, binds: &[Value], each: F) -> Result<()>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        let Some((raw, _)) = &self.lane.held else { return Ok(()) };
        let watch = Watch::start(self.shared, sql);
        let result = raw.driver.read(sql, binds, each).await;
        watch.end(self.shared, sql, binds, result.as_ref().copied());
        result.map(drop).map_err(|e| {
            if e.kind() == ErrorKind::Connection {
                self.lane.broken.store(true, Ordering::Relaxed);
            }
            e.with_sql(sql)
        })
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("readers", &Arc::strong_count(&self.lane)).finish_non_exhaustive()
    }
}

impl Lanes {
    /// The shared connection with the fewest readers, if one has room.
    fn join(&self, pool: &Pool) -> Option<Arc<Lane>> {
        let open = self.open.lock();
        let lane = open.iter().min_by_key(|lane| lane.strong_count())?;
        if lane.strong_count() >= MOST {
            return None;
        }
        let lane = lane.upgrade()?;
        let wanted = pool.is_waited_for() && lane.since.elapsed() > PATIENCE;
        (!wanted && lane.is_usable()).then_some(lane)
    }

    fn add(&self, lane: &Arc<Lane>) {
        let mut open = self.open.lock();
        open.retain(|lane| lane.strong_count() > 0);
        open.push(Arc::downgrade(lane));
    }
}

impl Lane {
    fn is_usable(&self) -> bool {
        !self.broken.load(Ordering::Relaxed)
            && self.held.as_ref().is_some_and(|(raw, _)| !raw.driver.is_closed())
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let broken = self.broken.load(Ordering::Relaxed);
        if let Some((raw, lease)) = self.held.take()
            && !broken
        {
            lease.give_back(raw);
        }
    }
}
