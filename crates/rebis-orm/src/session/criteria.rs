//! Criteria of a whole session. Invariant: a session without any pays one look at a flag.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::{Session, Shared};
use crate::expr::{Condition, Predicate};
use crate::model::{EntityOf, Model, ModelMeta};
use crate::query::Criterion;
use crate::relation::RelationDef;

/// What narrows every query of a session, or of the sessions of a database.
#[derive(Default)]
pub(crate) struct CriteriaOf {
    any: AtomicBool,
    all: Mutex<Vec<Arc<Criterion>>>,
}

impl CriteriaOf {
    pub(crate) fn add(&self, model: &'static ModelMeta, condition: Predicate) {
        self.all.lock().push(Criterion::new(model, condition));
        self.any.store(true, Ordering::Release);
    }

    fn list(&self) -> Vec<Arc<Criterion>> {
        if self.any.load(Ordering::Acquire) { self.all.lock().clone() } else { Vec::new() }
    }
}

impl Clone for CriteriaOf {
    fn clone(&self) -> Self {
        let all = self.list();
        CriteriaOf { any: AtomicBool::new(!all.is_empty()), all: Mutex::new(all) }
    }
}

impl Session {
    /// From now on, queries of this session find only rows of that model that meet the condition: also where they join them, in subqueries
    /// (`any`, `has`), in relations that are loaded, with the query or later, and in [`get`](Self::get). What soft deletion asks for.
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::{Database, select};
    /// # use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct Note {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     pub deleted: bool,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rebis::Result<()> {
    /// let db = Database::connect("sqlite://")?;
    /// db.create_all().await?;
    /// db.with_criteria(Note, Note::deleted.eq(false)); // every session made from now on; `session.with_criteria` for one
    /// let session = db.session();
    /// let note = session.add(Note::builder().deleted(false));
    /// session.commit().await?;
    /// note.edit().deleted = true;
    /// session.commit().await?;
    /// assert_eq!(select(Note).count(&session).await?, 0);
    /// assert_eq!(select(Note).without_criteria().count(&session).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An object that the session knows is asked for again, since only the database can say whether it meets the condition.
    ///
    /// It narrows what is read. Not so: objects that are loaded already, `refresh`, `merge`, what a flush looks for to cascade a deletion (which
    /// deletes what is kept out too), `update`, `delete`, queries on a [`Database`](crate::Database), and SQL by hand. A relation to one whose
    /// object is kept out has none: declare it with `Option` to read it.
    pub fn with_criteria<M: Model>(&self, model: EntityOf<M>, condition: impl Condition) {
        let _ = model;
        self.0.criteria.add(M::meta(), condition.into_predicate());
    }
}

impl Shared {
    pub(crate) fn criteria(&self) -> Vec<Arc<Criterion>> {
        self.criteria.list()
    }

    /// Whether queries see only some rows of that model.
    pub(crate) fn narrows(&self, model: &ModelMeta) -> bool {
        self.criteria.any.load(Ordering::Acquire)
            && self.criteria.all.lock().iter().any(|one| one.is_on(model))
    }

    /// Whether a relation shows only some of the rows that it leads to.
    pub(crate) fn narrows_relation(&self, relation: &RelationDef) -> bool {
        self.narrows((relation.target)())
            || relation.through.is_some_and(|through| self.narrows((through.meta)()))
    }
}
