//! [`Slot`]: what a relation of one object holds. Invariant: «not loaded» is a state of its own, never an empty list.

use std::sync::{Arc, Weak};

use crate::entity::{AnyInstance, Object};

#[derive(Clone, Default)]
pub(crate) struct Slot {
    pub(crate) content: Content,
    /// Added to a collection that is not loaded.
    pub(crate) added: Vec<Object>,
    /// Taken out of the collection since the last flush, for delete-orphan.
    pub(crate) removed: Vec<Object>,
    /// A builder, a struct or an edit filled it, and the relation is declared in a way that cannot work: the flush says so.
    pub(crate) misdeclared: bool,
    /// Differs from what was committed.
    pub(crate) touched: bool,
}

#[derive(Clone, Default)]
pub(crate) enum Content {
    #[default]
    Unloaded,
    One(Option<Reference>),
    Many(Vec<Object>),
}

/// A reference to one object. The side that a loaded collection fills in is weak: the collection holds this object, and two strong
/// references in a circle would never be freed.
#[derive(Clone)]
pub(crate) enum Reference {
    Strong(Object),
    Weak(Weak<dyn AnyInstance>),
}

impl Reference {
    pub(crate) fn get(&self) -> Option<Object> {
        match self {
            Reference::Strong(object) => Some(Arc::clone(object)),
            Reference::Weak(weak) => weak.upgrade(),
        }
    }
}

impl Slot {
    /// What is loaded: nothing when it is not (or when what a weak reference pointed to is gone).
    pub(crate) fn one(&self) -> Option<Option<Object>> {
        match &self.content {
            Content::One(None) => Some(None),
            Content::One(Some(reference)) => reference.get().map(Some),
            _ => None,
        }
    }

    pub(crate) fn many(&self) -> Option<&Vec<Object>> {
        match &self.content {
            Content::Many(all) => Some(all),
            _ => None,
        }
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.many().is_some() || self.one().is_some()
    }

    pub(crate) fn clear(&mut self) {
        *self = Slot::default();
    }
}
