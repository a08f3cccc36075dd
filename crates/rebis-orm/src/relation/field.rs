//! The relation fields of a struct: [`HasMany`], [`HasOne`], [`BelongsTo`]. Invariant: a field holds a weak pointer to its owner, no content.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Weak;

use rebis_sql::Expr;
use rebis_sql::stmt::{Join, JoinKind};
use serde::ser::{Serialize, Serializer};

use super::handle::joined;
use super::load::{detached, load_lazily, not_loaded};
use super::slot::Slot;
use super::statement::ends;
use super::{add_child, remove_child, report_at_flush, set_child, set_parent};
use crate::entity::{Alone, AnyInstance, Build, Deferred, Entity, InRelation, Object, into_typed, typed};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Predicate, equal};
use crate::model::{EntityOf, Model};
use crate::query::{SelectStatement, select};
use crate::session::Session;

/// Whose relation a field is.
#[derive(Clone, Default)]
enum Owner {
    /// A plain struct's.
    #[default]
    None,
    Of(Weak<dyn AnyInstance>, u16),
    /// Of a struct that is being built: what the relation will hold.
    Pending(Vec<Object>),
}

impl Owner {
    fn get(&self) -> Result<(Object, usize)> {
        let what = match self {
            Owner::Of(owner, relation) => match owner.upgrade() {
                Some(owner) => return Ok((owner, usize::from(*relation))),
                None => "this struct was copied out of an entity that is gone, so its relations lead nowhere",
            },
            _ => "a plain struct's relations are not attached to a session",
        };
        Err(Error::new(ErrorKind::Detached, what)
            .advise("run the query on a `Session` (`.all(&session)`) to get entities, whose relations load"))
    }

    /// The owner, and the relation, which is loaded unless its slot is as wanted.
    async fn reached(&self, is_there: fn(&Slot) -> bool) -> Result<(Object, usize)> {
        let (owner, relation) = self.get()?;
        if !is_there(&owner.slot(relation).lock()) {
            load_lazily(&owner, relation).await?;
        }
        Ok((owner, relation))
    }

    /// What a relation to one leads to, loaded when it was not.
    async fn one(&self) -> Result<One> {
        let (owner, relation) = self.reached(|slot| slot.one().is_some()).await?;
        let loaded = owner.slot(relation).lock().one();
        match loaded {
            Some(object) => Ok(One { object, owner, relation }),
            None => Err(not_loaded(&owner, relation)),
        }
    }

    fn push(&mut self, object: Object) {
        match self {
            Owner::Pending(all) => all.push(object),
            _ => *self = Owner::Pending(vec![object]),
        }
    }
}

/// What the relation of an object to one other leads to.
struct One {
    object: Option<Object>,
    owner: Object,
    relation: usize,
}

/// Tells relation fields whom they belong to, and takes out what a builder put into them.
pub struct Attach<'a> {
    owner: &'a Weak<dyn AnyInstance>,
    pub(crate) pending: Vec<(usize, Vec<Object>)>,
}

impl<'a> Attach<'a> {
    pub(crate) fn new(owner: &'a Weak<dyn AnyInstance>) -> Self {
        Attach { owner, pending: Vec::new() }
    }

    /// One relation field, the relation's position given.
    pub fn relation(&mut self, index: usize, field: &mut impl Field) {
        self.take(index, field.owner());
    }

    fn take(&mut self, index: usize, field: &mut OwnerOf) {
        let was = std::mem::replace(field, OwnerOf(Owner::Of(Weak::clone(self.owner), index as u16)));
        if let Owner::Pending(objects) = was.0 {
            self.pending.push((index, objects));
        }
    }
}

impl Attach<'_> {
    /// One deferred column, its position given.
    pub fn column<T>(&mut self, index: usize, field: &mut Deferred<T>) {
        field.attach(self.owner, index);
    }
}

impl fmt::Debug for Attach<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attach")
    }
}

/// A relation field of any kind.
#[doc(hidden)]
pub trait Field {
    #[doc(hidden)]
    fn owner(&mut self) -> &mut OwnerOf;
}

/// Whose relation a field is, for the trait above.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct OwnerOf(Owner);

impl fmt::Debug for OwnerOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnerOf")
    }
}

