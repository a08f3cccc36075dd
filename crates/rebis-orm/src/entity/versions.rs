//! [`Versions`]: the versions of a row, append-only, so that `&T` to any of them stays valid as long as the list.
//!
//! **Invariant.** A published version never moves and never changes. Reading takes no lock: the first version lies inline, the second in an
//! allocation of its own, because most objects have no more (an insert and its key, a load and an edit), the next two in another (an insert, its
//! parent's key and its own), later ones in blocks that double in
//! size, so finding the newest costs the same after one edit and after a million. An object that has one version pays one word for it all.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use once_cell::race::OnceBox;

const BLOCKS: usize = 32;

type Block<T> = OnceLock<Box<[OnceLock<T>]>>;

/// The versions, and a `B` beside them that most objects never have.
pub(crate) struct Versions<T, B> {
    first: T,
    rest: OnceBox<Rest<T, B>>,
}

struct Rest<T, B> {
    /// How many there are beyond the first; changed only under the instance's state lock.
    more: AtomicU32,
    current: AtomicU32,
    second: OnceLock<T>,
    /// The first block, apart from the others: few objects have more.
    block: OnceBox<[OnceLock<T>; 2]>,
    blocks: OnceBox<[Block<T>; BLOCKS]>,
    beside: OnceLock<B>,
}

impl<T, B> Default for Rest<T, B> {
    fn default() -> Self {
        Rest {
            more: AtomicU32::new(0),
            current: AtomicU32::new(0),
            second: OnceLock::new(),
            block: OnceBox::new(),
            blocks: OnceBox::new(),
            beside: OnceLock::new(),
        }
    }
}

impl<T, B> Versions<T, B> {
    pub(crate) fn new(first: T) -> Self {
        Versions { first, rest: OnceBox::new() }
    }

    fn rest(&self) -> &Rest<T, B> {
        self.rest.get_or_init(Box::default)
    }

    /// What lies beside the versions, when it was made.
    pub(crate) fn beside(&self) -> Option<&B> {
        self.rest.get()?.beside.get()
    }

    pub(crate) fn beside_or(&self, make: impl FnOnce() -> B) -> &B {
        self.rest().beside.get_or_init(make)
    }

    /// The version that is shown.
    #[inline]
    pub(crate) fn newest(&self) -> &T {
        match self.current() {
            0 => &self.first,
            n => self.at(n),
        }
    }

    #[inline]
    pub(crate) fn current(&self) -> u32 {
        self.rest.get().map_or(0, |rest| rest.current.load(Ordering::Acquire))
    }

    /// A version by number.
    pub(crate) fn at(&self, n: u32) -> &T {
        let found = match (n, self.rest.get()) {
            (0, _) | (_, None) => None,
            (1, Some(rest)) => rest.second.get(),
            (2 | 3, Some(rest)) => rest.block.get().and_then(|block| block[(n & 1) as usize].get()),
            (_, Some(rest)) => {
                let (block, place) = position(n);
                rest.blocks.get().and_then(|blocks| blocks.get(block)?.get()?.get(place)?.get())
            }
        };
        found.unwrap_or(&self.first)
    }

    /// Shows an earlier version again.
    pub(crate) fn show(&self, n: u32) {
        if let Some(rest) = self.rest.get() {
            rest.current.store(n.min(rest.more.load(Ordering::Acquire)), Ordering::Release);
        }
    }

    /// Appends a version and shows it. The caller holds the instance's state lock, so that numbers are given once.
    pub(crate) fn push(&self, row: T) {
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
    use super::Versions;

    #[test]
    fn references_stay_valid_while_versions_are_added() {
        let versions = Versions::<_, u8>::new(String::from("0"));
        let first = versions.newest();
        for i in 1..=1000 {
            versions.push(i.to_string());
            assert_eq!(versions.newest(), &i.to_string());
        }
        assert_eq!(first, "0");
        let shown = |n: u32| versions.at(n).as_str();
        assert_eq!([1, 2, 3, 4, 513].map(shown), ["1", "2", "3", "4", "513"]);
        versions.show(7);
        assert_eq!(versions.newest(), "7");
        versions.push(String::from("x"));
        assert_eq!((versions.newest().as_str(), versions.at(1000).as_str()), ("x", "1000"));
        assert_eq!((versions.beside(), versions.beside_or(|| 1), versions.beside()), (None, &1, Some(&1)));
    }
}
