//! [`Entity`]: a handle to the one object a session holds for a row. Invariant: reading through it takes no lock.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::edit::made_by_database;
use super::instance::AnyInstance;
use super::state::Status;
use super::{Edit, Instance, Object, State};
use crate::error::Result;
use crate::model::{ColumnSet, Model};

/// A shared handle to an object. Reads like the struct; [`edit`](Entity::edit) changes it.
///
/// Two handles are equal when they are the same object. Cloning is cheap.
pub struct Entity<T: Model>(pub(crate) Arc<Instance<T>>);

impl<T: Model> Entity<T> {
    /// An object in no session, for the derive.
    #[doc(hidden)]
    pub fn transient(row: T, unset: ColumnSet) -> Self {
        let meta = T::meta();
        let made = made_by_database(meta, meta.autoincrement, &|column| T::value_of(&row, column));
        Entity(Instance::new(row, Status::of_new(unset.union(made))))
    }

    /// The primary key; nothing before the row is written, unless the program gave it.
    #[must_use]
    pub fn key(&self) -> Option<T::Key> {
        let any: &dyn AnyInstance = &*self.0;
        any.has_key().then(|| T::key_of(self.0.newest()))
    }

    /// Where the object stands between Rust and the database.
    #[must_use]
    pub fn state(&self) -> State {
        let status = self.0.status();
        match (status.state, &status.group) {
            (State::Persistent, Some(group)) if group.session.strong_count() == 0 => State::Detached,
            (state, _) => state,
        }
    }

    /// A guard to change the object with; the change is published when the guard is dropped, and registered with the session.
    ///
    /// # Panics
    /// When another guard of this object lives: two of them would overwrite each other's work. [`try_edit`](Self::try_edit) gives an
    /// error instead.
    #[track_caller]
    #[must_use = "the change is made through the guard"]
    pub fn edit(&self) -> Edit<T> {
        match self.try_edit() {
            Ok(edit) => edit,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`edit`](Self::edit).
    ///
    /// # Errors
    /// When another guard of this object lives.
    pub fn try_edit(&self) -> Result<Edit<T>> {
        Edit::new(self)
    }

    /// Whether both are handles of one object.
    #[must_use]
    pub fn same(&self, other: &Entity<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn object(&self) -> Object {
        Arc::<Instance<T>>::clone(&self.0)
    }
}

impl<T: Model> Deref for Entity<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        self.0.newest()
    }
}

impl<T: Model> Clone for Entity<T> {
    fn clone(&self) -> Self {
        Entity(Arc::clone(&self.0))
    }
}

impl<T: Model> PartialEq for Entity<T> {
    fn eq(&self, other: &Self) -> bool {
        self.same(other)
    }
}

impl<T: Model> Eq for Entity<T> {}

impl<T: Model + fmt::Display> fmt::Display for Entity<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// A handle that does not keep the object alive.
pub struct WeakEntity<T: Model>(std::sync::Weak<Instance<T>>);

impl<T: Model> Entity<T> {
    /// A handle that does not keep the object alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakEntity<T> {
        WeakEntity(Arc::downgrade(&self.0))
    }
}

impl<T: Model> WeakEntity<T> {
    /// The object, while anyone holds it.
    #[must_use]
    pub fn upgrade(&self) -> Option<Entity<T>> {
        self.0.upgrade().map(Entity)
    }
}

impl<T: Model> fmt::Debug for WeakEntity<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakEntity<{}>", T::DEF.name)
    }
}
