//! What the program does to objects between two flushes. Invariant: registering a change costs the same however much is loaded.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::savepoint::Undo;
use super::{Session, Shared, belongs};
use crate::entity::{Addable, Entity, Object, State};
use crate::error::ErrorKind;
use crate::model::Model;
use crate::relation::companions;

impl Session {
    /// Adds an object, and with it what its relations hold. It is written with the next flush and has no key before.
    ///
    /// An object of another living session is refused by the next flush.
    pub fn add<A: Addable>(&self, object: A) -> Entity<A::Model> {
        let entity = object.into_entity();
        refuse_deleted(&self.0, &entity.object());
        cascade_add(&self.0, &entity.object());
        entity
    }

    /// Adds several objects.
    pub fn add_all<A: Addable>(&self, objects: impl IntoIterator<Item = A>) -> Vec<Entity<A::Model>> {
        let objects = objects.into_iter();
        // Lists that grow row by row move again and again.
        let more = objects.size_hint().0;
        {
            let mut work = self.0.work.lock();
            work.new.reserve(more);
            work.touched.reserve(more);
        }
        objects.map(|o| self.add(o)).collect()
    }

    /// Deletes an object's row with the next flush. An object that was never written is just let go.
    pub fn delete<T: Model>(&self, entity: &Entity<T>) {
        delete_object(&self.0, &entity.object());
    }
}

/// An object whose row was deleted is not added again.
pub(crate) fn refuse_deleted(session: &Shared, object: &Object) {
    if object.status().state == State::Deleted {
        let label = object.label();
        let why = format!("{label} was deleted and cannot be added again; `make_transient` makes it new");
        session.refuse(ErrorKind::State, why);
    }
}

pub(crate) fn delete_object(session: &Arc<Shared>, object: &Object) {
    let state = object.status().state;
    match state {
        State::Pending => {
            {
                let mut work = session.work.lock();
                work.new.retain(|o| !Arc::ptr_eq(o, object));
                work.touched.retain(|o| !Arc::ptr_eq(o, object));
            }
            let mut status = object.status();
            status.state = State::Transient;
            status.group = None;
            status.touched = false;
        }
        State::Persistent if belongs(&**object, session) => {
            touch(session, object);
            let mut work = session.work.lock();
            if work.deleted.insert(object) {
                session.changed.store(true, Ordering::Release);
            }
        }
        State::Deleted => {}
        _ => {
            let why = format!("{} was given to `delete`, but it is not in this session", object.label());
            session.refuse(ErrorKind::State, why);
        }
    }
}

/// Adds an object and everything that its relations hold and cascade to.
pub(crate) fn cascade_add(session: &Arc<Shared>, object: &Object) {
    let mut rest = Vec::new();
    let mut next = Some(Arc::clone(object));
    while let Some(object) = next.take().or_else(|| rest.pop()) {
        if adopt_new(session, &object) {
            rest.extend(saved_with(&object));
            continue;
        }
        let owner = object.session();
        let state = object.status().state;
        match (state, owner) {
            (_, Some(owner)) if !Arc::ptr_eq(&owner, session) => {
                let why = format!("{} is in another session; `expunge` it there first", object.label());
                session.refuse(ErrorKind::State, why);
                continue;
            }
            (State::Transient, _) => {
                enter(session, &object);
                {
                    let mut status = object.status();
                    status.state = State::Pending;
                    status.group = Some(Arc::clone(&session.solo));
                    status.committed = object.version();
                }
                session.work.lock().new.push(Arc::clone(&object));
                session.changed.store(true, Ordering::Release);
            }
            (State::Persistent | State::Detached, None) => {
                if object.namesake(session).is_some_and(|other| !Arc::ptr_eq(&other, &object)) {
                    let label = object.label();
                    let why = format!(
                        "another object is in this session as {label}; `merge` copies this one's values to it"
                    );
                    session.refuse(ErrorKind::State, why);
                    continue;
                }
                enter(session, &object);
                {
                    let mut status = object.status();
                    status.state = State::Persistent;
                    status.group = Some(Arc::clone(&session.solo));
                    status.dirty = false;
                }
                object.enter_map(session, std::slice::from_ref(&object));
                register_change(&object);
            }
            (State::Persistent, Some(_)) => {
                session.work.lock().deleted.remove(&object);
                continue;
            }
            _ => continue,
        }
        rest.extend(saved_with(&object));
    }
}

/// What the object's relations hold and cascade to, in reverse, so that they are added in order.
fn saved_with(object: &Object) -> impl Iterator<Item = Object> + use<'_> {
    let all = companions(&**object).into_iter().rev();
    all.filter(|(relation, _)| object.meta().relation(*relation).cascade.save_update).map(|(_, o)| o)
}

/// The short way of most objects: new, in no session, no savepoint set. `false` when it is not one of these.
fn adopt_new(session: &Arc<Shared>, object: &Object) -> bool {
    {
        let mut status = object.status();
        let plain = status.state == State::Transient && status.group.is_none();
        if !plain || session.frame.load(Ordering::Acquire) != 0 {
            return false;
        }
        status.state = State::Pending;
        status.group = Some(Arc::clone(&session.solo));
        let version = object.version();
        if status.committed != version {
            status.committed = version;
        }
        status.touched = true;
        if status.frame != 0 {
            status.frame = 0;
        }
    }
    session.note_circles();
    let mut work = session.work.lock();
    work.touched.push(Arc::clone(object));
    work.new.push(Arc::clone(object));
    session.changed.store(true, Ordering::Release);
    true
}

/// Notes that a persistent object has changed.
pub(crate) fn register_change(object: &Object) {
    let first = {
        let mut status = object.status();
        status.state == State::Persistent && !std::mem::replace(&mut status.dirty, true)
    };
    if !first {
        return;
    }
    if let Some(session) = object.session() {
        touch(&session, object);
        session.work.lock().dirty.push(Arc::clone(object));
        session.changed.store(true, Ordering::Release);
    } else {
        object.status().dirty = false;
    }
}

/// An object comes into the session: what other transactions noted of it no longer holds.
fn enter(session: &Shared, object: &Object) {
    {
        let mut status = object.status();
        status.touched = false;
        status.frame = 0;
    }
    touch(session, object);
}

/// Notes that an object in a session is about to change, for a rollback.
pub(crate) fn before_change(object: &Object) {
    if let Some(session) = object.session() {
        touch(&session, object);
    }
}

/// Notes that the transaction is about to change this object, for a rollback of it or of the innermost savepoint.
pub(crate) fn touch(session: &Shared, object: &Object) {
    // What it is changed to may hold anything.
    session.note_circles();
    let frame = session.frame.load(Ordering::Acquire);
    let (first, undo) = {
        let mut status = object.status();
        let first = !std::mem::replace(&mut status.touched, true);
        let undo = (status.frame < frame).then(|| Undo::of(object, &status, !first));
        if status.frame < frame {
            status.frame = frame;
        }
        (first, undo)
    };
    if let Some(undo) = undo {
        let undo = undo.with_slots();
        session.work.lock().note(undo);
    }
    if first {
        session.work.lock().touched.push(Arc::clone(object));
    }
}
