//! [`Edit`]: the guard through which an object changes. Invariant: one lives at a time; dropping it publishes a version, once.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use rebis_sql::Value;

use super::instance::{AnyInstance, Object};
use super::versions::Version;
use super::{Entity, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ColumnSet, Model, ModelMeta, cell_of};
use crate::relation::{Attach, forget_stale_parents, relate_all};
use crate::session::{Shared, before_change, register_change};

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
        let (base, session) = begin(&*entity.0)?;
        Ok(Edit { entity: entity.clone(), row: Some(entity.0.at(base).clone()), base, session })
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
        let changed = T::changed(edit, edit.entity.0.at(edit.base));
        T::validate(edit, changed).map_err(|invalid| invalid.of(&edit.entity.object()))
    }
}

impl<T: Model> Deref for Edit<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.row.as_ref().unwrap_or_else(|| self.entity.0.newest())
    }
}

impl<T: Model> DerefMut for Edit<T> {
    fn deref_mut(&mut self) -> &mut T {
        let entity = &self.entity;
        self.row.get_or_insert_with(|| entity.0.newest().clone())
    }
}

impl<T: Model> Drop for Edit<T> {
    fn drop(&mut self) {
        let Some(mut row) = self.row.take() else { return };
        let object = self.entity.object();
        let owner = Arc::downgrade(&object);
        let mut attach = Attach::new(&owner);
        T::attach(&mut row, &mut attach);
        if object.version() != self.base {
            row = self.rebased(&row);
        }
        let changed = T::changed(&row, self.entity.0.newest());
        let made = made_by_database(T::meta(), changed, &|column| T::value_of(&row, column));
        publish(&object, changed, made, Box::new(row));
        relate_all(&object, attach.pending);
        if let Some(session) = self.session.take() {
            session.edit_ends();
        }
    }
}

/// Notes that a guard of this object lives: the version that it begins with, and the object's session.
fn begin(object: &dyn AnyInstance) -> Result<(u32, Option<Arc<Shared>>)> {
    let mut status = object.status();
    if status.editing {
        drop(status);
        let what = format!("{} is being edited through another guard", object.label());
        return Err(Error::new(ErrorKind::State, what)
            .on(object.meta().def.name)
            .advise("let the first guard of `edit()` go out of scope before the next is made"));
    }
    status.editing = true;
    let session = status.group.as_ref().and_then(|group| group.session.upgrade());
    if let Some(session) = &session {
        session.edit_begins();
    }
    Ok((object.version(), session))
}

/// The columns among these whose 0 says, as in a struct literal, that the database makes the key.
pub(super) fn made_by_database(
    model: &ModelMeta,
    columns: ColumnSet,
    value: &dyn Fn(usize) -> Value,
) -> ColumnSet {
    let is_made = |&column: &usize| columns.has(column) && value(column) == Value::Int(0);
    model.autoincrement.iter().filter(is_made).fold(ColumnSet::EMPTY, ColumnSet::with)
}

/// Publishes a version with these columns changed, and registers it. `made` are those that the database makes.
fn publish(object: &Object, changed: ColumnSet, made: ColumnSet, row: Version) {
    if changed.is_empty() {
        object.status().editing = false;
        return;
    }
    before_change(object);
    {
        let mut status = object.status();
        status.editing = false;
        let is_new = matches!(status.state, State::Transient | State::Pending);
        let unset = status.unset.minus(changed);
        status.unset = if is_new { unset.union(made) } else { unset };
        object.core().push(&status, row);
    }
    forget_stale_parents(&**object, changed);
    register_change(object);
}

impl<T: Model> Edit<T> {
    /// The guard's changes on top of the row as it is now: a rollback or a refresh has gone past the guard.
    fn rebased(&self, row: &T) -> T {
        let instance = &self.entity.0;
        let mut newest = instance.newest().clone();
        for column in T::changed(row, instance.at(self.base)).iter() {
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
