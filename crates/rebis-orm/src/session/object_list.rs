//! [`ObjectList`]: objects in the order in which they came, each once. Invariant: asking whether one is in it costs the same however many are.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use crate::entity::Object;

/// A list that knows what is in it. Reads as a slice.
#[derive(Default)]
pub(crate) struct ObjectList {
    all: Vec<Object>,
    /// An object that is kept here keeps its address.
    addresses: HashSet<usize, foldhash::fast::RandomState>,
}

impl ObjectList {
    /// `false` when it was there already.
    pub(crate) fn insert(&mut self, object: &Object) -> bool {
        let new = self.addresses.insert(object.address());
        if new {
            self.all.push(Arc::clone(object));
        }
        new
    }

    pub(crate) fn has(&self, object: &Object) -> bool {
        !self.all.is_empty() && self.addresses.contains(&object.address())
    }

    pub(crate) fn remove(&mut self, object: &Object) {
        if self.addresses.remove(&object.address()) {
            self.all.retain(|o| !Arc::ptr_eq(o, object));
        }
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Object) -> bool) {
        self.all.retain(|object| {
            let kept = keep(object);
            if !kept {
                self.addresses.remove(&object.address());
            }
            kept
        });
    }

    pub(crate) fn into_vec(self) -> Vec<Object> {
        self.all
    }
}

impl Deref for ObjectList {
    type Target = [Object];
    fn deref(&self) -> &[Object] {
        &self.all
    }
}
