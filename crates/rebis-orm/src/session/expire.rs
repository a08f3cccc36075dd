//! Objects whose row may be out of date. Invariant: nothing is read when an object expires, and its fields stay readable; the next statement
//! that brings its row replaces what it shows, unless it was changed in between.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rebis_engine::Row;

use super::{Session, Shared, belongs, touch};
use crate::entity::{AnyInstance, Entity, Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Model;
use crate::query::find_by_key;
use crate::relation::held;

impl Session {
    /// Says that an object may be out of date: the next [`get`](Self::get) or query that brings its row shows the new values, and its
    /// relations load again. Changes of it that were not written are lost.
    ///
    /// Reading a field does no I/O, so until then the object shows the row as it was written or read last. To read it at once, take
    /// [`refresh`](Self::refresh). Follows relations that cascade `refresh-expire` (`all` does).
    ///
    /// # Errors
    /// When the object has no row in this session.
    pub fn expire<T: Model>(&self, entity: &Entity<T>) -> Result<()> {
        expire(&self.0, &entity.object(), "expire")
    }

    /// Says it of every object that has a row in this session. What was added and not written yet stays as it is.
    pub fn expire_all(&self) {
        for object in self.0.objects() {
            if object.status().state == State::Persistent {
                mark(&self.0, &object);
            }
        }
    }
}

/// Expires an object and what its relations cascade to.
pub(crate) fn expire(session: &Arc<Shared>, object: &Object, call: &str) -> Result<()> {
    let state = object.status().state;
    if state != State::Persistent || !belongs(&**object, session) {
        let what = format!("{} was given to `{call}`, but it has no row in this session", object.label());
        return Err(Error::new(ErrorKind::State, what)
            .on(object.meta().def.name)
            .advise("only what was loaded or written in a session can be read again; `merge` brings in a copy of an object"));
    }
    let mut rest = vec![Arc::clone(object)];
    let mut seen = std::collections::HashSet::new();
    while let Some(object) = rest.pop() {
        if !seen.insert(object.address())
            || object.status().state != State::Persistent
            || !belongs(&*object, session)
        {
            continue;
        }
        let related = held(&*object).into_iter();
        let follows = |relation: usize| object.meta().relation(relation).cascade.refresh_expire;
        rest.extend(related.filter(|(relation, _)| follows(*relation)).map(|(_, o)| o));
        mark(session, &object);
    }
    Ok(())
}

fn mark(session: &Shared, object: &Object) {
    let pending = std::mem::take(&mut object.status().dirty);
    if pending {
        session.work.lock().dirty.retain(|o| !Arc::ptr_eq(o, object));
        let flushed = object.status().flushed;
        object.show(flushed);
    }
    for slot in object.slots() {
        slot.lock().clear();
    }
    let mut status = object.status();
    status.forget_pointers();
    status.expired = true;
    session.expired.store(true, Ordering::Release);
}

/// Reads the row of an expired object: `false` when it is gone, and then the object is in no session any more.
pub(crate) async fn reload(session: &Arc<Shared>, object: &Object) -> Result<bool> {
    before(session, object);
    let mut found = false;
    let mut take = |row: &Row<'_>| {
        found = true;
        Arc::clone(object).take(row, 0)
    };
    let meta = object.meta();
    find_by_key(session, meta, &object.values(&meta.key), &mut take).await?;
    if !found {
        object.leave_map(session);
        object.status().state = State::Detached;
        return Ok(false);
    }
    settle(&**object);
    Ok(true)
}

/// Brings an object up to date with a row that a query brought, when it has expired (or `always`) and was not changed since.
pub(crate) fn freshen(object: &Object, row: &Row<'_>, at: usize, always: bool) -> rebis_engine::Result<()> {
    {
        let status = object.status();
        if !(status.expired || always) || status.dirty {
            return Ok(());
        }
    }
    if let Some(session) = object.session() {
        before(&session, object);
    }
    let version = object.version();
    Arc::clone(object).take(row, at)?;
    settle(&**object);
    crate::relation::forget_stale_parents(&**object, object.changed_since(version));
    Ok(())
}

/// What is read may be the transaction's own work, and goes with it.
fn before(session: &Shared, object: &Object) {
    if session.frame.load(Ordering::Acquire) != 0 || session.has_written() {
        touch(session, object);
    }
}

fn settle(object: &dyn AnyInstance) {
    let version = object.version();
    let mut status = object.status();
    status.flushed = version;
    status.expired = false;
    if !status.touched {
        status.committed = version;
    }
}
