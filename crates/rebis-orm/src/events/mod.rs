//! What a program wants to be told of, and may refuse: [`Events`].
//!
//! **Invariant.** Nothing is global: what is registered belongs to one database or one session. Where nothing is registered, a flush and a
//! query pay one relaxed load.

mod hooks;
mod verdict;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use crate::entity::{AnyInstance, Entity, Instance, Object, typed};
use crate::error::Result;
use crate::model::{EntityOf, Model};
use crate::session::Session;

pub use verdict::Verdict;

pub(crate) use hooks::{Hooks, Listeners, Moment};

/// What happens in a database's sessions, or in one session, told to closures.
///
/// A closure does no I/O: what takes time is done afterwards. It gives nothing, or a `Result` whose error stops what is being done: the
/// flush or the commit fails, and the session is rolled back. Those that come before an INSERT or UPDATE may change the row.
///
/// ```
/// # extern crate rebis_orm as rebis;
/// use rebis::Database;
/// # use rebis_macros::Model;
///
/// #[derive(Model, Clone, Debug)]
/// pub struct User {
///     #[column(primary_key)]
///     pub id: i64,
///     pub email: String,
/// }
///
/// # #[tokio::main]
/// # async fn main() -> rebis::Result<()> {
/// # let db = Database::connect("sqlite://")?;
/// # db.create_all().await?;
/// db.events()
///     .before_insert(User, |user| user.email.make_ascii_lowercase())
///     .before_update(User, |user, was| if user.email.is_empty() { Err(format!("{} keeps its email", was.id)) } else { Ok(()) });
///
/// let session = db.session();
/// let susan = session.add(User::builder().email("Susan@Example.com"));
/// session.commit().await?;
/// assert_eq!(susan.email, "susan@example.com");
///
/// susan.edit().email.clear();
/// let error = session.commit().await.unwrap_err();
/// assert!(error.to_string().contains("1 keeps its email"));
/// session.rollback().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Events(Arc<Registered>);

#[derive(Default)]
struct Registered {
    any: AtomicBool,
    hooks: RwLock<Arc<Hooks>>,
}

macro_rules! for_sessions {
    ($($(#[$doc:meta])* $name:ident $moment:ident)*) => {
        $($(#[$doc])*
        pub fn $name<V: Verdict>(&self, told: impl Fn(&Session) -> V + Send + Sync + 'static) -> &Self {
            self.add(|hooks| hooks.of_session(Moment::$moment, Arc::new(move |session| told(session).verdict())))
        })*
    };
}

macro_rules! for_objects {
    ($($(#[$doc:meta])* $name:ident $moment:ident)*) => {
        $($(#[$doc])*
        pub fn $name<T: Model, V: Verdict>(
            &self,
            model: EntityOf<T>,
            told: impl Fn(&Entity<T>) -> V + Send + Sync + 'static,
        ) -> &Self {
            self.of::<T>(model, Moment::$moment, move |object, _| {
                typed::<T>(object).map_or(Ok(()), |entity| told(&entity).verdict())
            })
        })*
    };
}

impl Events {
    for_sessions! {
        /// Before a flush that has something to write; it may add, edit and delete objects.
        before_flush BeforeFlush
        /// After a flush that has written something.
        after_flush AfterFlush
        /// Before a commit, before its flush; it may add, edit and delete objects.
        before_commit BeforeCommit
        /// After a commit. An error of the closure is the commit's error; what was committed stays.
        after_commit AfterCommit
        /// After a rollback of the transaction, when the objects are restored. An error of the closure is the rollback's error.
        after_rollback AfterRollback
    }

    for_objects! {
        /// Before a row is deleted by a flush.
        before_delete BeforeDelete
        /// After a flush that has inserted the row: the object has its key.
        after_insert AfterInsert
        /// After a flush that has deleted the row.
        after_delete AfterDelete
        /// When a query brings an object that the session did not hold.
        load Load
    }

    /// Before a row is inserted; it may change the row. Keys of related objects are not filled in yet.
    pub fn before_insert<T: Model, V: Verdict>(
        &self,
        model: EntityOf<T>,
        told: impl Fn(&mut T) -> V + Send + Sync + 'static,
    ) -> &Self {
        self.of::<T>(model, Moment::BeforeInsert, move |object, _| rewrite(object, |row| told(row).verdict()))
    }

    /// Before a changed row is updated, with the row as it was written or read last; it may change the row.
    pub fn before_update<T: Model, V: Verdict>(
        &self,
        model: EntityOf<T>,
        told: impl Fn(&mut T, &T) -> V + Send + Sync + 'static,
    ) -> &Self {
        self.of::<T>(model, Moment::BeforeUpdate, move |object, was| {
            let entity = typed::<T>(object);
            let Some(entity) = &entity else { return Ok(()) };
            rewrite(object, |row| told(row, entity.0.at(was)).verdict())
        })
    }

    /// After a flush that has updated the row, with the row as it was before.
    pub fn after_update<T: Model, V: Verdict>(
        &self,
        model: EntityOf<T>,
        told: impl Fn(&Entity<T>, &T) -> V + Send + Sync + 'static,
    ) -> &Self {
        self.of::<T>(model, Moment::AfterUpdate, move |object, was| {
            typed::<T>(object).map_or(Ok(()), |entity| told(&entity, entity.0.at(was)).verdict())
        })
    }

    fn of<T: Model>(
        &self,
        model: EntityOf<T>,
        moment: Moment,
        told: impl Fn(&Object, u32) -> Result<(), String> + Send + Sync + 'static,
    ) -> &Self {
        let _ = model;
        self.add(|hooks| hooks.of_model(T::meta().type_id, moment, Arc::new(told)))
    }

    fn add(&self, change: impl FnOnce(&mut Hooks)) -> &Self {
        let mut hooks = self.0.hooks.write();
        change(Arc::make_mut(&mut *hooks));
        self.0.any.store(true, Ordering::Release);
        self
    }

    /// What is registered, when anything is.
    pub(crate) fn hooks(&self) -> Option<Arc<Hooks>> {
        self.0.any.load(Ordering::Acquire).then(|| Arc::clone(&self.0.hooks.read()))
    }
}

/// Lets a closure change a row that is about to be written.
fn rewrite<T: Model>(
    object: &Object,
    change: impl FnOnce(&mut T) -> Result<(), String>,
) -> Result<(), String> {
    let Some(entity) = typed::<T>(object) else { return Ok(()) };
    let instance: &Instance<T> = &entity.0;
    let mut row = instance.newest().clone();
    change(&mut row)?;
    let changed = T::changed(&row, instance.newest());
    if !changed.is_empty() {
        let mut status = instance.status();
        status.unset = status.unset.minus(changed);
        instance.core().push(&status, Box::new(row));
        drop(status);
        crate::relation::forget_stale_parents(&**object, changed);
    }
    Ok(())
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Events({})", self.0.hooks.read().len())
    }
}
