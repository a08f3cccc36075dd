//! An instance's bookkeeping, the same for every model. Invariant: the lock is held for a few instructions, never over another lock.

use std::any::TypeId;
use std::sync::{Arc, OnceLock, Weak};

use super::{AnyInstance, Few, Object};
use crate::model::{ColumnSet, Link};
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
}

impl Group {
    pub(crate) fn new(session: &Arc<Shared>) -> Arc<Group> {
        Arc::new(Group { session: Arc::downgrade(session), ..Group::default() })
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
    pub(crate) link: Link,
    pub(crate) parent: Option<Arc<dyn AnyInstance>>,
}

#[derive(Default)]
pub(crate) struct Status {
    pub(crate) state: State,
    pub(crate) group: Option<Arc<Group>>,
    /// The version that the database has, as this transaction sees it.
    pub(crate) flushed: u32,
    /// The version that was committed last.
    pub(crate) committed: u32,
    /// The last savepoint for which it was noted how this object was.
    pub(crate) frame: u32,
    /// Is in the session's list of changed objects.
    pub(crate) dirty: bool,
    /// Is in the session's list of what this transaction touched.
    pub(crate) touched: bool,
    /// Was inserted in this transaction.
    pub(crate) born: bool,
    pub(crate) editing: bool,
    /// Of a new row of an association: the collections that it relates hold its two ends.
    pub(crate) related: bool,
    /// What was loaded may be out of date: the next row that a query brings replaces it.
    pub(crate) expired: bool,
    /// Columns that were not given: placeholders until the database fills them in.
    pub(crate) unset: ColumnSet,
    pub(crate) pointers: Few<Pointer>,
}
