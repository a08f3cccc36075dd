//! Savepoints. Invariant: after a rollback to a savepoint every object is as it was when the savepoint was set: row, state, relations.
//!
//! Decision: nothing is copied when a savepoint is set. The first change of an object after it notes how the object was, so a savepoint
//! costs what changes inside it, not what is loaded or was changed before.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Session, Shared};
use crate::entity::{Group, Object, Pointer, State, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::model::ColumnSet;
use crate::relation::Slot;

/// A savepoint that is set: a transaction inside the session's. End it with [`commit`](Savepoint::commit) or
/// [`rollback`](Savepoint::rollback).
///
/// One that is dropped without either leaves a session that has to be rolled back as a whole; [`Session::nested`] ends it in every case.
#[must_use = "end it with `commit` or `rollback`"]
#[derive(Debug)]
pub struct Savepoint {
    session: Session,
    id: u32,
}

/// How the objects were that were changed since a savepoint.
pub(crate) struct Frame {
    id: u32,
    undo: Vec<Undo>,
}

/// How one object was.
pub(crate) struct Undo {
    object: Object,
    state: State,
    group: Option<Arc<Group>>,
    shown: u32,
    flushed: u32,
    committed: u32,
    touched: bool,
    born: bool,
    frame: u32,
    unset: ColumnSet,
    pointers: Vec<Pointer>,
    slots: Vec<Slot>,
}

impl Session {
    /// Writes what has changed and sets a savepoint: a transaction inside this one, which can be rolled back alone. They nest.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub async fn begin_nested(&self) -> Result<Savepoint> {
        self.flush().await?;
        let id = self.0.frames_made.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.connection().await?.savepoint(&name(id)).await?;
        self.0.work.lock().frames.push(Frame { id, undo: Vec::new() });
        self.0.frame.store(id, Ordering::Release);
        Ok(Savepoint { session: self.clone(), id })
    }

    /// Runs `work` inside a savepoint: keeps what it did when it gives `Ok`, undoes it when it gives `Err`.
    ///
    /// # Errors
    /// The error of `work`, or what the database says.
    pub async fn nested<R, E, F, Fut>(&self, work: F) -> Result<R, E>
    where
        F: FnOnce(Session) -> Fut,
        Fut: Future<Output = Result<R, E>>,
        E: From<Error>,
    {
        let savepoint = self.begin_nested().await?;
        match work(self.clone()).await {
            Ok(value) => {
                savepoint.commit().await?;
                Ok(value)
            }
            Err(error) => {
                // The work's own error is what the caller needs; a rollback that fails leaves a session that says so.
                let _ = savepoint.rollback().await;
                Err(error)
            }
        }
    }
}

impl Savepoint {
    /// Writes what has changed and makes it the enclosing transaction's. When the database refuses, what was done since the savepoint is
    /// undone.
    ///
    /// # Errors
    /// What the database says; when the savepoint has ended already, because one around it or the transaction has.
    pub async fn commit(self) -> Result<()> {
        self.check()?;
        if let Err(error) = self.session.flush().await {
            // Why the flush failed is what the caller needs.
            let _ = self.undo().await;
            return Err(error);
        }
        self.session.0.connection().await?.release(&name(self.id)).await?;
        let mut work = self.session.0.work.lock();
        let Some(at) = work.frames.iter().position(|f| f.id == self.id) else { return Ok(()) };
        let undo: Vec<Undo> = work.frames.drain(at..).flat_map(|f| f.undo).collect();
        // What the enclosing savepoint would undo now holds this too; the oldest note of an object is applied last.
        let outer = work.frames.last_mut().map_or(0, |frame| {
            frame.undo.extend(undo);
            frame.id
        });
        self.session.0.frame.store(outer, Ordering::Release);
        Ok(())
    }

    /// Undoes what was done since the savepoint, in the database and in the objects. The session goes on, also after a failed flush.
    ///
    /// # Errors
    /// When the savepoint has ended already, and when the database lost the whole transaction (a deadlock, a broken connection): then
    /// only [`Session::rollback`] helps, and the session says so.
    pub async fn rollback(self) -> Result<()> {
        self.check()?;
        self.undo().await
    }

