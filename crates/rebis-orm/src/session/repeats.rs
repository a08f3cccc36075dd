//! The same read again and again: the mark of a loop that asks for one row at a time. Invariant: counted in debug builds only, for each
//! transaction anew, and said once.

use std::any::TypeId;
use std::hash::BuildHasher;

use super::Shared;

/// From how many on it is said.
const MANY: u32 = 20;

impl Shared {
    /// Counts a read, of a model, a relation of it or by a text; `what` says what it was and how to read at once.
    pub(crate) fn note_read(
        &self,
        model: Option<TypeId>,
        relation: usize,
        sql: &str,
        what: &dyn Fn() -> String,
    ) {
        if !cfg!(debug_assertions) {
            return;
        }
        let mut reads = self.reads.lock();
        let read = reads.hasher().hash_one((model, relation, sql));
        let count = reads.entry(read).or_insert(0);
        *count += 1;
        if *count == MANY {
            drop(reads);
            let text = format!("{MANY} statements in one transaction for {}", what());
            tracing::warn!(target: "rebis::orm", "{text}");
            if let Ok(engine) = self.database.engine() {
                engine.remark(&text);
            }
        }
    }

    /// The transaction has ended.
    pub(super) fn forget_reads(&self) {
        if cfg!(debug_assertions) {
            self.reads.lock().clear();
        }
    }
}
