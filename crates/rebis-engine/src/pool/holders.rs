//! Who holds connections, for the error that says so. Invariant: adding and removing is O(1) and allocates only while the pool grows.

use std::panic::Location;
use std::time::Instant;

#[derive(Default)]
pub(super) struct Holders {
    slots: Vec<Option<Holder>>,
    free: Vec<usize>,
}

struct Holder {
    since: Instant,
    /// Where it was acquired; said in debug builds only, as paths of the source are nobody's business in production.
    at: &'static Location<'static>,
}

impl Holders {
    pub(super) fn add(&mut self, since: Instant, at: &'static Location<'static>) -> usize {
        let holder = Some(Holder { since, at });
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot] = holder;
                slot
            }
            None => {
                self.slots.push(holder);
                self.slots.len() - 1
            }
        }
    }

    pub(super) fn remove(&mut self, slot: usize) {
        self.slots[slot] = None;
        self.free.push(slot);
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// `held for 31s by src/a.rs:7, 2s by src/b.rs:9; `, the longest first.
    pub(super) fn describe(&self) -> String {
        const MOST: usize = 8;
        let mut held: Vec<&Holder> = self.slots.iter().flatten().collect();
        held.sort_by_key(|h| h.since);
        let shown: Vec<String> = held
            .iter()
            .take(MOST)
            .map(|h| {
                let for_ = format!("{:.1} s", h.since.elapsed().as_secs_f64());
                if cfg!(debug_assertions) {
                    format!("{for_} (acquired at {}:{})", h.at.file(), h.at.line())
                } else {
                    for_
                }
            })
            .collect();
        if shown.is_empty() {
            return String::new();
        }
        let more = if held.len() > MOST { format!(" and {} more", held.len() - MOST) } else { String::new() };
        format!("held for {}{more}; ", shown.join(", "))
    }
}
