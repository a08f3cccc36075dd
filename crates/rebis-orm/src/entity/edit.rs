//! [`Edit`]: the guard through which an object changes. Invariant: one lives at a time; dropping it publishes a version, once.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::Weak;

use super::Entity;
use super::instance::AnyInstance;
use crate::error::{Error, ErrorKind, Result};
use crate::model::Model;
use crate::relation::{Attach, forget_stale_parents, relate_pending};

/// A guard to change an object with. Do not hold it over an `.await`: other handles see the change when it is dropped.
pub struct Edit<T: Model> {
    entity: Entity<T>,
    row: Option<T>,
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
        drop(status);
        Ok(Edit { entity: entity.clone(), row: Some(entity.0.rows.newest().clone()) })
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
        let changed = T::changed(&row, instance.rows.newest());
        if !changed.is_empty() {
            let any: &dyn AnyInstance = &**instance;
            crate::session::before_change(any);
        }
        {
            let mut status = instance.status();
            status.editing = false;
            for column in changed.iter() {
                status.unset = status.unset.without(column);
            }
            if !changed.is_empty() {
                instance.rows.push(row);
            }
        }
        if !changed.is_empty() {
            let any: &dyn AnyInstance = &**instance;
            forget_stale_parents(any, changed);
            crate::session::register_change(any);
        }
        relate_pending(instance, attach.pending);
    }
}

impl<T: Model + std::fmt::Debug> std::fmt::Debug for Edit<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}