/// What a relation to one leads to: a model, or `Option` of a model when there may be none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model, so no relation can lead to it",
    label = "not a model",
    note = "write `BelongsTo<User>`, or `BelongsTo<Option<User>>` when the key may be NULL"
)]
pub trait Target: 'static {
    /// The model.
    type Model: Model;
    /// What the relation gives.
    type Out: Send;
    #[doc(hidden)]
    fn out(found: Option<Entity<Self::Model>>, missing: impl FnOnce() -> Error) -> Result<Self::Out>;
}

impl<M: Model> Target for M {
    type Model = M;
    type Out = Entity<M>;
    fn out(found: Option<Entity<M>>, missing: impl FnOnce() -> Error) -> Result<Entity<M>> {
        found.ok_or_else(missing)
    }
}

impl<M: Model> Target for Option<M> {
    type Model = M;
    type Out = Option<Entity<M>>;
    fn out(found: Option<Entity<M>>, _: impl FnOnce() -> Error) -> Result<Option<Entity<M>>> {
        Ok(found)
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        pub struct $name<T>(OwnerOf, PhantomData<fn() -> T>);

        impl<T> Default for $name<T> {
            fn default() -> Self { $name(OwnerOf::default(), PhantomData) }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self { $name(self.0.clone(), PhantomData) }
        }

        impl<T> Field for $name<T> {
            fn owner(&mut self) -> &mut OwnerOf { &mut self.0 }
        })*
    };
}

fields! {
    /// A relation to many objects that refer to this one: `posts: HasMany<Post>`; or, through an association, to many that this one shares
    /// with others.
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::{Database, HasMany};
    /// use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct Student {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     pub name: String,
    ///     #[relation(through = Enrolment, back_populates = students)]
    ///     pub courses: HasMany<Course>,
    /// }
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct Course {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     pub name: String,
    ///     #[relation(through = Enrolment, back_populates = courses)]
    ///     pub students: HasMany<Student>,
    /// }
    ///
    /// #[derive(Model, Clone, Debug)]
    /// #[model(primary_key(student_id, course_id))]
    /// pub struct Enrolment {
    ///     #[column(foreign_key = Student::id)]
    ///     pub student_id: i64,
    ///     #[column(foreign_key = Course::id)]
    ///     pub course_id: i64,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rebis::Result<()> {
    /// let db = Database::connect("sqlite://")?;
    /// db.create_all().await?;
    /// let session = db.session();
    /// let alice = session.add(Student::builder().name("Alice"));
    /// let maths = alice.courses.add(Course::builder().name("Maths"));
    /// session.commit().await?;
    /// assert_eq!(maths.students.all().await?, [alice]);
    /// # Ok(())
    /// # }
    /// ```
    HasMany
    /// A relation to at most one object that refers to this one: `profile: HasOne<Option<Profile>>`.
    HasOne
    /// A relation to the object that this one refers to: `author: BelongsTo<User>`.
    BelongsTo
}

impl<T: Model> HasMany<T> {
    /// The related objects, loaded once. Loads them for all objects of the same query result in one statement (see
    /// [`FetchMode`](crate::FetchMode)).
    ///
    /// # Errors
    /// When the object is in no session, or the database refuses.
    pub async fn all(&self) -> Result<Vec<Entity<T>>> {
        let (owner, relation) = self.0.0.reached(Slot::is_loaded).await?;
        collected(&owner, relation).ok_or_else(|| not_loaded(&owner, relation))
    }

    /// The related objects without I/O: all of them, or the part that the last query asked for with a filter or limit of its path.
    ///
    /// # Errors
    /// When they are not loaded; never an empty list instead.
    pub fn loaded(&self) -> Result<Vec<Entity<T>>> {
        let (owner, relation) = self.0.0.get()?;
        let shown = owner.slot(relation).lock().shown();
        shown.map(|all| living(&all)).ok_or_else(|| not_loaded(&owner, relation))
    }

    /// Whether all of them are loaded.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.0.get().is_ok_and(|(owner, relation)| owner.slot(relation).lock().is_loaded())
    }

    /// A query for the related rows, which loads nothing into the relation.
    ///
    /// On a plain struct's relation the query gives an error when it is run.
    pub fn select(&self) -> SelectStatement<EntityOf<T>> {
        let mut query = select(EntityOf::<T>::new());
        match self.0.0.get().and_then(|(owner, relation)| related_to(&owner, relation)) {
            Ok((join, condition)) => {
                query.select.joins.extend(join);
                query.filter(condition)
            }
            Err(error) => query.broken(error),
        }
    }

    /// How many there are: counted in memory when they are loaded, else in the database, without loading them.
    ///
    /// # Errors
    /// When the object is in no session, or the database refuses.
    pub async fn count(&self) -> Result<u64> {
        let (owner, relation) = self.0.0.get()?;
        if let Some(all) = collected::<T>(&owner, relation) {
            return Ok(all.len() as u64);
        }
        let session = owner.session().ok_or_else(|| detached(&owner, relation))?;
        self.select().count(&Session(session)).await
    }

    /// Adds an object: written with the next flush, its key filled in then.
    ///
    /// # Errors
    /// When this is a plain struct's relation, or the relation is declared wrongly.
    pub fn try_add(&self, item: impl Build<InRelation, Model = T>) -> Result<Entity<T>> {
        let (owner, relation) = self.0.0.get()?;
        let entity = item.build();
        add_child(&owner, relation, &entity.object())?;
        Ok(entity)
    }

    /// As [`try_add`](Self::try_add), for an entity's relation. When the relation is declared wrongly, the flush gives that error.
    ///
    /// # Panics
    /// When this is a plain struct's relation: what is added there could never be written.
    #[track_caller]
    pub fn add(&self, item: impl Build<InRelation, Model = T>) -> Entity<T> {
        let (owner, relation) = match self.0.0.get() {
            Ok(found) => found,
            Err(error) => panic!("{error}"),
        };
        let entity = item.build();
        if let Err(error) = add_child(&owner, relation, &entity.object()) {
            report_at_flush(&owner, relation, &entity.object(), &error);
        }
        entity
    }

    /// Takes an object out: with `delete-orphan` it is deleted, else it refers to nothing.
    ///
    /// # Errors
    /// When this is a plain struct's relation, or the relation is declared wrongly.
    pub fn remove(&self, item: &Entity<T>) -> Result<()> {
        let (owner, relation) = self.0.0.get()?;
        remove_child(&owner, relation, &item.object())
    }

    /// For builders.
    #[doc(hidden)]
    pub fn push_pending<A: Build<InRelation, Model = T>>(&mut self, items: impl IntoIterator<Item = A>) {
        for item in items {
            self.0.0.push(item.build().object());
        }
    }
}

