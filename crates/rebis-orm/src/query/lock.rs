//! Reading rows that nobody else may change meanwhile. Invariant: a locked read shows the rows as they are under the lock, also in objects
//! that the session holds already.

use rebis_sql::Name;

use super::select::SelectStatement;
use super::selection::Selection;
use crate::entity::Entity;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Predicate, equal};
use crate::model::{EntityOf, IntoKey, Key, Model};
use crate::session::Session;

/// How rows are locked while they are read: until the transaction ends, others wait to change them.
///
/// What a database lacks is refused with an error that names the capability: SQLite has no row locks at all, `key` and `of` exist on
/// some only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct RowLock(pub(crate) rebis_sql::stmt::Lock);

impl RowLock {
    /// `FOR UPDATE`: nobody else may change or lock the rows.
    pub fn update() -> Self {
        RowLock(rebis_sql::stmt::Lock::default())
    }

    /// `FOR SHARE`: others may lock the rows in this way too, and nobody may change them.
    pub fn share() -> Self {
        RowLock(rebis_sql::stmt::Lock { share: true, ..rebis_sql::stmt::Lock::default() })
    }

    /// The weaker form that lets new rows refer to the locked ones: `FOR NO KEY UPDATE`, `FOR KEY SHARE`.
    pub fn key(mut self) -> Self {
        self.0.key = true;
        self
    }

    /// Rows that someone else has locked are an error, at once.
    pub fn nowait(mut self) -> Self {
        self.0.nowait = true;
        self
    }

    /// Rows that someone else has locked are left out: the way to take jobs from a queue.
    pub fn skip_locked(mut self) -> Self {
        self.0.skip_locked = true;
        self
    }

    /// Only the rows of this model, in a query that joins others.
    pub fn of<M: Model>(mut self, model: EntityOf<M>) -> Self {
        let _ = model;
        self.0.of.push(Name::Borrowed(M::TABLE));
        self
    }
}

impl<S: Selection> SelectStatement<S> {
    /// Locks the rows that it reads: `FOR UPDATE`. As [`lock`](Self::lock) with [`RowLock::update`].
    pub fn for_update(self) -> Self {
        self.lock(RowLock::update())
    }

    /// Locks the rows that it reads until the transaction ends. It runs on a session, or on a connection with a transaction open: elsewhere
    /// the lock would end with the statement. Objects that the session holds already show the rows as they were read.
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::{RowLock, select};
    /// # use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct Job {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     pub done: bool,
    /// }
    ///
    /// # fn main() {
    /// let next = select(Job)
    ///     .filter(Job::done.eq(false))
    ///     .order_by(Job::id)
    ///     .limit(1)
    ///     .lock(RowLock::update().skip_locked());
    /// # let text = next.sql(rebis_sql::Dialect::Postgres);
    /// # assert!(text.ends_with("LIMIT 1 FOR UPDATE SKIP LOCKED"), "{text}");
    /// # }
    /// ```
    pub fn lock(mut self, lock: RowLock) -> Self {
        if lock.0.nowait && lock.0.skip_locked {
            return self.broken(
                Error::new(ErrorKind::State, "a lock cannot both refuse locked rows and leave them out")
                    .advise("take `.nowait()` or `.skip_locked()`"),
            );
        }
        self.select.lock = Some(lock.0);
        self.populate_existing()
    }

    /// Objects that the session holds already take the values that are read, as new ones do. Changes that were not written yet stay.
    pub fn populate_existing(mut self) -> Self {
        self.populate = true;
        self
    }
}

impl Session {
    /// As [`get`](Session::get), reading the row in every case and locking it until the transaction ends.
    ///
    /// # Errors
    /// When the database lacks the lock, when it is not to be had, and what else the database says.
    pub async fn get_locked<T: Model>(
        &self,
        model: EntityOf<T>,
        key: impl IntoKey<T::Key>,
        lock: RowLock,
    ) -> Result<Option<Entity<T>>> {
        let meta = T::meta();
        let values = key.into_key().values();
        let parts = meta.key.iter().zip(values);
        let is_it = Predicate::all(
            parts.map(|(&c, v)| Predicate::new(equal(meta.column_expr(c), rebis_sql::Expr::Value(v)))),
        );
        super::select(model).filter(is_it).lock(lock).one_or_none(self).await
    }
}
