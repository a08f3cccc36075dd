//! `Instance`: the one object behind all handles of a row, and its face without the type, [`AnyInstance`].
//!
//! **Invariant.** The unit of work and the relations speak to `dyn AnyInstance` only, so their code exists once, not per model.

use std::any::Any;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use rebis_engine::Row;
use rebis_sql::{Cell, DecodeError, Value};

use super::state::{State, Status, StatusCell, StatusGuard};
use super::versions::{Slots, Version, Versions};
use super::{Entity, Group};
use crate::error::Result;
use crate::model::{ColumnSet, Invalid, Model, ModelMeta, RowKey, cell_of};
use crate::relation::{Attach, Content, Reference, Slot, relate_pending};
use crate::session::Shared;

/// An object of any model.
pub(crate) type Object = Arc<dyn AnyInstance>;

pub(crate) struct Instance<T: Model> {
    /// The row as it came.
    first: T,
    core: Core,
}

/// What an object has, whatever its model is.
pub(crate) struct Core {
    versions: Versions,
    status: StatusCell,
}

pub(crate) trait AnyInstance: Any + Send + Sync {
    fn meta(&self) -> &'static ModelMeta;
    fn core(&self) -> &Core;
    /// Whether its model has relations: known without a look at the object, which a pass over many of them would have to fetch.
    fn has_relations(&self) -> bool;
    fn value(&self, column: usize) -> Value;
    /// A column's value in an earlier version of the row.
    fn value_at(&self, version: u32, column: usize) -> Value;
    fn changed_since(&self, version: u32) -> ColumnSet;
    /// Publishes a version with these columns changed.
    fn set(&self, values: &[(usize, Value)]) -> Result<()>;
    /// Publishes a version with these columns read from a row, the first at `at`.
    fn absorb(&self, columns: &[usize], row: &Row<'_>, at: usize) -> rebis_engine::Result<()>;
    /// The deferred columns that are not loaded.
    fn unloaded(&self) -> ColumnSet;
    /// Fills in a deferred column.
    fn fill(&self, column: usize, cell: Cell<'_>) -> std::result::Result<(), DecodeError>;
    /// How its key stands to that of another object of its model.
    fn compare_keys(&self, other: &dyn AnyInstance) -> Ordering;
    /// Enters these objects of the same model into the session's map.
    fn enter_map(&self, session: &Shared, all: &[Object]);
    fn leave_map(&self, session: &Shared);
    /// The object that the session holds under this one's key.
    fn namesake(&self, session: &Shared) -> Option<Object>;
    /// Sets these columns as a program does, through a guard of `edit()`.
    fn change(self: Arc<Self>, values: &[(usize, Value)]) -> Result<()>;
    /// How it reads in one line, when its struct says so.
    fn repr(&self) -> Option<String>;
    /// Whether its model has validators.
    fn validates(&self) -> bool;
    /// Asks the validators of these columns.
    fn validate(&self, columns: ColumnSet) -> std::result::Result<(), Invalid>;
    /// Another object with the same row.
    fn twin(&self, status: Status) -> Object;
    /// Publishes a version that is the row, whose columns begin at `at`.
    fn take(self: Arc<Self>, row: &Row<'_>, at: usize) -> rebis_engine::Result<()>;
}

impl<T: Model> AnyInstance for Instance<T> {
    fn meta(&self) -> &'static ModelMeta {
        T::meta()
    }

    fn core(&self) -> &Core {
        &self.core
    }

    fn has_relations(&self) -> bool {
        !T::DEF.relations.is_empty()
    }

    fn value(&self, column: usize) -> Value {
        T::value_of(self.newest(), column)
    }

    fn value_at(&self, version: u32, column: usize) -> Value {
        T::value_of(self.at(version), column)
    }

    fn changed_since(&self, version: u32) -> ColumnSet {
        if version == self.core.versions.current() {
            return ColumnSet::EMPTY;
        }
        T::changed(self.newest(), self.at(version))
    }

    fn set(&self, values: &[(usize, Value)]) -> Result<()> {
        let mut row = self.newest().clone();
        for (column, value) in values {
            T::set_value(&mut row, *column, cell_of(value))?;
        }
        self.publish(row);
        Ok(())
    }

    fn absorb(&self, columns: &[usize], row: &Row<'_>, at: usize) -> rebis_engine::Result<()> {
        let mut new = self.newest().clone();
        for (i, &column) in columns.iter().enumerate() {
            T::set_value(&mut new, column, row.cell(at + i)?)?;
        }
        if !T::changed(&new, self.newest()).is_empty() {
            self.publish(new);
        }
        Ok(())
    }

    fn unloaded(&self) -> ColumnSet {
        T::unloaded(self.newest())
    }

    fn fill(&self, column: usize, cell: Cell<'_>) -> std::result::Result<(), DecodeError> {
        T::fill(self.newest(), column, cell)
    }

    fn compare_keys(&self, other: &dyn AnyInstance) -> Ordering {
        let other: &dyn Any = other;
        match other.downcast_ref::<Self>() {
            Some(other) => T::key_of(self.newest()).cmp(&T::key_of(other.newest())),
            None => Ordering::Equal,
        }
    }

    fn enter_map(&self, session: &Shared, all: &[Object]) {
        let map = session.map::<T>();
        let mut map = map.lock();
        map.reserve(all.len());
        for object in all {
            let any: &dyn Any = &**object;
            if let Some(instance) = any.downcast_ref::<Self>() {
                map.insert(T::key_of(instance.newest()), Arc::downgrade(object));
            }
        }
    }

    fn leave_map(&self, session: &Shared) {
        session.map::<T>().lock().remove(&T::key_of(self.newest()), self);
    }

    fn namesake(&self, session: &Shared) -> Option<Object> {
        session.map::<T>().lock().live(&T::key_of(self.newest()))
    }

    fn change(self: Arc<Self>, values: &[(usize, Value)]) -> Result<()> {
        let mut edit = Entity(self).try_edit()?;
        for (column, value) in values {
            T::set_value(&mut edit, *column, cell_of(value))?;
        }
        Ok(())
    }

    fn repr(&self) -> Option<String> {
        T::repr(self.newest())
    }

    fn validates(&self) -> bool {
        T::VALIDATES
    }

    fn validate(&self, columns: ColumnSet) -> std::result::Result<(), Invalid> {
        T::validate(self.newest(), columns)
    }

    fn twin(&self, status: Status) -> Object {
        Instance::new(self.newest().clone(), status)
    }

    fn take(self: Arc<Self>, row: &Row<'_>, at: usize) -> rebis_engine::Result<()> {
        absorb_row(&self, T::decode(row, at)?);
        Ok(())
    }
}

impl<T: Model> Instance<T> {
    pub(crate) fn new(mut row: T, status: Status) -> Arc<Self> {
        if !T::DEF.loads_later() {
            return Arc::new(Self::made(row, status));
        }
        let mut pending = Vec::new();
        let instance = Arc::new_cyclic(|me: &Weak<Instance<T>>| {
            let owner: Weak<dyn AnyInstance> = me.clone();
            let mut attach = Attach::new(&owner);
            T::attach(&mut row, &mut attach);
            pending = attach.pending;
            Self::made(row, status)
        });
        if !pending.is_empty() {
            relate_pending(&instance, pending);
        }
        instance
    }

    fn made(row: T, mut status: Status) -> Self {
        if T::DEF.deferred > 0 && status.state == State::Transient {
            // What was not read is not written either.
            status.unset = T::unloaded(&row).iter().fold(status.unset, ColumnSet::with);
        }
        Instance { first: row, core: Core { versions: Versions::default(), status: StatusCell::new(status) } }
    }

    pub(crate) fn loaded(row: T, group: &Arc<Group>) -> Arc<Self> {
        Self::new(row, Status::of_loaded(group))
    }

    /// The version that is shown.
    #[inline]
    pub(crate) fn newest(&self) -> &T {
        self.row(self.core.versions.newest())
    }

    /// A version by number.
    pub(crate) fn at(&self, version: u32) -> &T {
        self.row(self.core.versions.at(version))
    }

    #[inline]
    fn row<'a>(&'a self, version: Option<&'a Version>) -> &'a T {
        // Only rows of this model are ever published.
        version.and_then(|row| row.downcast_ref()).unwrap_or(&self.first)
    }

    pub(crate) fn status(&self) -> StatusGuard<'_> {
        self.core.status.lock()
    }

    fn publish(&self, row: T) {
        self.core.push(&self.status(), Box::new(row));
    }
}

impl Core {
    /// Appends a version and shows it. The guard is the proof that nobody else does.
    pub(crate) fn push(&self, _: &StatusGuard<'_>, row: Version) {
        self.versions.push(row);
    }
}

impl dyn AnyInstance {
    pub(crate) fn status(&self) -> StatusGuard<'_> {
        self.core().status.lock()
    }

