//! [`IdentityMap`]: key → the one object. Invariant: weak, so what nobody holds is forgotten; typed, so an integer key is no allocation.

use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::entity::{Instance, Object};
use crate::model::Model;
use crate::relation::Content;

/// The objects of one model in a session, by key.
#[doc(hidden)]
pub struct IdentityMap<T: Model> {
    map: HashMap<T::Key, Weak<Instance<T>>, foldhash::fast::RandomState>,
    /// The size at which the entries of forgotten objects are swept out.
    sweep_at: usize,
    /// Whether the last row that was read was that of an object that is here: then the next one's probably is, too.
    pub(crate) meets_known: bool,
}

impl<T: Model> std::fmt::Debug for IdentityMap<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdentityMap({} of {})", self.map.len(), T::DEF.name)
    }
}

impl<T: Model> Default for IdentityMap<T> {
    fn default() -> Self {
        IdentityMap { map: HashMap::default(), sweep_at: 1024, meets_known: false }
    }
}

impl<T: Model> IdentityMap<T> {
    pub(crate) fn get(&self, key: &T::Key) -> Option<&Weak<Instance<T>>> {
        self.map.get(key)
    }

    pub(crate) fn live(&self, key: &T::Key) -> Option<Arc<Instance<T>>> {
        self.map.get(key)?.upgrade()
    }

    /// Makes room at once for so many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.sweep();
        self.map.reserve(more);
    }

    pub(crate) fn insert(&mut self, key: T::Key, instance: Weak<Instance<T>>) {
        self.sweep();
        self.map.insert(key, instance);
    }

    /// The object with that key, and whether it was there; else the one that `make` gives, entered. One search for both.
    #[inline]
    pub(crate) fn live_or_insert<E>(
        &mut self,
        key: T::Key,
        make: impl FnOnce() -> Result<Arc<Instance<T>>, E>,
    ) -> Result<(Arc<Instance<T>>, bool), E> {
        self.sweep();
        match self.map.entry(key) {
            Entry::Occupied(mut place) => match place.get().upgrade() {
                Some(known) => Ok((known, true)),
                None => {
                    let new = make()?;
                    place.insert(Arc::downgrade(&new));
                    Ok((new, false))
                }
            },
            Entry::Vacant(place) => {
                let new = make()?;
                place.insert(Arc::downgrade(&new));
                Ok((new, false))
            }
        }
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
        self.map.retain(|_, weak| weak.strong_count() > 0);
        let grow = if self.map.len() == before { 4 } else { 2 };
        self.sweep_at = (self.map.len() * grow).max(1024);
    }

    pub(crate) fn remove(&mut self, key: &T::Key) {
        self.map.remove(key);
    }

    /// Every live object, by key.
    pub(crate) fn all(&self) -> Vec<Arc<Instance<T>>> {
        let mut all: Vec<_> = self.map.iter().filter_map(|(k, w)| w.upgrade().map(|i| (k, i))).collect();
        all.sort_by(|a, b| a.0.cmp(b.0));
        all.into_iter().map(|(_, i)| i).collect()
    }
}

/// An identity map of any model.
pub(crate) trait AnyMap: Any + Send + Sync {
    /// The live objects that may hold others: those of a model with relations.
    fn holders(&self) -> Vec<Object>;
    /// Every live object.
    fn objects(&self) -> Vec<Object>;
}

impl<T: Model> AnyMap for Mutex<IdentityMap<T>> {
    fn holders(&self) -> Vec<Object> {
        if T::DEF.relations.is_empty() {
            return Vec::new();
        }
        self.objects()
    }

    fn objects(&self) -> Vec<Object> {
        self.lock().map.values().filter_map(Weak::upgrade).map(|i| i as Object).collect()
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
