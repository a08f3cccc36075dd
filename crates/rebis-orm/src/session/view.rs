//! What a session is about to write, for programs and hooks that look. Invariant: looking changes nothing and does no I/O.

use super::Session;
use crate::entity::{Entity, Object, State, typed};
use crate::model::{EntityOf, Model};

impl Session {
    /// The objects of a model that were added and are not written yet, in the order of `add`.
    #[must_use]
    pub fn added<T: Model>(&self, model: EntityOf<T>) -> Vec<Entity<T>> {
        let _ = model;
        of(&self.0.work.lock().new)
    }

    /// The objects of a model that were changed since they were written or read, in the order of their first change.
    #[must_use]
    pub fn changed<T: Model>(&self, model: EntityOf<T>) -> Vec<Entity<T>> {
        let _ = model;
        let dirty = of(&self.0.work.lock().dirty);
        dirty.into_iter().filter(Entity::is_modified).collect()
    }

    /// The objects of a model whose rows the next flush deletes, in the order of `delete`.
    #[must_use]
    pub fn deleted<T: Model>(&self, model: EntityOf<T>) -> Vec<Entity<T>> {
        let _ = model;
        of(&self.0.work.lock().deleted)
    }

    /// Whether an object is in this session: pending or persistent.
    #[must_use]
    pub fn contains<T: Model>(&self, entity: &Entity<T>) -> bool {
        let object = entity.object();
        super::belongs(&*object, &self.0)
            && matches!(object.status().state, State::Pending | State::Persistent)
    }
}

fn of<T: Model>(objects: &[Object]) -> Vec<Entity<T>> {
    objects.iter().filter_map(typed).collect()
}

impl<T: Model> Entity<T> {
    /// The row as it was written or read last: what the object shows without the changes that wait for a flush. Nothing when it has no row.
    #[must_use]
    pub fn original(&self) -> Option<&T> {
        let status = self.0.status();
        let written = matches!(status.state, State::Persistent | State::Deleted | State::Detached);
        let flushed = status.flushed;
        drop(status);
        written.then(|| self.0.at(flushed))
    }

    /// Whether a column, or the object that a relation to one leads to, has changed since the row was written or read. A column that was
    /// set to the value it had has not.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        let status = self.0.status();
        let pointers = status.pointers.clone();
        drop(status);
        let moved = pointers.iter().any(|p| match &p.parent {
            Some(parent) => {
                parent.status().state == State::Pending
                    || parent.values(&p.link.parent) != self.object().values(&p.link.child)
            }
            None => self.object().values(&p.link.child).iter().any(|v| !v.is_null()),
        });
        moved || self.original().is_some_and(|row| !T::changed(&**self, row).is_empty())
    }
}
