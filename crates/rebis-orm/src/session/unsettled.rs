//! What was read after the transaction had written something: it may be the transaction's own work, which a rollback undoes.
//!
//! **Invariant.** After a rollback no relation shows what only the rolled back transaction wrote, and an object that may be out of date is
//! read again by the next `get` or query that brings it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::Shared;
use crate::entity::{Object, State};

impl Shared {
    /// The transaction writes.
    pub(crate) fn writes(&self) {
        self.written.store(true, Ordering::Release);
    }

    /// The transaction runs a statement that goes past the objects.
    pub(crate) fn writes_past(&self) {
        self.writes();
        self.past.store(true, Ordering::Release);
    }

    pub(crate) fn has_written(&self) -> bool {
        self.written.load(Ordering::Acquire)
    }

    /// Notes that a relation of this object is about to be loaded.
    pub(crate) fn note_loading(&self, owner: &Object) {
        if self.has_written() {
            self.work.lock().loaded.push(Arc::downgrade(owner));
        }
    }

    /// The transaction is committed: what was read is settled.
    pub(super) fn settled(&self) {
        self.written.store(false, Ordering::Release);
        self.past.store(false, Ordering::Release);
        self.work.lock().loaded.clear();
        self.forget_reads();
    }

    /// Work was rolled back, after its objects were restored.
    pub(super) fn forget_unsettled(&self, loaded: Vec<Weak<dyn super::AnyInstance>>) {
        let unsettled = |object: &Object| object.status().state == State::Persistent;
        for object in loaded.iter().filter_map(Weak::upgrade).filter(unsettled) {
            for slot in object.slots() {
                let mut slot = slot.lock();
                if !slot.touched {
                    slot.clear();
                }
            }
        }
        if self.past.load(Ordering::Acquire) {
            for object in self.objects().iter().filter(|o| unsettled(o)) {
                object.status().expired = true;
            }
            self.expired.store(true, Ordering::Release);
        }
    }
}
