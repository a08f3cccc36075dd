//! Guards of `edit()` that are alive. Invariant: a flush writes no object in the middle of an edit.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Shared;
use crate::error::{Error, ErrorKind, Result};

/// How long a flush waits for any edit to end. An edit takes microseconds, unless its guard is held over an `.await`.
const PATIENCE: Duration = Duration::from_millis(200);

impl Shared {
    pub(crate) fn edit_begins(&self) {
        self.editing.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn edit_ends(&self) {
        self.edited.fetch_add(1, Ordering::Relaxed);
        self.editing.fetch_sub(1, Ordering::AcqRel);
    }

    /// Waits for the edits of other tasks, and refuses when one does not end.
    pub(crate) async fn edits_end(&self) -> Result<()> {
        let mut since: Option<(usize, Instant)> = None;
        while self.editing.load(Ordering::Acquire) > 0 {
            let edited = self.edited.load(Ordering::Relaxed);
            match since {
                // Others go on editing: there will be a moment between two edits.
                Some((before, _)) if before != edited => since = Some((edited, Instant::now())),
                Some((_, start)) if start.elapsed() > PATIENCE => return Err(self.held()),
                Some(_) => {}
                None => since = Some((edited, Instant::now())),
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn held(&self) -> Error {
        let mut all = self.work.lock().new.clone();
        all.extend(self.objects());
        let edited = all.iter().find(|o| o.status().editing);
        let what = edited.map_or_else(|| String::from("an object"), |o| o.label());
        let error = Error::new(
            ErrorKind::State,
            format!("{what} is being edited: a guard of `edit()` was held over this `.await`, and what it changes is not known yet"),
        )
        .advise("let the guard go out of scope before; nothing was written, and the session goes on");
        match edited {
            Some(object) => error.on(object.meta().def.name),
            None => error,
        }
    }
}