    /// Whether the row was deleted in this session. Takes no lock.
    pub(crate) fn is_deleted(&self) -> bool {
        self.core().status.is_deleted()
    }

    /// Whether the object is there and as it was read. Takes no lock.
    pub(crate) fn is_as_read(&self) -> bool {
        self.core().status.is_as_read()
    }

    /// The number of the version that is shown.
    pub(crate) fn version(&self) -> u32 {
        self.core().versions.current()
    }

    /// Shows an earlier version again.
    pub(crate) fn show(&self, version: u32) {
        let core = self.core();
        let _lock = core.status.lock();
        core.versions.show(version);
    }

    pub(crate) fn slot(&self, relation: usize) -> &Mutex<Slot> {
        &self.core().versions.slots_or(|| first_slots(self))[relation]
    }

    /// The slots, when any relation was ever touched, or is known to be loaded.
    pub(crate) fn slots(&self) -> &[Mutex<Slot>] {
        if !self.has_relations() {
            return &[];
        }
        let versions = &self.core().versions;
        if let Some(made) = versions.slots() {
            return made;
        }
        if group_of(self).is_none_or(|group| group.loaded(self).next().is_none()) {
            return &[];
        }
        versions.slots_or(|| first_slots(self))
    }

    /// The slots that were made: what is not among them holds nothing strongly.
    pub(crate) fn made_slots(&self) -> &[Mutex<Slot>] {
        if self.has_relations() { self.core().versions.slots().map_or(&[], |slots| slots) } else { &[] }
    }

