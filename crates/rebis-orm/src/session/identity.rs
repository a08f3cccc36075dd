//! [`IdentityMap`]: key → the one object.
//!
//! **Invariant.** Weak, so what nobody holds is forgotten. Typed by the key, so an integer is no allocation; not by the model, so the code exists
//! once for all models whose keys are of one type.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::entity::{AnyInstance, Object};
use crate::model::Key;
use crate::relation::Content;

/// The objects of one model in a session, by key.
#[doc(hidden)]
pub struct IdentityMap<K> {
    map: HashMap<K, Option<Weak<dyn AnyInstance>>, foldhash::fast::RandomState>,
    /// The size at which the entries of forgotten objects are swept out.
    sweep_at: usize,
    /// Whether the last row that was read was that of an object that is here: then the next one's probably is, too.
    pub(crate) meets_known: bool,
}

impl<K> std::fmt::Debug for IdentityMap<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdentityMap({})", self.map.len())
    }
}

impl<K> Default for IdentityMap<K> {
    fn default() -> Self {
        IdentityMap { map: HashMap::default(), sweep_at: 1024, meets_known: false }
    }
}

impl<K: Key> IdentityMap<K> {
    pub(crate) fn live(&self, key: &K) -> Option<Object> {
        self.map.get(key)?.as_ref()?.upgrade()
    }

    /// Makes room at once for so many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.sweep();
        self.map.reserve(more);
    }

    pub(crate) fn insert(&mut self, key: K, object: Weak<dyn AnyInstance>) {
        *self.place(key) = Some(object);
    }

    /// Where the object with that key is entered, and is when it is there: one search for both.
    pub(crate) fn place(&mut self, key: K) -> &mut Option<Weak<dyn AnyInstance>> {
        self.sweep();
        self.map.entry(key).or_default()
    }

    #[inline]
    fn sweep(&mut self) {
        if self.map.len() >= self.sweep_at {
            self.sweep_now();
        }
    }

    /// A sweep that finds nothing forgotten was too early: the next one waits for four times as many, so that loading much and keeping it all
    /// is not swept at every doubling.
    #[cold]
    fn sweep_now(&mut self) {
        let before = self.map.len();
        self.map.retain(|_, place| place.as_ref().is_some_and(|weak| weak.strong_count() > 0));
        let grow = if self.map.len() == before { 4 } else { 2 };
        self.sweep_at = (self.map.len() * grow).max(1024);
    }

    /// Forgets an object, unless another one has its key by now.
    pub(crate) fn remove(&mut self, key: &K, object: &dyn AnyInstance) {
        let is_it = |found: &Weak<dyn AnyInstance>| std::ptr::addr_eq(found.as_ptr(), object);
        if self.map.get(key).and_then(Option::as_ref).is_some_and(is_it) {
            self.map.remove(key);
        }
    }

    /// Every live object, by key.
    pub(crate) fn all(&self) -> Vec<Object> {
        let mut all: Vec<_> =
            self.map.iter().filter_map(|(key, place)| Some((key, place.as_ref()?.upgrade()?))).collect();
        all.sort_by(|a, b| a.0.cmp(b.0));
        all.into_iter().map(|(_, object)| object).collect()
    }
}

/// An identity map, whatever the keys are.
pub(crate) trait AnyMap: Any + Send + Sync {
    /// Every live object.
    fn objects(&self) -> Vec<Object>;
}

impl<K: Key> AnyMap for Mutex<IdentityMap<K>> {
    fn objects(&self) -> Vec<Object> {
        self.lock().map.values().flatten().filter_map(Weak::upgrade).collect()
    }
}

/// Makes a strong reference to one object weak where that object holds a collection: every circle of relations has such a step.
pub(crate) fn break_circles(object: &Object) {
    for slot in object.made_slots() {
        // Most are weak already.
        let target = match &slot.lock().content {
            Content::One(Some(crate::relation::Reference::Strong(target))) => Arc::clone(target),
            _ => continue,
        };
        let holds = target.made_slots().iter().any(|s| s.try_lock().is_some_and(|s| s.many().is_some()));
        let mut slot = slot.lock();
        if let (true, Content::One(Some(reference))) = (holds, &mut slot.content) {
            *reference = crate::relation::Reference::Weak(Arc::downgrade(&target));
        }
    }
}
