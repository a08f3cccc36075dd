//! Two relations as one: [`Path`] in a query, [`BehindMany`] of an object. Invariant: nothing of its own is loaded or kept; it reads and compares
//! through the two relations.

use super::Relation;
use super::load::{load_lazily, not_loaded};
use super::plan::Loading;
use crate::entity::{Entity, Object, typed};
use crate::error::Result;
use crate::expr::{Condition, Predicate};
use crate::model::Model;
use crate::relation::{HasMany, is_living};

/// A relation and one behind it, as one: `User::user_keywords.then(UserKeyword::keyword)`, what SQLAlchemy has an association proxy for.
///
/// ```
/// # extern crate rebis_orm as rebis;
/// use rebis::{BelongsTo, Database, HasMany, select};
/// use rebis_macros::Model;
///
/// #[derive(Model, Clone, Debug)]
/// pub struct User {
///     #[column(primary_key)]
///     pub id: i64,
///     #[relation(back_populates = user)]
///     pub user_keywords: HasMany<UserKeyword>,
/// }
///
/// #[derive(Model, Clone, Debug)]
/// pub struct Keyword {
///     #[column(primary_key)]
///     pub id: i64,
///     pub word: String,
/// }
///
/// #[derive(Model, Clone, Debug)]
/// #[model(primary_key(user_id, keyword_id))]
/// pub struct UserKeyword {
///     #[column(foreign_key = User::id)]
///     pub user_id: i64,
///     #[column(foreign_key = Keyword::id)]
///     pub keyword_id: i64,
///     pub special_key: String,
///     #[relation(back_populates = user_keywords)]
///     pub user: BelongsTo<User>,
///     #[relation]
///     pub keyword: BelongsTo<Keyword>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rebis::Result<()> {
/// let db = Database::connect("sqlite://")?;
/// db.create_all().await?;
/// let session = db.session();
/// let user = session.add(User::builder());
/// let rust = Keyword::builder().word("rust");
/// user.user_keywords.add(UserKeyword::builder().special_key("first").keyword(rust));
/// session.commit().await?;
///
/// let keywords = user.user_keywords.then(UserKeyword::keyword).all().await?;
/// assert_eq!(keywords[0].word, "rust");
/// let of_rust = User::user_keywords.then(UserKeyword::keyword).any(Keyword::word.eq("rust"));
/// assert_eq!(select(User).filter(of_rust).all(&session).await?, [user]);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Path<M, A, T> {
    first: Relation<M, A>,
    then: Relation<A, T>,
}

impl<M: Model, A: Model> Relation<M, A> {
    /// This relation and one behind it, as one.
    pub fn then<T: Model>(self, next: Relation<A, T>) -> Path<M, A, T> {
        Path { first: self, then: next }
    }
}

impl<M: Model, A: Model, T: Model> Path<M, A, T> {
    /// Whether any object at the end meets the condition.
    pub fn any(self, condition: impl Condition) -> Predicate {
        self.first.any(self.then.any(condition))
    }

    /// Whether there is any object at the end.
    pub fn is_any(self) -> Predicate {
        self.first.any(self.then.is_any())
    }

    /// Whether that object is among those at the end. As [`Relation::is`], it needs an object that is written.
    pub fn contains(self, object: &Entity<T>) -> Predicate {
        self.first.any(self.then.is(object))
    }
}

impl<M, A, T> Clone for Path<M, A, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, A, T> Copy for Path<M, A, T> {}

impl<M: Model, A: Model, T> std::fmt::Debug for Path<M, A, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}.{}", self.first, self.then.name())
    }
}

/// `.with(User::user_keywords.then(UserKeyword::keyword))` loads both.
impl<M: Model, A: Model, T: Model> From<Path<M, A, T>> for Loading {
    fn from(path: Path<M, A, T>) -> Self {
        path.first.with(path.then)
    }
}

/// What stands behind the objects of a collection: `user.user_keywords.then(UserKeyword::keyword)`. To be read; what it shows is changed through
/// the collection.
#[must_use = "read it with `.all().await` or `.loaded()`"]
pub struct BehindMany<'a, A, T> {
    collection: &'a HasMany<A>,
    then: Relation<A, T>,
}

impl<A: Model> HasMany<A> {
    /// What a relation of its objects leads to.
    pub fn then<T: Model>(&self, next: Relation<A, T>) -> BehindMany<'_, A, T> {
        BehindMany { collection: self, then: next }
    }
}

impl<A: Model, T: Model> BehindMany<'_, A, T> {
    /// The objects at the end, in the order of the collection, one for each way that leads there. What is not loaded is loaded as
    /// [`HasMany::all`] does it, so a loop over objects of one query costs two statements.
    ///
    /// # Errors
    /// When the object is in no session, or the database refuses.
    pub async fn all(&self) -> Result<Vec<Entity<T>>> {
        for between in self.collection.all().await? {
            let owner = between.object();
            let is_open = !owner.slot(self.then.index).lock().is_loaded();
            if is_open {
                load_lazily(&owner, self.then.index).await?;
            }
        }
        self.loaded()
    }

    /// The same without I/O.
    ///
    /// # Errors
    /// When the collection, or the relation of one of its objects, is not loaded; never fewer objects instead.
    pub fn loaded(&self) -> Result<Vec<Entity<T>>> {
        let mut all = Vec::new();
        for between in self.collection.loaded()? {
            all.extend(self.behind(&between.object())?);
        }
        Ok(all)
    }

    fn behind(&self, between: &Object) -> Result<Vec<Entity<T>>> {
        let shown = {
            let slot = between.slot(self.then.index).lock();
            slot.shown().or_else(|| slot.one().map(|one| one.into_iter().collect()))
        };
        let all = shown.ok_or_else(|| not_loaded(between, self.then.index))?;
        Ok(all.iter().filter(|o| is_living(o)).filter_map(typed).collect())
    }
}

impl<A: Model, T> std::fmt::Debug for BehindMany<'_, A, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BehindMany({:?})", self.then)
    }
}
