//! [`Session`]: one transaction at a time and one object per row.
//!
//! **Invariant.** No lock of this crate is held over an `.await` but the one that guards the connection, which statements queue for.
//!
//! Decision: a commit does not expire objects. `john.id` after a commit costs no I/O; [`Session::refresh`] reads a row again.

mod change;
mod criteria;
mod expire;
mod get;
mod guard;
mod identity;
mod lease;
mod leave;
mod merge;
mod object_list;
mod repeats;
mod savepoint;
mod transaction;
mod unsettled;
mod view;

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use rebis_engine::{Connection, Reader, TransactionOptions};

use crate::database::Database;
use crate::entity::{AnyInstance, Group, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::events::{Events, Hooks};
use crate::model::{Key, Model};

pub(crate) use change::{before_change, cascade_add, delete_object, refuse_deleted, register_change, touch};
pub(crate) use criteria::CriteriaOf;
pub(crate) use expire::{expire, freshen, reload};
pub(crate) use identity::{AnyMap, IdentityMap};
pub(crate) use lease::Lease;
pub(crate) use object_list::ObjectList;
pub use savepoint::Savepoint;

/// A handle to a session. Cheap to clone; all clones are one session.
///
/// It begins a transaction with its first statement. What is not committed when the last handle is dropped is rolled back.
///
/// Where each statement of a transaction sees whatever was committed before it (PostgreSQL, unless an isolation level is asked for), a query
/// that only reads comes before the BEGIN that the first other statement brings: it sees the same, and a session that only reads has nothing
/// to end. A query that may do more (text by hand, a function by name, a row lock) begins the transaction.
#[derive(Clone)]
pub struct Session(pub(crate) Arc<Shared>);

/// How a relation that is not loaded is fetched when it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FetchMode {
    /// For every object that the same query brought, in one statement.
    #[default]
    Peers,
    /// For the one object.
    One,
    /// Not at all: an error, for code that must not do hidden I/O.
    Raise,
}

/// What all handles of a session share.
pub(crate) struct Shared {
    pub(crate) database: Database,
    connection: tokio::sync::Mutex<Option<Connection>>,
    maps: Mutex<HashMap<TypeId, Arc<dyn AnyMap>, foldhash::fast::RandomState>>,
    pub(crate) work: Mutex<Work>,
    /// Whether `work` holds anything to write: read before every query, so without its lock.
    pub(crate) changed: AtomicBool,
    /// Held from when a flush takes up what it writes until it has the connection.
    pub(crate) taking: tokio::sync::Mutex<()>,
    fetch: AtomicU8,
    autoflush: AtomicBool,
    /// The innermost savepoint, 0 when none is set: read with every change, so without the lock of `work`.
    frame: AtomicU32,
    frames_made: AtomicU32,
    /// The guards of `edit()` that are alive.
    editing: AtomicUsize,
    /// The guards that have ended.
    edited: AtomicUsize,
    /// Whether any object was expired: read for every query, so that a session without them pays nothing.
    expired: AtomicBool,
    closed: AtomicBool,
    /// How often this transaction has read what, in debug builds.
    reads: Mutex<HashMap<u64, u32, foldhash::fast::RandomState>>,
    /// Whether the connection is reading a stream.
    pub(crate) streaming: AtomicBool,
    /// Who is told of what this session does, besides those whom the database tells.
    events: OnceLock<Events>,
    /// Whether this transaction met another one, so that running it again may mend it.
    conflict: AtomicBool,
    /// Whether this transaction has written anything, so that what is read may be its own work.
    written: AtomicBool,
    /// Whether a statement of it went past the objects.
    past: AtomicBool,
    /// Whether objects may hold each other in circles.
    circles: AtomicBool,
    /// How the next transaction begins.
    options: Mutex<TransactionOptions>,
    /// What narrows every query.
    criteria: CriteriaOf,
    /// The group of objects that no query brought.
    pub(crate) solo: Arc<Group>,
}

