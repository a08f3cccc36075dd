//! [`Recording`]: the statements that an engine ran, for tests. Invariant: an engine nobody records pays one relaxed load per statement.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use super::Shared;

/// Where one recording's texts go.
pub(crate) type Recorder = Arc<Mutex<Vec<String>>>;

/// Statements being recorded; see [`Engine::record`](super::Engine::record).
pub struct Recording {
    shared: Arc<Shared>,
    texts: Recorder,
}

impl Recording {
    pub(super) fn start(shared: &Arc<Shared>) -> Self {
        let texts = Recorder::default();
        let mut recorders = shared.recorders.lock();
        recorders.push(Arc::clone(&texts));
        shared.recording.store(true, Ordering::Relaxed);
        drop(recorders);
        Recording { shared: Arc::clone(shared), texts }
    }

    /// The statements so far, in the order they were sent; BEGIN, COMMIT and the like are not among them.
    #[must_use]
    pub fn statements(&self) -> Vec<String> {
        self.texts.lock().clone()
    }

    /// How many statements so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.lock().len()
    }

    /// Whether there was none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.lock().is_empty()
    }

    /// Takes the statements so far; the next call starts after them.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.texts.lock())
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let mut recorders = self.shared.recorders.lock();
        recorders.retain(|r| !Arc::ptr_eq(r, &self.texts));
        self.shared.recording.store(!recorders.is_empty(), Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Recording").field(&*self.texts.lock()).finish()
    }
}

impl Shared {
    /// Counts a statement and hands its text to whoever records.
    #[inline]
    pub(crate) fn note(&self, sql: &str) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        if self.recording.load(Ordering::Relaxed) {
            for recorder in self.recorders.lock().iter() {
                recorder.lock().push(sql.to_owned());
            }
        }
    }
}