/// What makes a query of a collection's model one for the objects of this owner: the join of the association, and a condition.
pub(crate) fn related_to(owner: &Object, relation: usize) -> Result<(Option<Join>, Predicate)> {
    let meta = owner.meta();
    let (def, link) = (meta.relation(relation), meta.link(relation)?);
    let target = (def.target)();
    let (own, theirs) = ends(def, link);
    let (join, refers) = match (def.through, &link.far) {
        (Some(through), Some(far)) => {
            let association = (through.meta)();
            let on = Some(joined(association, &far.child, target, &far.parent));
            let join = Join { kind: JoinKind::Inner, table: association.table_ref(), on };
            (Some(join), association)
        }
        _ => (None, target),
    };
    let parts = theirs.iter().zip(owner.values(own));
    let parts = parts.map(|(&c, v)| Predicate::new(equal(refers.column_expr(c), Expr::Value(v))));
    Ok((join, Predicate::all(parts)))
}

fn collected<T: Model>(owner: &Object, relation: usize) -> Option<Vec<Entity<T>>> {
    let slot = owner.slot(relation).lock();
    match slot.many() {
        Some(all) => Some(living(all)),
        None => slot.all().map(|all| living(&all)),
    }
}

/// Whether a collection shows an object.
pub(crate) fn is_living(object: &Object) -> bool {
    !object.is_deleted()
}

fn living<T: Model>(all: &[Object]) -> Vec<Entity<T>> {
    let mut entities = Vec::with_capacity(all.len());
    // A plain loop: what iterators bring with them would be there for each model.
    for object in all {
        if is_living(object)
            && let Some(entity) = typed(object)
        {
            entities.push(entity);
        }
    }
    entities
}