/// What is to be written, in the order in which it was registered.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) new: Vec<Object>,
    pub(crate) dirty: Vec<Object>,
    pub(crate) deleted: ObjectList,
    /// Everything this transaction changed, for a rollback.
    pub(crate) touched: Vec<Object>,
    /// Whose relations were loaded after this transaction had written something.
    loaded: Vec<Weak<dyn AnyInstance>>,
    /// The savepoints that are set, innermost last.
    frames: Vec<savepoint::Frame>,
    /// Why the transaction can go no further.
    pub(crate) failed: Option<String>,
    /// Why what was added cannot be written.
    pub(crate) refused: Option<(ErrorKind, String)>,
}

impl Session {
    pub(crate) fn new(database: Database) -> Self {
        let criteria = database.criteria().clone();
        Session(Arc::new_cyclic(|me| Shared {
            database,
            connection: tokio::sync::Mutex::default(),
            maps: Mutex::default(),
            work: Mutex::default(),
            changed: AtomicBool::new(false),
            taking: tokio::sync::Mutex::default(),
            fetch: AtomicU8::new(0),
            autoflush: AtomicBool::new(true),
            frame: AtomicU32::new(0),
            frames_made: AtomicU32::new(0),
            editing: AtomicUsize::new(0),
            edited: AtomicUsize::new(0),
            expired: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            reads: Mutex::default(),
            streaming: AtomicBool::new(false),
            events: OnceLock::new(),
            conflict: AtomicBool::new(false),
            written: AtomicBool::new(false),
            past: AtomicBool::new(false),
            circles: AtomicBool::new(false),
            options: Mutex::default(),
            criteria,
            solo: Arc::new(Group { session: me.clone(), ..Group::default() }),
        }))
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// What happens in this session, told to closures. Those of the [`Database`](Database::events) are told before.
    #[must_use]
    pub fn events(&self) -> &Events {
        self.0.events.get_or_init(Events::default)
    }

    /// How relations that are not loaded are fetched from now on.
    pub fn fetch(&self, mode: FetchMode) {
        self.0.fetch.store(mode as u8, Ordering::Relaxed);
    }

    /// How this session's transactions begin from the next one on: isolation level, read-only, SQLite's write lock at once.
    ///
    /// An option that the database lacks is refused when the transaction begins.
    pub fn transaction_options(&self, options: TransactionOptions) {
        *self.0.options.lock() = options;
    }

    /// Whether changes are written before every query (default yes).
    pub fn autoflush(&self, on: bool) {
        self.0.autoflush.store(on, Ordering::Relaxed);
    }

    /// Whether anything waits to be written.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.0.changed.load(Ordering::Acquire)
    }
}

impl Session {
    /// Whether a commit would have anything to write or to confirm: changes that wait, or statements of this transaction that wrote.
    #[must_use]
    pub fn is_uncommitted(&self) -> bool {
        self.is_dirty() || self.0.has_written()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let work = self.0.work.lock();
        f.debug_struct("Session")
            .field("new", &work.new.len())
            .field("dirty", &work.dirty.len())
            .field("deleted", &work.deleted.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn fetch_mode(&self) -> FetchMode {
        match self.fetch.load(Ordering::Relaxed) {
            1 => FetchMode::One,
            2 => FetchMode::Raise,
            _ => FetchMode::Peers,
        }
    }

    /// The connection, with a transaction open.
    pub(crate) async fn connection(&self) -> Result<Lease<'_>> {
        self.check_open()?;
        if let Some(why) = &self.work.lock().failed {
            return Err(inactive(why));
        }
        let mut guard = self.connection.lock().await;
        // Once more: the statement that this one waited for may have failed.
        if let Some(why) = &self.work.lock().failed {
            return Err(inactive(why));
        }
        if guard.is_none() {
            let mut connection = self.database.engine()?.acquire().await?;
            let options = *self.options.lock();
            self.conflict.store(false, Ordering::Release);
            if let Err(error) = connection.begin(options).await {
                self.conflict.store(error.is_retryable(), Ordering::Release);
                return Err(error.into());
            }
            *guard = Some(connection);
        }
        tokio::sync::MutexGuard::try_map(guard, Option::as_mut)
            .map(|connection| Lease::new(self, connection))
            .map_err(|_| Error::new(ErrorKind::State, "the session has no connection"))
    }

    /// A connection that lookups of others use too, as long as this session has no transaction and a lookup sees the same as it would in one;
    /// nothing otherwise. So a session that only looks rows up waits for no BEGIN and holds no connection.
    pub(crate) async fn reader(&self) -> Result<Option<Reader<'_>>> {
        let none = self.connection.try_lock().is_ok_and(|connection| connection.is_none());
        if !none || *self.options.lock() != TransactionOptions::default() {
            return Ok(None);
        }
        self.check_open()?;
        if let Some(why) = &self.work.lock().failed {
            return Err(inactive(why));
        }
        let reader = self.database.engine()?.reader().await?;
        Ok(reader.filter(Reader::reads_as_in_transaction))
    }

