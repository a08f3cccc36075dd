//! [`DataStep`]: recorded code. Invariant: it runs inside the migration's transaction, where the database has one.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use rebis_engine::{Connection, Result};

type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
type Code = dyn for<'a> Fn(&'a mut Connection) -> Running<'a> + Send + Sync;

/// Code of a migration that must see data.
#[derive(Clone)]
pub struct DataStep(Arc<Code>);

impl DataStep {
    pub(crate) fn new<F>(code: F) -> Self
    where
        F: for<'a> Step<'a> + 'static,
    {
        DataStep(Arc::new(move |connection| Box::pin(code(connection))))
    }

    pub(crate) async fn run(&self, connection: &mut Connection) -> Result<()> {
        (self.0)(connection).await
    }
}

impl fmt::Debug for DataStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataStep(…)")
    }
}

impl PartialEq for DataStep {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// An async function or closure over a connection whose future can move between threads; implemented for all of them.
///
/// It stands beside `AsyncFn` in [`Operations::run`](crate::Operations::run) because stable Rust cannot ask an `AsyncFn` for a `Send` future.
pub trait Step<'a>: Fn(&'a mut Connection) -> Self::Future + Send + Sync {
    /// Its future.
    type Future: Future<Output = Result<()>> + Send + 'a;
}

impl<'a, F, R> Step<'a> for F
where
    F: Fn(&'a mut Connection) -> R + Send + Sync,
    R: Future<Output = Result<()>> + Send + 'a,
{
    type Future = R;
}