    fn check(&self) -> Result<()> {
        if self.is_open() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::State,
            "this savepoint has ended: one around it, or the transaction, was ended first",
        )
        .advise("end savepoints from the inside out"))
    }

    fn is_open(&self) -> bool {
        self.session.0.work.lock().frames.iter().any(|f| f.id == self.id)
    }

    async fn undo(&self) -> Result<()> {
        let shared = &self.session.0;
        shared.check_no_stream()?;
        let mut guard = shared.connection.lock().await;
        let done = match guard.as_mut() {
            Some(connection) => match connection.rollback_to(&name(self.id)).await {
                Ok(()) => connection.release(&name(self.id)).await,
                failed => failed,
            },
            None => Ok(()),
        };
        drop(guard);
        if let Err(error) = done {
            shared.work.lock().failed.get_or_insert_with(|| error.to_string());
            return Err(error.into());
        }
        restore(shared, self.id);
        Ok(())
    }
}

impl Drop for Savepoint {
    fn drop(&mut self) {
        if self.is_open() {
            let why = "a savepoint was dropped without `commit` or `rollback`";
            self.session.0.work.lock().failed.get_or_insert_with(|| why.to_owned());
        }
    }
}

fn name(id: u32) -> String {
    format!("rebis_{id}")
}

/// Gives the objects back what they were, and forgets what was to be written of them.
fn restore(session: &Shared, id: u32) {
    let undo: Vec<Undo> = {
        let mut work = session.work.lock();
        let Some(at) = work.frames.iter().position(|f| f.id == id) else { return };
        let undo: Vec<Undo> = work.frames.drain(at..).flat_map(|f| f.undo).collect();
        session.frame.store(work.frames.last().map_or(0, |f| f.id), Ordering::Release);
        work.failed = None;
        work.refused = None;
        let gone: HashSet<usize> = undo.iter().map(|u| u.object.address()).collect();
        let super::Work { new, dirty, deleted, .. } = &mut *work;
        for list in [new, dirty] {
            list.retain(|o| !gone.contains(&o.address()));
        }
        deleted.retain(|o| !gone.contains(&o.address()));
        let left = !(work.new.is_empty() && work.dirty.is_empty() && work.deleted.is_empty());
        session.changed.store(left, Ordering::Release);
        undo
    };
    // Everything leaves the identity map before anything comes back: a new row and a deleted one may have the same key.
    for note in &undo {
        note.object.leave_map(session);
    }
    let mut back: Vec<Object> = Vec::new();
    // The oldest note of an object says how it was: it comes last.
    for note in undo.into_iter().rev() {
        back.push(Arc::clone(&note.object));
        note.apply();
    }
    for object in &back {
        if object.status().state == State::Persistent {
            object.enter_map(session, std::slice::from_ref(object));
        }
    }
    let loaded = std::mem::take(&mut session.work.lock().loaded);
    session.forget_unsettled(loaded);
    let mut touched = std::mem::take(&mut session.work.lock().touched);
    touched.retain(|o| o.status().touched);
    session.work.lock().touched.splice(0..0, touched);
}

impl Undo {
    /// How the object is now. Its slots are noted by [`with_slots`](Self::with_slots), outside the lock.
    pub(crate) fn of(object: &Object, status: &Status, touched: bool) -> Self {
        let written = matches!(status.state, State::Persistent | State::Deleted);
        Undo {
            object: Arc::clone(object),
            state: status.state,
            group: status.group.clone(),
            shown: if written { status.flushed } else { object.version() },
            flushed: status.flushed,
            committed: status.committed,
            touched,
            born: status.born,
            frame: status.frame,
            unset: status.unset,
            pointers: status.pointers.clone(),
            slots: Vec::new(),
        }
    }

    pub(crate) fn with_slots(mut self) -> Self {
        self.slots = self.object.slots().iter().map(|s| s.lock().clone()).collect();
        self
    }

    fn apply(self) {
        self.object.show(self.shown);
        let mut slots = self.slots.into_iter();
        for slot in self.object.slots() {
            *slot.lock() = slots.next().unwrap_or_default();
        }
        let mut status = self.object.status();
        status.state = self.state;
        status.group = self.group;
        status.flushed = self.flushed;
        status.committed = self.committed;
        status.touched = self.touched;
        status.born = self.born;
        status.frame = self.frame;
        status.unset = self.unset;
        status.pointers = self.pointers;
        status.dirty = false;
    }
}

impl super::Work {
    /// Notes how an object was before its first change since the innermost savepoint.
    pub(crate) fn note(&mut self, undo: Undo) {
        if let Some(frame) = self.frames.last_mut() {
            frame.undo.push(undo);
        }
    }

    /// An object leaves the session: no savepoint concerns it.
    pub(crate) fn forget(&mut self, object: &Object) {
        for frame in &mut self.frames {
            frame.undo.retain(|u| !Arc::ptr_eq(&u.object, object));
        }
    }
}
