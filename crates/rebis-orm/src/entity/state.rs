//! An instance's bookkeeping, the same for every model. Invariant: the lock is held for a few instructions, never over another lock.

use std::any::TypeId;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::{Mutex, MutexGuard};

use super::{AnyInstance, Object};
use crate::model::{ColumnSet, Link};
use crate::relation::Inverses;
use crate::session::{FetchMode, Shared};

/// Where an object stands between Rust and the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// In no session, and with no row.
    #[default]
    Transient,
    /// Added to a session, not written yet.
    Pending,
    /// In a session, with a row.
    Persistent,
    /// Its row was deleted in this session.
    Deleted,
    /// It has a row, and its session is gone or let it go.
    Detached,
}

/// The objects that one query brought, and the session they belong to.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) session: Weak<Shared>,
    pub(crate) members: OnceLock<Vec<Weak<dyn AnyInstance>>>,
    /// How the query said that relations are fetched later, where it differs from the session's way.
    pub(crate) fetch: Option<FetchMode>,
    /// The same for single relations.
    pub(crate) modes: Vec<(TypeId, usize, FetchMode)>,
    /// Whose collections the query loaded, which its members refer back to.
    pub(crate) inverses: OnceLock<Inverses>,
}

impl Group {
    pub(crate) fn new(session: &Arc<Shared>, inverses: Option<Inverses>) -> Arc<Group> {
        let inverses = inverses.map_or_else(OnceLock::new, OnceLock::from);
        Arc::new(Group { session: Arc::downgrade(session), inverses, ..Group::default() })
    }

    /// The relations of a member that are known to be loaded before its slots are made, and where they lead to.
    pub(crate) fn loaded(
        &self,
        of: &dyn AnyInstance,
    ) -> impl Iterator<Item = (usize, Weak<dyn AnyInstance>)> {
        self.inverses.get().into_iter().flat_map(|all| all.iter()).filter_map(|inverse| inverse.of(of))
    }

    /// The other members of an object's model that have a row.
    pub(crate) fn peers(&self, of: &Object) -> impl Iterator<Item = Object> {
        let members = self.members.get().map_or(&[] as &[_], Vec::as_slice);
        members.iter().filter_map(Weak::upgrade).filter(move |peer| {
            !Arc::ptr_eq(peer, of)
                && peer.meta().is_self(of.meta())
                && peer.status().state == State::Persistent
        })
    }

    /// How that relation of a member is fetched, when the query said so.
    pub(crate) fn mode(&self, model: TypeId, relation: usize) -> Option<FetchMode> {
        let own = self.modes.iter().rev().find(|(m, r, _)| (*m, *r) == (model, relation));
        own.map(|(.., mode)| *mode).or(self.fetch)
    }
}

/// «These columns take their values from that object's key when it is written.»
#[derive(Clone)]
pub(crate) struct Pointer {
    pub(crate) link: Arc<Link>,
    pub(crate) parent: Option<Arc<dyn AnyInstance>>,
}

/// What every object has; the rest, which reads as if it stood here too, is [`Changed`].
#[derive(Default)]
pub(crate) struct Status {
    pub(crate) group: Option<Arc<Group>>,
    /// Made when anything in it becomes different from what an object that was read has.
    changed: Option<Box<Changed>>,
    /// The version that the database has, as this transaction sees it.
    pub(crate) flushed: u32,
    pub(crate) state: State,
    /// Is in the session's list of changed objects.
    pub(crate) dirty: bool,
    /// Is in the session's list of what this transaction touched.
    pub(crate) touched: bool,
    /// Was inserted in this transaction.
    pub(crate) born: bool,
}

/// What only an object knows that was made or changed in the program.
pub(crate) struct Changed {
    /// The version that was committed last.
    pub(crate) committed: u32,
    /// The last savepoint for which it was noted how this object was.
    pub(crate) frame: u32,
    pub(crate) editing: bool,
    /// Of a new row of an association: the collections that it relates hold its two ends.
    pub(crate) related: bool,
    /// What was loaded may be out of date: the next row that a query brings replaces it.
    pub(crate) expired: bool,
    /// Columns that were not given: placeholders until the database fills them in.
    pub(crate) unset: ColumnSet,
    pub(crate) pointers: Vec<Pointer>,
}

impl Changed {
    const NOTHING: Changed = Changed {
        committed: 0,
        frame: 0,
        editing: false,
        related: false,
        expired: false,
        unset: ColumnSet::EMPTY,
        pointers: Vec::new(),
    };
}

static UNCHANGED: Changed = Changed::NOTHING;

impl Status {
    /// Of a new object to which these columns were not given.
    pub(crate) fn of_new(unset: ColumnSet) -> Self {
        let mut status = Status::default();
        if !unset.is_empty() {
            status.unset = unset;
        }
        status
    }

    pub(crate) fn of_loaded(group: &Arc<Group>) -> Self {
        Status { state: State::Persistent, group: Some(Arc::clone(group)), ..Status::default() }
    }

    pub(crate) fn forget_pointers(&mut self) {
        if let Some(changed) = &mut self.changed {
            changed.pointers.clear();
        }
    }

    /// The transaction is committed: the object is as it was written.
    pub(crate) fn settle(&mut self) {
        if self.committed != self.flushed {
            self.committed = self.flushed;
        }
        self.born = false;
        self.touched = false;
        if let Some(changed) = &mut self.changed {
            changed.frame = 0;
            changed.unset = ColumnSet::EMPTY;
        }
    }
}

impl Deref for Status {
    type Target = Changed;
    #[inline]
    fn deref(&self) -> &Changed {
        self.changed.as_deref().unwrap_or(&UNCHANGED)
    }
}

impl DerefMut for Status {
    #[inline]
    fn deref_mut(&mut self) -> &mut Changed {
        self.changed.get_or_insert_with(|| Box::new(Changed::NOTHING))
    }
}

/// An object's status behind its lock, and what is asked most beside it.
pub(crate) struct StatusCell {
    status: Mutex<Status>,
    /// [`glance`] at the status as the last guard left it.
    glance: AtomicU8,
}

/// Written by a guard when it is dropped: the state, and whether the object differs from what was read.
fn glance(status: &Status) -> u8 {
    let differs = status.dirty || !status.pointers.is_empty();
    u8::from(status.state == State::Deleted) | u8::from(differs) << 1
}

impl StatusCell {
    pub(crate) fn new(status: Status) -> Self {
        StatusCell { glance: AtomicU8::new(glance(&status)), status: Mutex::new(status) }
    }

    pub(crate) fn lock(&self) -> StatusGuard<'_> {
        StatusGuard { status: self.status.lock(), glance: &self.glance }
    }

    /// Whether the row was deleted in this session.
    pub(crate) fn is_deleted(&self) -> bool {
        self.glance.load(Ordering::Acquire) & 1 != 0
    }

    /// Whether the object is there and as it was read: nothing of it waits to be written.
    pub(crate) fn is_as_read(&self) -> bool {
        self.glance.load(Ordering::Acquire) == 0
    }
}

/// The lock of a status.
pub(crate) struct StatusGuard<'a> {
    status: MutexGuard<'a, Status>,
    glance: &'a AtomicU8,
}

impl Deref for StatusGuard<'_> {
    type Target = Status;
    #[inline]
    fn deref(&self) -> &Status {
        &self.status
    }
}

impl DerefMut for StatusGuard<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Status {
        &mut self.status
    }
}

impl Drop for StatusGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.glance.store(glance(&self.status), Ordering::Release);
    }
}
