//! The pool: idle connections, and who holds the others.
//!
//! **Invariants.** Never more connections than `size + overflow`. An idle connection is clean. Taking one that is idle waits for nothing.
//! None is closed that somebody waits for.

mod holders;

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::driver::Driver;
use crate::{DatabaseUrl, Error, ErrorKind, PoolStatus, Result};
use holders::Holders;

/// How many connections there may be, and how they are kept.
#[derive(Clone, Debug)]
pub(crate) struct PoolOptions {
    pub(crate) size: usize,
    pub(crate) overflow: usize,
    pub(crate) timeout: Duration,
    pub(crate) recycle: Option<Duration>,
    pub(crate) pre_ping: bool,
}

pub(crate) struct Pool {
    url: DatabaseUrl,
    options: PoolOptions,
    permits: Arc<Semaphore>,
    /// Those who wait for a permit, or have one and not yet their connection.
    waiting: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    /// The one returned last is lent first: its caches are warm, and those at the bottom can grow old.
    idle: Vec<Raw>,
    holders: Holders,
    /// Raised by `dispose`: connections of an earlier generation are closed when they come back.
    generation: u64,
}

/// A connection and its age.
pub(crate) struct Raw {
    pub(crate) driver: Driver,
    born: Instant,
    generation: u64,
}

/// The right to hold one connection; gives it back when dropped.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    holder: usize,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(url: DatabaseUrl, options: PoolOptions) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(options.size + options.overflow));
        let state =
            State { idle: Vec::with_capacity(options.size), holders: Holders::default(), generation: 0 };
        Arc::new(Pool { url, options, permits, waiting: AtomicUsize::new(0), state: Mutex::new(state) })
    }

    /// What happens seldom is in boxes here: a future is as large as its largest part, and is copied into those of its callers.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        caller: &'static Location<'static>,
    ) -> Result<(Raw, Lease)> {
        let (permit, waited) = match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => (permit, None),
            Err(_) => Box::pin(self.wait()).await.map(|(permit, waiting)| (permit, Some(waiting)))?,
        };
        let now = Instant::now();
        let (mut idle, generation, lease) = {
            let mut state = self.state.lock();
            let holder = state.holders.add(now, caller);
            (state.idle.pop(), state.generation, Lease { pool: Arc::clone(self), holder, _permit: permit })
        };
        // Only now: until it has taken what came back for it, that is kept.
        drop(waited);
        while let Some(mut raw) = idle {
            if self.is_usable(&mut raw, now).await {
                return Ok((raw, lease));
            }
            idle = self.state.lock().idle.pop();
        }
        let driver = Box::pin(Driver::connect(&self.url)).await?;
        Ok((Raw { driver, born: now, generation }, lease))
    }

    /// Whether somebody waits for a connection.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    async fn wait(&self) -> Result<(OwnedSemaphorePermit, Waiting<'_>)> {
        let waiting = Waiting::new(&self.waiting);
        match tokio::time::timeout(self.options.timeout, Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => Ok((permit, waiting)),
            _ => Err(self.exhausted()),
        }
    }

    fn exhausted(&self) -> Error {
        let held = self.state.lock().holders.describe();
        Error::new(
            ErrorKind::PoolTimeout,
            format!(
                "no connection came free in {:?}: all {} (pool_size {} + max_overflow {}) are held; {held}give connections back sooner, or raise pool_size or max_overflow",
                self.options.timeout,
                self.options.size + self.options.overflow,
                self.options.size,
                self.options.overflow,
            ),
        )
    }

    async fn is_usable(&self, raw: &mut Raw, now: Instant) -> bool {
        if raw.driver.is_closed()
            || self.options.recycle.is_some_and(|age| now.duration_since(raw.born) > age)
        {
            return false;
        }
        !self.options.pre_ping || Box::pin(raw.driver.ping()).await.is_ok()
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let state = self.state.lock();
        PoolStatus {
            in_use: state.holders.len(),
            idle: state.idle.len(),
            limit: self.options.size + self.options.overflow,
        }
    }

    pub(crate) fn dispose(&self) {
        // Closing may write to a file, so not under the lock.
        let _idle = {
            let mut state = self.state.lock();
            state.generation += 1;
            std::mem::take(&mut state.idle)
        };
    }
}

/// One who waits, as long as it lives: its future may be dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Waiting(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lease {
    /// Gives a clean connection back; the lease goes with it.
    pub(crate) fn give_back(self, raw: Raw) {
        // Closed after the lock is free.
        let _surplus = {
            let mut state = self.pool.state.lock();
            // Those who wait get one each: what came back for them is no surplus, also when much comes back at once.
            let wanted = self.pool.options.size + self.pool.waiting.load(Ordering::Relaxed);
            if raw.generation == state.generation && state.idle.len() < wanted && !raw.driver.is_closed() {
                state.idle.push(raw);
                None
            } else {
                Some(raw)
            }
        };
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.state.lock().holders.remove(self.holder);
    }
}
