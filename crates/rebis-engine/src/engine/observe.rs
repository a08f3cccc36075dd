//! [`Observer`]: who is told of each statement, with its binds and its time. Invariant: an engine that nobody observes pays one relaxed load per
//! statement, and nobody is told of a statement that has not ended.

use std::any::TypeId;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rebis_sql::Value;

use super::{Engine, Shared};
use crate::Error;

/// Is told of what an engine does; see [`Engine::observe`].
///
/// Its methods run within the task that ran the statement, between that statement and the next: they should be quick, and must not use the engine.
pub trait Observer: Send + Sync + 'static {
    /// A statement has ended.
    fn statement(&self, statement: &Observed<'_>);

    /// A layer above has something to say about what it runs, such as a loop that reads one row at a time. See [`Engine::remark`].
    fn remark(&self, text: &str) {
        let _ = text;
    }
}

/// A statement that has ended, as an [`Observer`] sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Observed<'a> {
    /// Its text.
    pub sql: &'a str,
    /// Its values; of one that ran many times, those of the first run.
    pub binds: &'a [Value],
    /// How long it took: until its last row was read, or its answer came.
    pub elapsed: Duration,
    /// The rows it brought or changed, or why it failed.
    pub outcome: Result<u64, &'a Error>,
    /// Whether it begins or ends a transaction or a savepoint.
    pub control: bool,
}

/// An observer, and its type: there is one of each.
pub(super) type Entry = (TypeId, Arc<dyn Observer>);

impl Engine {
    /// Tells `observer` of every statement from now on. There is one observer of each type: a second takes the place of the first.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), rebis_engine::Error> {
    /// use rebis_engine::{Engine, Observed, Observer};
    ///
    /// /// Writes what took long.
    /// struct Slow;
    ///
    /// impl Observer for Slow {
    ///     fn statement(&self, statement: &Observed<'_>) {
    ///         if statement.elapsed.as_millis() > 100 {
    ///             eprintln!("{:?}: {}", statement.elapsed, statement.sql);
    ///         }
    ///     }
    /// }
    ///
    /// let engine = Engine::new("sqlite://")?;
    /// engine.observe(Slow);
    /// engine.acquire().await?.execute("SELECT 1", &[]).await?;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    pub fn observe<T: Observer>(&self, observer: T) {
        let mut all = self.shared.observers.lock();
        all.retain(|(kind, _)| *kind != TypeId::of::<T>());
        all.push((TypeId::of::<T>(), Arc::new(observer)));
        self.shared.observed.store(true, Ordering::Relaxed);
    }

    /// Tells the observers what a layer above noticed.
    pub fn remark(&self, text: &str) {
        for observer in self.shared.observers() {
            observer.remark(text);
        }
    }
}

impl Shared {
    /// Whether anybody wants to know.
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.observed.load(Ordering::Relaxed)
    }

    /// Tells whoever observes of a statement that began at `started`.
    #[cold]
    pub(crate) fn tell(
        &self,
        started: Instant,
        sql: &str,
        binds: &[Value],
        outcome: Result<u64, &Error>,
        control: bool,
    ) {
        let statement = Observed { sql, binds, elapsed: started.elapsed(), outcome, control };
        for observer in self.observers() {
            observer.statement(&statement);
        }
    }

    /// Copies, so that no lock is held while they are told.
    fn observers(&self) -> Vec<Arc<dyn Observer>> {
        self.observers.lock().iter().map(|(_, observer)| Arc::clone(observer)).collect()
    }
}
