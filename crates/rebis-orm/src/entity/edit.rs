//! [`Edit`]: the guard through which an object changes. Invariant: one lives at a time; dropping it publishes a version, once.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::Weak;

use super::Entity;
use super::State;
use super::instance::AnyInstance;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Model, cell_of};
use crate::relation::{Attach, forget_stale_parents, relate_pending};
use crate::session::Shared;

/// A guard to change an object with; other handles see the change when it is dropped.
///
/// Do not hold it over an `.await`: a flush waits a moment for the guards of its session, and then refuses.
pub struct Edit<T: Model> {
    entity: Entity<T>,
    row: Option<T>,
    /// The version that the guard began with.
    base: u32,
    /// The object's session, which counts the guard while it lives.
    session: Option<Arc<Shared>>,
}

impl<T: Model> Edit<T> {
    pub(crate) fn new(entity: &Entity<T>) -> Result<Self> {
        let mut status = entity.0.status();
        if status.editing {
            drop(status);
            let any: &dyn AnyInstance = &*entity.0;
            return Err(Error::new(
                ErrorKind::State,
                format!("{} is being edited through another guard", any.label()),
            )
            .on(T::DEF.name)
            .advise("let the first guard of `edit()` go out of scope before the next is made"));
        }
        status.editing = true;
        let session = status.group.as_ref().and_then(|group| group.session.upgrade());
        if let Some(session) = &session {
            session.edit_begins();
        }
        let base = entity.0.rows.current();
        drop(status);
        Ok(Edit { entity: entity.clone(), row: Some(entity.0.rows.at(base).clone()), base, session })
    }
}

impl<T: Model> Edit<T> {
    /// Asks the validators about what this guard has changed, before it is published: `Edit::check(&edit)?`.
    ///
    /// A flush asks them in every case. Changes that are not valid stay in the object; set the fields back, or roll back.
    ///
    /// # Errors
    /// The first refusal, with the field's name.
    pub fn check(edit: &Self) -> Result<()> {
        let changed = T::changed(edit, edit.entity.0.rows.at(edit.base));
        T::validate(edit, changed).map_err(|invalid| invalid.of(&edit.entity.object()))
    }
}

impl<T: Model> Deref for Edit<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.row.as_ref().unwrap_or_else(|| self.entity.0.rows.newest())
    }
}

impl<T: Model> DerefMut for Edit<T> {
    fn deref_mut(&mut self) -> &mut T {
        let entity = &self.entity;
        self.row.get_or_insert_with(|| entity.0.rows.newest().clone())
    }
}

impl<T: Model> Drop for Edit<T> {
    fn drop(&mut self) {
        let Some(mut row) = self.row.take() else { return };
        let instance = &self.entity.0;
        let owner: Weak<dyn AnyInstance> = Arc::<super::Instance<T>>::downgrade(instance);
        let mut attach = Attach::new(&owner);
        T::attach(&mut row, &mut attach);
        if instance.rows.current() != self.base {
            row = self.rebased(&row);
        }
        let changed = T::changed(&row, instance.rows.newest());
        if !changed.is_empty() {
            crate::session::before_change(&self.entity.object());
        }
        {
            let mut status = instance.status();
            status.editing = false;
            let new = matches!(status.state, State::Transient | State::Pending);
            for column in changed.iter() {
                // As in a struct literal: 0 means that the database makes the key.
                let made = new
                    && T::DEF.columns[column].autoincrement
                    && T::value_of(&row, column) == rebis_sql::Value::Int(0);
                status.unset = status.unset.without(column).with_if(column, made);
            }
            if !changed.is_empty() {
                instance.rows.push(row);
            }
        }
        if !changed.is_empty() {
            forget_stale_parents(&**instance, changed);
            crate::session::register_change(&self.entity.object());
        }
        relate_pending(instance, attach.pending);
        if let Some(session) = self.session.take() {
            session.edit_ends();
        }
    }
}

impl<T: Model> Edit<T> {
    /// The guard's changes on top of the row as it is now: a rollback or a refresh has gone past the guard.
    fn rebased(&self, row: &T) -> T {
        let rows = &self.entity.0.rows;
        let mut newest = rows.newest().clone();
        for column in T::changed(row, rows.at(self.base)).iter() {
            // What the row gave itself, the row takes.
            let _ = T::set_value(&mut newest, column, cell_of(&T::value_of(row, column)));
        }
        newest
    }
}

impl<T: Model + std::fmt::Debug> std::fmt::Debug for Edit<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}