fn single<T: Model>(owner: &Object, relation: usize) -> Option<Option<Entity<T>>> {
    owner.slot(relation).lock().one().map(|one| one.as_ref().and_then(typed))
}

fn none_there(owner: &Object, relation: usize) -> Error {
    let (model, name) = (owner.meta().def.name, owner.meta().relation(relation).name);
    Error::new(ErrorKind::NotFound, format!("{} has no {name}", owner.label()))
        .on(model)
        .advise(format!("if it may have none, declare `{name}` with `Option<…>`"))
}

macro_rules! to_one {
    ($name:ident, $how:ty, $set:expr) => {
        impl<T: Target> $name<T> {
            /// The related object: the identity map's when it is there, else loaded, for all objects of the same query result at once.
            ///
            /// # Errors
            /// When the object is in no session, or the database refuses; and when there is none and the target is no `Option`.
            pub async fn get(&self) -> Result<T::Out> {
                let found = self.0.0.one().await?;
                T::out(found.object.and_then(into_typed), || none_there(&found.owner, found.relation))
            }

            /// The related object without I/O.
            ///
            /// # Errors
            /// When it is not loaded; never «none» instead.
            pub fn loaded(&self) -> Result<T::Out> {
                let (owner, relation) = self.0.0.get()?;
                let found =
                    single::<T::Model>(&owner, relation).ok_or_else(|| not_loaded(&owner, relation))?;
                T::out(found, || none_there(&owner, relation))
            }

            /// Whether it is loaded.
            #[must_use]
            pub fn is_loaded(&self) -> bool {
                self.0.0.get().is_ok_and(|(owner, relation)| owner.slot(relation).lock().one().is_some())
            }

            /// Relates another object; the key follows with the next flush.
            ///
            /// # Errors
            /// When this is a plain struct's relation, or the relation is declared wrongly.
            pub fn set(&self, item: impl Build<$how, Model = T::Model>) -> Result<Entity<T::Model>> {
                let (owner, relation) = self.0.0.get()?;
                let entity = item.build();
                let set: fn(&Object, usize, Option<&Object>) -> Result<()> = $set;
                set(&owner, relation, Some(&entity.object()))?;
                Ok(entity)
            }

            /// Relates no object.
            ///
            /// # Errors
            /// When this is a plain struct's relation, or the relation is declared wrongly.
            pub fn clear(&self) -> Result<()> {
                let (owner, relation) = self.0.0.get()?;
                let set: fn(&Object, usize, Option<&Object>) -> Result<()> = $set;
                set(&owner, relation, None)
            }

            /// For builders.
            #[doc(hidden)]
            pub fn set_pending(&mut self, item: impl Build<$how, Model = T::Model>) {
                self.0 = OwnerOf::default();
                self.0.0.push(item.build().object());
            }
        }

        impl<T: Target> fmt::Debug for $name<T>
        where
            T::Model: fmt::Debug,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0.0.get().ok().and_then(|(owner, relation)| single::<T::Model>(&owner, relation)) {
                    Some(Some(found)) => found.fmt(f),
                    Some(None) => f.write_str("None"),
                    None => f.write_str("<not loaded>"),
                }
            }
        }

        impl<T: Target> Serialize for $name<T>
        where
            T::Model: Serialize,
        {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self.0.0.get().ok().and_then(|(owner, relation)| single::<T::Model>(&owner, relation)) {
                    Some(found) => found.serialize(s),
                    None => s.serialize_unit_struct(crate::entity::UNLOADED),
                }
            }
        }
    };
}

to_one!(BelongsTo, Alone, set_parent);
to_one!(HasOne, InRelation, set_child);

impl<T: Model + fmt::Debug> fmt::Debug for HasMany<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.loaded() {
            Ok(all) => all.fmt(f),
            Err(_) => f.write_str("<not loaded>"),
        }
    }
}

impl<T: Model + Serialize> Serialize for HasMany<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.loaded() {
            Ok(all) => all.serialize(s),
            Err(_) => s.serialize_unit_struct(crate::entity::UNLOADED),
        }
    }
}
