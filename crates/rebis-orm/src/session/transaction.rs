//! Flush, commit and rollback. Invariant: after a rollback every object shows what was committed last.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Session;
use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::events::{Listeners, Moment};
use crate::relation::forget_stale_parents;

/// How often a commit flushes when closures change objects.
const MOST_FLUSHES: usize = 100;

impl Session {
    /// Writes what has changed; the transaction stays open.
    ///
    /// # Errors
    /// What the database says. The transaction has failed then: [`rollback`](Self::rollback) makes the session usable again.
    pub async fn flush(&self) -> Result<()> {
        crate::flush::flush(&self.0, false).await
    }

    /// Writes what has changed and commits. Objects stay loaded.
    ///
    /// # Errors
    /// As [`flush`](Self::flush); and when the database refuses the commit, which rolls the transaction back.
    pub async fn commit(&self) -> Result<()> {
        let listeners = Listeners::of(&self.0);
        if let Some(listeners) = &listeners {
            listeners.tell_session(Moment::BeforeCommit, &self.0)?;
        }
        crate::flush::flush(&self.0, true).await?;
        if listeners.is_some() {
            self.flush_until_clean().await?;
        }
        let connection = self.0.connection.lock().await.take();
        if let Some(mut connection) = connection
            && let Err(error) = connection.commit().await
        {
            drop(connection);
            if error.is_retryable() {
                self.0.note_conflict();
            }
            restore(self);
            return Err(error.into());
        }
        let touched = {
            let mut work = self.0.work.lock();
            work.frames.clear();
            self.0.frame.store(0, Ordering::Release);
            std::mem::take(&mut work.touched)
        };
        self.0.settled();
        for object in touched {
            for slot in object.slots() {
                crate::relation::settle(slot);
            }
            let mut status = object.status();
            status.settle();
            if !status.dirty {
                status.forget_pointers();
            } else {
                // Changed again while the commit ran: it belongs to the next transaction.
                status.touched = true;
                drop(status);
                self.0.work.lock().touched.push(object);
            }
        }
        listeners.map_or(Ok(()), |listeners| listeners.tell_session(Moment::AfterCommit, &self.0))
    }

    /// What closures changed when they were told of a flush belongs to the transaction that is being committed.
    async fn flush_until_clean(&self) -> Result<()> {
        for _ in 0..MOST_FLUSHES {
            if !self.is_dirty() {
                return Ok(());
            }
            self.flush().await?;
        }
        Err(Error::new(
            ErrorKind::State,
            format!("after {MOST_FLUSHES} flushes there is still something to write: a closure changes an object whenever it is told of a flush"),
        )
        .advise("let it change an object only when that is needed; then roll back and repeat the work"))
    }

    /// Rolls the transaction back. Objects show what was committed last: what was added is transient again, what was edited has its
    /// old row, what was deleted is back.
    ///
    /// # Errors
    /// When the server cannot be reached; the objects are restored all the same.
    pub async fn rollback(&self) -> Result<()> {
        self.0.check_no_stream()?;
        let connection = self.0.connection.lock().await.take();
        restore(self);
        if let Some(mut connection) = connection
            && connection.in_transaction()
        {
            connection.rollback().await?;
        }
        match Listeners::of(&self.0) {
            Some(listeners) => listeners.tell_session(Moment::AfterRollback, &self.0),
            None => Ok(()),
        }
    }
}

fn restore(session: &Session) {
    let work = {
        let mut work = session.0.work.lock();
        session.0.changed.store(false, Ordering::Release);
        session.0.frame.store(0, Ordering::Release);
        std::mem::take(&mut *work)
    };
    let (born, old): (Vec<Object>, Vec<Object>) = work.touched.into_iter().partition(|o| {
        let status = o.status();
        status.born || status.state == State::Pending
    });
    // What was inserted leaves the identity map before what was deleted comes back: they may have the same key.
    for object in born {
        object.leave_map(&session.0);
        let committed = object.status().committed;
        object.show(committed);
        let mut status = object.status();
        status.state = State::Transient;
        status.group = None;
        status.flushed = status.committed;
        status.dirty = false;
        status.touched = false;
        status.frame = 0;
        status.born = false;
    }
    for object in old {
        object.leave_map(&session.0);
        let (shown, committed) = (object.version(), object.status().committed);
        object.show(committed);
        for slot in object.slots() {
            let mut slot = slot.lock();
            if slot.touched {
                slot.clear();
            }
        }
        // What it refers to was loaded meanwhile.
        forget_stale_parents(&*object, object.changed_since(shown));
        {
            let mut status = object.status();
            status.state = State::Persistent;
            status.group.get_or_insert_with(|| Arc::clone(&session.0.solo));
            status.flushed = committed;
            status.dirty = false;
            status.touched = false;
            status.frame = 0;
            status.forget_pointers();
        }
        object.enter_map(&session.0, std::slice::from_ref(&object));
    }
    session.0.forget_unsettled(work.loaded);
    session.0.settled();
}
