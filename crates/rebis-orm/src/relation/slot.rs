//! [`Slot`]: what a relation of one object holds. Invariant: «not loaded» is a state of its own, never an empty list.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::entity::{AnyInstance, Few, Object, State};
use crate::error::Error;

#[derive(Clone, Default)]
pub(crate) struct Slot {
    pub(crate) content: Content,
    /// Added to a collection that is not loaded.
    pub(crate) added: Few<Object>,
    /// Taken out of the collection since the last flush, for delete-orphan.
    pub(crate) removed: Few<Object>,
    /// The rows of the association that this transaction made, each with the object it leads to.
    pub(crate) links: Few<(Object, Object)>,
    /// A builder, a struct or an edit filled it in a way that cannot work: the flush says so.
    pub(crate) refused: Option<Arc<Error>>,
    /// Differs from what was committed.
    pub(crate) touched: bool,
}

#[derive(Clone, Default)]
pub(crate) enum Content {
    #[default]
    Unloaded,
    One(Option<Reference>),
    Many(Vec<Object>),
    /// What a query loaded of a collection, which is not the whole.
    Part(Vec<Object>),
    /// A collection of a session that has ended, some of whose objects it would hold in a circle.
    Parted(Vec<Reference>),
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

    /// What a collection holds, when it is loaded (and nothing of it is gone).
    pub(crate) fn all(&self) -> Option<Vec<Object>> {
        match &self.content {
            Content::Many(all) => Some(all.clone()),
            Content::Parted(all) => all.iter().map(Reference::get).collect(),
            _ => None,
        }
    }

    /// What `loaded()` shows: the whole, or the part that a query asked for and what was added to it.
    pub(crate) fn shown(&self) -> Option<Vec<Object>> {
        match &self.content {
            Content::Part(part) => Some(part.iter().chain(self.added.iter()).map(Arc::clone).collect()),
            _ => self.all(),
        }
    }

    /// Whether a collection is known to hold that object.
    pub(crate) fn holds(&self, object: &Object) -> bool {
        let among = |list: &[Object]| list.iter().any(|o| Arc::ptr_eq(o, object));
        among(&self.added) || matches!(&self.content, Content::Many(all) | Content::Part(all) if among(all))
    }

    /// How many objects [`holds`](Self::holds) looks at.
    pub(crate) fn length(&self) -> usize {
        self.added.len()
            + match &self.content {
                Content::Many(all) | Content::Part(all) => all.len(),
                _ => 0,
            }
    }

    /// Before it is changed: a collection that was parted is whole again, or not loaded.
    pub(crate) fn rejoin(&mut self) {
        if let Content::Parted(_) = &self.content {
            self.content = self.all().map_or(Content::Unloaded, Content::Many);
        }
    }

    /// What is loaded may not be the whole: it counts as added, until the whole is loaded.
    pub(crate) fn reopen(&mut self) {
        match &mut self.content {
            Content::Many(_) | Content::Parted(_) => {
                let all = self.all().unwrap_or_default();
                self.added.extend(all);
                self.content = Content::Unloaded;
                self.touched = true;
            }
            Content::One(None) if !self.touched => self.content = Content::Unloaded,
            _ => {}
        }
    }

    pub(crate) fn is_loaded(&self) -> bool {
        match &self.content {
            Content::Unloaded | Content::Part(_) => false,
            Content::One(_) => self.one().is_some(),
            Content::Many(_) => true,
            Content::Parted(all) => all.iter().all(|one| one.get().is_some()),
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Slot::default();
    }
}

/// The transaction is committed: what it changed is as it is in the database.
pub(crate) fn settle(slot: &Mutex<Slot>) {
    let links = {
        let mut slot = slot.lock();
        slot.touched = false;
        std::mem::take(&mut slot.links)
    };
    // Those that were made while the commit ran belong to the next transaction.
    let unwritten = links.into_iter().filter(|(_, association)| association.status().state == State::Pending);
    slot.lock().links.extend(unwritten);
}
