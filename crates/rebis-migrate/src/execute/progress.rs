//! [`Progress`]: where a run of migrations stands, for whoever waits. Invariant: it is told before an operation begins, so what is shown is what
//! is waited for.

use std::fmt;
use std::sync::Arc;

use super::ApplyHook;

/// Where a run of migrations stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The step that runs, from 1, and how many there are.
    pub step: usize,
    /// How many steps there are.
    pub steps: usize,
    /// The step's revision.
    pub revision: &'a str,
    /// The operation that begins, from 1.
    pub operation: usize,
    /// How many operations the step has.
    pub operations: usize,
    /// The operation in words.
    pub what: String,
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress { step, steps, revision, operation, operations, what } = self;
        write!(f, "[{step}/{steps}] {revision} {operation}/{operations} {what}")
    }
}

/// Somebody who waits.
#[derive(Clone)]
pub(crate) struct Watcher(Arc<dyn Fn(&Progress<'_>) + Send + Sync>);

impl Watcher {
    pub(crate) fn new(tell: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        Watcher(Arc::new(tell))
    }

    pub(super) fn tell(&self, progress: &Progress<'_>) {
        (self.0)(progress);
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher(…)")
    }
}

/// Who waits for a step, and which one of how many it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watch<'a> {
    pub(super) watcher: Option<&'a Watcher>,
    /// Who is told before it is committed.
    pub(super) hook: Option<&'a ApplyHook>,
    pub(super) step: usize,
    pub(super) steps: usize,
}