    /// The session, while it lives.
    pub(crate) fn session(&self) -> Option<Arc<Shared>> {
        self.status().group.as_ref()?.session.upgrade()
    }

    pub(crate) fn values(&self, columns: &[usize]) -> Vec<Value> {
        columns.iter().map(|&c| self.value(c)).collect()
    }

    /// Puts the values of these columns behind those that are there.
    pub(crate) fn put_values(&self, columns: &[usize], all: &mut Vec<Value>) {
        all.extend(columns.iter().map(|&c| self.value(c)));
    }

    pub(crate) fn key(&self) -> Option<RowKey> {
        self.row_key(&self.meta().key)
    }

    /// The values of these columns, to find rows by; nothing when one of them is NULL.
    pub(crate) fn row_key(&self, columns: &[usize]) -> Option<RowKey> {
        match columns {
            [one] => RowKey::one(self.value(*one)),
            many => RowKey::new(&self.values(many)),
        }
    }

    /// Whether the row's key is known: written, or given by the program.
    pub(crate) fn has_key(&self) -> bool {
        let status = self.status();
        matches!(status.state, State::Persistent | State::Deleted | State::Detached)
            || !self.meta().key.iter().any(|&k| status.unset.has(k))
    }

    /// `User(1)`, for messages.
    pub(crate) fn label(&self) -> String {
        let key: Vec<String> = self
            .values(&self.meta().key)
            .into_iter()
            .map(|v| match v {
                Value::Int(i) => i.to_string(),
                Value::Text(t) => format!("{t:?}"),
                other => format!("{other:?}"),
            })
            .collect();
        let known = self.has_key();
        format!(
            "{}({})",
            self.meta().def.name,
            if known { key.join(", ") } else { String::from("not written yet") }
        )
    }

    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).cast::<()>() as usize
    }
}

/// The typed handle of an object that is known to be of that model.
pub(crate) fn typed<T: Model>(object: &Object) -> Option<Entity<T>> {
    into_typed(Arc::clone(object))
}

/// [`typed`], for who has the object to give.
pub(crate) fn into_typed<T: Model>(object: Object) -> Option<Entity<T>> {
    let any: Arc<dyn Any + Send + Sync> = object;
    any.downcast::<Instance<T>>().ok().map(Entity)
}

fn group_of(object: &dyn AnyInstance) -> Option<Arc<Group>> {
    object.status().group.clone()
}

fn first_slots(object: &dyn AnyInstance) -> Slots {
    let mut slots: Slots = object.meta().def.relations.iter().map(|_| Mutex::default()).collect();
    if let Some(group) = group_of(object) {
        for (relation, owner) in group.loaded(object) {
            slots[relation].get_mut().content = Content::One(Some(Reference::Weak(owner)));
        }
    }
    slots
}

/// Publishes a whole row read from the database.
pub(crate) fn absorb_row<T: Model>(instance: &Arc<Instance<T>>, mut row: T) {
    let owner: Weak<dyn AnyInstance> = Arc::<Instance<T>>::downgrade(instance);
    T::attach(&mut row, &mut Attach::new(&owner));
    // A row that was read says nothing of its deferred columns, so what they were may no longer hold.
    if T::DEF.deferred > 0 || !T::changed(&row, instance.newest()).is_empty() {
        instance.publish(row);
    }
}

std::thread_local! {
    /// The objects that are being printed or serialized on this thread: what refers back to one of them writes its key.
    static WRITING: std::cell::RefCell<HashSet<usize>> = std::cell::RefCell::default();
}

/// Runs `write` unless the object is being written already.
pub(crate) fn guarded<R>(address: usize, write: impl FnOnce() -> R) -> Option<R> {
    struct Leave(usize);
    impl Drop for Leave {
        fn drop(&mut self) {
            WRITING.with_borrow_mut(|w| w.remove(&self.0));
        }
    }
    WRITING.with_borrow_mut(|w| w.insert(address)).then(|| {
        let _leave = Leave(address);
        write()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asked for: under 200 bytes beyond the fields. With its counts an object of a few fields fits into what allocators hand out fastest.
    #[test]
    fn an_object_costs_little_more_than_its_fields() {
        assert!(size_of::<Core>() + 16 <= 64);
    }
}
