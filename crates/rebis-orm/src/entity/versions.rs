//! [`Versions`]: the versions of a row behind its first, append-only, so that `&T` to any of them stays valid as long as the list.
//!
//! **Invariant.** A published version never moves and never changes. Reading takes no lock: the second lies at hand, because most objects have no
//! more (an insert and its key, a load and an edit), the next two in an allocation of their own (an insert, its parent's key and its own), later
//! ones in blocks that double in size, so finding the newest costs the same after one edit and after a million. An object that has one version
//! pays one word for it all. The type of the row is not known here, so this code exists once, not per model.

use std::any::Any;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use once_cell::race::OnceBox;
use parking_lot::Mutex;

use crate::relation::Slot;

const BLOCKS: usize = 32;

/// A row of the model that its object is of.
pub(crate) type Version = Box<dyn Any + Send + Sync>;

/// The slots of an object's relations.
pub(crate) type Slots = Box<[Mutex<Slot>]>;

type Block = OnceLock<Box<[OnceLock<Version>]>>;

/// The versions behind the first, and the slots of the relations, which most objects never have.
#[derive(Default)]
pub(crate) struct Versions(OnceBox<Rest>);

#[derive(Default)]
struct Rest {
    /// How many there are beyond the first; changed only under the instance's state lock.
    more: AtomicU32,
    current: AtomicU32,
    second: OnceLock<Version>,
    /// The first block, apart from the others: few objects have more.
    block: OnceBox<[OnceLock<Version>; 2]>,
    blocks: OnceBox<[Block; BLOCKS]>,
    slots: OnceLock<Slots>,
}

impl Versions {
    fn rest(&self) -> &Rest {
        self.0.get_or_init(Box::default)
    }

    /// The slots, when they were made.
    pub(crate) fn slots(&self) -> Option<&Slots> {
        self.0.get()?.slots.get()
    }

    pub(crate) fn slots_or(&self, make: impl FnOnce() -> Slots) -> &Slots {
        self.rest().slots.get_or_init(make)
    }

    /// The number of the version that is shown; the first is 0.
    #[inline]
    pub(crate) fn current(&self) -> u32 {
        self.0.get().map_or(0, |rest| rest.current.load(Ordering::Acquire))
    }

    /// The version that is shown; nothing for the first.
    #[inline]
    pub(crate) fn newest(&self) -> Option<&Version> {
        match self.current() {
            0 => None,
            n => self.at(n),
        }
    }

    /// A version by number; nothing for the first.
    pub(crate) fn at(&self, n: u32) -> Option<&Version> {
        let rest = self.0.get()?;
        match n {
            0 => None,
            1 => rest.second.get(),
            2 | 3 => rest.block.get()?[(n & 1) as usize].get(),
            _ => {
                let (block, place) = position(n);
                rest.blocks.get()?.get(block)?.get()?.get(place)?.get()
            }
        }
    }

    /// Shows an earlier version again.
    pub(crate) fn show(&self, n: u32) {
        if let Some(rest) = self.0.get() {
            rest.current.store(n.min(rest.more.load(Ordering::Acquire)), Ordering::Release);
        }
    }

    /// Appends a version and shows it. The caller holds the instance's state lock, so that numbers are given once.
    pub(crate) fn push(&self, row: Version) {
        let rest = self.rest();
        let n = rest.more.load(Ordering::Acquire) + 1;
        let place = match n {
            1 => &rest.second,
            2 | 3 => &rest.block.get_or_init(Box::default)[(n & 1) as usize],
            _ => {
                let (block, place) = position(n);
                let blocks = rest.blocks.get_or_init(|| Box::new(std::array::from_fn(|_| OnceLock::new())));
                &blocks[block].get_or_init(|| (0..1_usize << block).map(|_| OnceLock::new()).collect())[place]
            }
        };
        if place.set(row).is_ok() {
            rest.more.store(n, Ordering::Release);
            rest.current.store(n, Ordering::Release);
        }
    }
}

/// Versions 2 and 3 are block 1, 4 to 7 are block 2, …
fn position(n: u32) -> (usize, usize) {
    let block = n.max(1).ilog2();
    (block as usize, (n - (1 << block).min(n)) as usize)
}

#[cfg(test)]
mod tests {
    use super::{Slots, Version, Versions};

    #[test]
    fn references_stay_valid_while_versions_are_added() {
        fn text(version: Option<&Version>) -> &str {
            version.and_then(|v| v.downcast_ref::<String>()).map_or("first", String::as_str)
        }
        let versions = Versions::default();
        assert_eq!(text(versions.newest()), "first");
        versions.push(Box::new(String::from("1")));
        let second = text(versions.newest());
        for i in 2..=1000 {
            versions.push(Box::new(i.to_string()));
            assert_eq!(text(versions.newest()), i.to_string());
        }
        assert_eq!(second, "1");
        let shown = |n: u32| text(versions.at(n));
        assert_eq!([0, 1, 2, 3, 4, 513].map(shown), ["first", "1", "2", "3", "4", "513"]);
        versions.show(7);
        assert_eq!(text(versions.newest()), "7");
        versions.push(Box::new(String::from("x")));
        assert_eq!((text(versions.newest()), text(versions.at(1000))), ("x", "1000"));
        assert!(versions.slots().is_none());
        assert_eq!((versions.slots_or(Slots::default).len(), versions.slots().is_some()), (0, true));
    }
}
