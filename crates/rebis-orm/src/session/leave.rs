//! How objects leave a session, and how a session ends. Invariant: an object that has left is in no list of the session, and the session
//! writes nothing of it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Session, Shared, Work, belongs};
use crate::entity::{Entity, Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Model;
use crate::relation::held;

impl Session {
    /// Lets an object go: changes of it are not written, and it is in no session. Follows relations that cascade `expunge` (`all` does).
    pub fn expunge<T: Model>(&self, entity: &Entity<T>) {
        let mut rest = vec![entity.object()];
        while let Some(object) = rest.pop() {
            if !belongs(&*object, &self.0) {
                continue;
            }
            let follows = |relation: usize| object.meta().relation(relation).cascade.expunge;
            rest.extend(held(&*object).into_iter().filter(|(r, _)| follows(*r)).map(|(_, o)| o));
            leave(&self.0, std::slice::from_ref(&object));
        }
    }

    /// Lets every object go.
    pub fn expunge_all(&self) {
        let (new, deleted) = {
            let work = self.0.work.lock();
            (work.new.clone(), work.deleted.to_vec())
        };
        let all: Vec<Object> = new.into_iter().chain(deleted).chain(self.0.objects()).collect();
        leave(&self.0, &all);
    }

    /// Rolls back and lets every object go; the session is as new.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback); the objects are let go all the same.
    pub async fn reset(&self) -> Result<()> {
        let done = self.rollback().await;
        self.expunge_all();
        done
    }

    /// Rolls back, lets every object go, and ends the session for all its handles: what it is asked for afterwards is an error.
    ///
    /// A session need not be closed: when its last handle is dropped, what was not committed is rolled back.
    ///
    /// # Errors
    /// As [`reset`](Self::reset); the session is closed all the same.
    pub async fn close(&self) -> Result<()> {
        let done = self.reset().await;
        self.0.closed.store(true, Ordering::Release);
        done
    }
}

impl<T: Model> Entity<T> {
    /// Makes the object one without a row, in no session: added again, it is inserted. What it knew of its row, the key included, stays;
    /// with a key that the database makes, `entity.edit().id = 0` has a new one made.
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::{Database, State};
    /// # use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct User {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     pub name: String,
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> rebis::Result<()> {
    /// # let db = Database::connect("sqlite://")?;
    /// # db.create_all().await?;
    /// let session = db.session();
    /// let user = session.add(User::builder().name("susan"));
    /// session.commit().await?;
    /// session.delete(&user);
    /// session.commit().await?;
    ///
    /// user.make_transient();
    /// session.add(&user);
    /// session.commit().await?;
    /// assert_eq!((user.id, user.state()), (1, State::Persistent));
    /// # Ok(())
    /// # }
    /// ```
    pub fn make_transient(&self) {
        let object = self.object();
        if let Some(session) = object.session() {
            leave(&session, std::slice::from_ref(&object));
        }
        let version = object.version();
        // What was not read is not written either.
        let unloaded = object.unloaded();
        let mut status = object.status();
        status.state = State::Transient;
        status.unset = unloaded.iter().fold(status.unset, crate::ColumnSet::with);
        status.group = None;
        (status.flushed, status.committed) = (version, version);
        status.born = false;
        status.expired = false;
    }
}

fn leave(session: &Shared, objects: &[Object]) {
    {
        let gone: HashSet<usize> = objects.iter().map(|o| o.address()).collect();
        let mut work = session.work.lock();
        let Work { new, dirty, deleted, touched, .. } = &mut *work;
        for list in [new, dirty, touched] {
            list.retain(|o| !gone.contains(&o.address()));
        }
        deleted.retain(|o| !gone.contains(&o.address()));
        for object in objects {
            work.forget(object);
        }
    }
    for object in objects {
        object.leave_map(session);
        // What only its group knows of its relations stays known.
        object.slots();
        super::identity::break_circles(object);
        let mut status = object.status();
        status.state = match status.state {
            State::Pending => State::Transient,
            State::Deleted => State::Deleted,
            _ => State::Detached,
        };
        status.group = None;
        status.dirty = false;
        status.touched = false;
    }
}

impl Shared {
    /// Refuses what is asked of a session that was closed.
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::State, "this session was closed")
                .advise("make another with `db.session()`"));
        }
        self.check_no_stream()
    }

    /// Refuses what would wait for a stream that the same task may be reading.
    pub(crate) fn check_no_stream(&self) -> Result<()> {
        if !self.streaming.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::State, "this session's connection is reading a stream")
            .advise("take its rows to the end, close or drop it first; or stream from the `Database`, which has a connection of its own"))
    }

    /// Every object of one model that it holds.
    pub(crate) fn objects_of(&self, model: std::any::TypeId) -> Vec<Object> {
        let map = self.maps.lock().get(&model).map(Arc::clone);
        map.map(|map| map.objects()).unwrap_or_default()
    }

    /// Every living object that has a row in this session.
    pub(crate) fn objects(&self) -> Vec<Object> {
        let maps: Vec<_> = self.maps.lock().values().map(Arc::clone).collect();
        maps.iter().flat_map(|map| map.objects()).collect()
    }
}
