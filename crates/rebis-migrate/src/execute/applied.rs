//! [`VersionApplied`]: what the application is told of a step. Invariant: it is told in the transaction that moves the version table's rows, so
//! what it writes is there when the step is, and only then.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use rebis_engine::{Connection, Result};

/// A step that is about to be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionApplied {
    /// `upgrade`, `downgrade` or `stamp`.
    pub direction: &'static str,
    /// The revisions it came from; none at the base.
    pub from: Vec<String>,
    /// The revisions it led to; none at the base.
    pub to: Vec<String>,
    /// The script's message; none for a stamp.
    pub message: String,
    /// The rows of the version table now.
    pub heads: Vec<String>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
type Code = dyn for<'a> Fn(&'a mut Connection, VersionApplied) -> Running<'a> + Send + Sync;

/// Somebody who wants to be told.
#[derive(Clone)]
pub(crate) struct ApplyHook(Arc<Code>);

impl ApplyHook {
    pub(crate) fn new<F>(code: F) -> Self
    where
        F: for<'a> OnApply<'a> + 'static,
    {
        ApplyHook(Arc::new(move |connection, applied| Box::pin(code(connection, applied))))
    }

    pub(crate) fn with<S, F>(state: S, code: F) -> Self
    where
        S: Send + Sync + 'static,
        F: for<'a> OnApplyWith<'a, S> + 'static,
    {
        let state = Arc::new(state);
        ApplyHook(Arc::new(move |connection, applied| {
            Box::pin(code(connection, applied, Arc::clone(&state)))
        }))
    }

    pub(super) async fn tell(&self, connection: &mut Connection, applied: VersionApplied) -> Result<()> {
        (self.0)(connection, applied).await
    }
}

impl fmt::Debug for ApplyHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApplyHook(…)")
    }
}

/// An async function or closure over a connection and what was applied, whose future can move between threads; implemented for all of them.
pub trait OnApply<'a>: Fn(&'a mut Connection, VersionApplied) -> Self::Future + Send + Sync {
    /// Its future.
    type Future: Future<Output = Result<()>> + Send + 'a;
}

impl<'a, F, R> OnApply<'a> for F
where
    F: Fn(&'a mut Connection, VersionApplied) -> R + Send + Sync,
    R: Future<Output = Result<()>> + Send + 'a,
{
    type Future = R;
}

/// The same over what the application has besides; implemented for all of them.
pub trait OnApplyWith<'a, S>:
    Fn(&'a mut Connection, VersionApplied, Arc<S>) -> Self::Future + Send + Sync
{
    /// Its future.
    type Future: Future<Output = Result<()>> + Send + 'a;
}

impl<'a, S, F, R> OnApplyWith<'a, S> for F
where
    F: Fn(&'a mut Connection, VersionApplied, Arc<S>) -> R + Send + Sync,
    R: Future<Output = Result<()>> + Send + 'a,
{
    type Future = R;
}