    /// What is registered with this session alone.
    pub(crate) fn hooks(&self) -> Option<Arc<Hooks>> {
        self.events.get().and_then(Events::hooks)
    }

    /// An object has got a reference with which it and others may hold each other in a circle: any but those of a collection, whose objects
    /// refer back weakly.
    pub(crate) fn note_circles(&self) {
        self.circles.store(true, Ordering::Release);
    }

    pub(crate) fn note_conflict(&self) {
        self.conflict.store(true, Ordering::Release);
    }

    /// Whether running this session's last transaction again may mend what failed.
    pub(crate) fn met_conflict(&self) -> bool {
        self.conflict.load(Ordering::Acquire)
    }

    /// Whether objects may have expired.
    pub(crate) fn has_expired(&self) -> bool {
        self.expired.load(Ordering::Acquire)
    }

    /// Makes the next flush fail with this error.
    pub(crate) fn refuse(&self, kind: ErrorKind, why: String) {
        self.work.lock().refused.get_or_insert((kind, why));
        self.changed.store(true, Ordering::Release);
    }

    pub(crate) async fn autoflush(self: &Arc<Self>) -> Result<()> {
        if !self.autoflush.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.changed.load(Ordering::Acquire) {
            // In a box: every query would be as large otherwise.
            return Box::pin(crate::flush::flush(self, false)).await;
        }
        self.wait_for_taken().await;
        Ok(())
    }

    /// What the flush of another task has taken up is no longer seen as changed, and may not stand in line for the connection yet: waits until it
    /// does, so that a statement that comes now runs behind it.
    pub(crate) async fn wait_for_taken(&self) {
        if self.taking.try_lock().is_err() {
            drop(self.taking.lock().await);
        }
    }

    pub(crate) fn map<T: Model>(&self) -> Arc<Mutex<IdentityMap<T::Key>>> {
        self.map_of(TypeId::of::<T>())
    }

    /// The map of the model with that identity, whose keys are of type `K`.
    pub(crate) fn map_of<K: Key>(&self, model: TypeId) -> Arc<Mutex<IdentityMap<K>>> {
        let mut maps = self.maps.lock();
        let map = maps.entry(model).or_insert_with(|| Arc::new(Mutex::new(IdentityMap::<K>::default())));
        let any: Arc<dyn std::any::Any + Send + Sync> = Arc::<dyn AnyMap>::clone(map);
        // The entry of a model holds that model's map; a fresh one instead of a panic if that were ever broken.
        any.downcast().unwrap_or_default()
    }
}

impl Drop for Shared {
    /// Breaks the circles that loaded relations make: an object that a collection holds and that holds the collection's owner.
    fn drop(&mut self) {
        // What waits to be written holds objects too, and will not be written any more.
        *self.work.get_mut() = Work::default();
        if !*self.circles.get_mut() {
            return;
        }
        let objects = self.maps.get_mut().values().flat_map(|map| map.objects());
        let holders: Vec<Object> = objects.filter(|object| object.has_relations()).collect();
        for object in &holders {
            identity::break_circles(object);
        }
        crate::relation::part_circles(&holders);
    }
}

pub(crate) fn inactive(why: &str) -> Error {
    Error::new(ErrorKind::InactiveTransaction, format!("this session's transaction has failed: {why}"))
        .advise("call `session.rollback().await?` first; the session and its objects are usable after it")
}

/// `&dyn AnyInstance` belongs to this session.
pub(crate) fn belongs(object: &dyn AnyInstance, session: &Arc<Shared>) -> bool {
    object.session().is_some_and(|s| Arc::ptr_eq(&s, session))
}
