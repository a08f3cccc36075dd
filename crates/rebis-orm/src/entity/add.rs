//! What `session.add` takes: a struct, a builder, an entity. Invariant: a builder with a missing field is an error of the compiler.

use super::Entity;
use crate::model::{ColumnSet, Model};

/// How an object is added: by itself, to a session.
#[derive(Debug)]
pub struct Alone;

/// How an object is added: to a collection of the object that it refers to, which gives it its key.
#[derive(Debug)]
pub struct InRelation;

/// What can be added to a session: a model's builder, its struct, or an entity.
pub trait Addable {
    /// The model.
    type Model: Model;
    /// The object.
    fn into_entity(self) -> Entity<Self::Model>;
}

impl<A: Build<Alone>> Addable for A {
    type Model = A::Model;
    fn into_entity(self) -> Entity<A::Model> {
        self.build()
    }
}

/// What can be added in that way: [`Alone`], or [`InRelation`], where a builder may leave out the keys that the relation gives,
/// `john.posts.add(Post::builder().body("hi"))`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added: it is no model, builder or entity",
    label = "expected something like `User::builder()…`"
)]
pub trait Build<How> {
    /// The model.
    type Model: Model;
    /// The object.
    fn build(self) -> Entity<Self::Model>;
}

impl<T: Model, How> Build<How> for Entity<T> {
    type Model = T;
    fn build(self) -> Entity<T> {
        self
    }
}

impl<T: Model, How> Build<How> for &Entity<T> {
    type Model = T;
    fn build(self) -> Entity<T> {
        self.clone()
    }
}

/// A required field of a builder, in a state in which the row can be made.
#[diagnostic::on_unimplemented(
    message = "the required field `{Self}` is not set",
    label = "a required field is missing here",
    note = "call the builder's method named after the field"
)]
pub trait Required<T, How = Alone> {
    /// The field's value.
    fn take(self, column: usize, unset: &mut ColumnSet) -> T;
}

/// A required field that was given.
#[derive(Debug)]
pub struct Given<T>(pub T);

impl<T, How> Required<T, How> for Given<T> {
    fn take(self, _: usize, _: &mut ColumnSet) -> T {
        self.0
    }
}

/// A required key field that a relation will fill when the object is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Linked;

impl<T: Default, How> Required<T, How> for Linked {
    fn take(self, column: usize, unset: &mut ColumnSet) -> T {
        or_unset(None, column, unset)
    }
}

/// The value, or a placeholder and a note that the column is not set.
pub fn or_unset<T: Default>(value: Option<T>, column: usize, unset: &mut ColumnSet) -> T {
    value.unwrap_or_else(|| {
        *unset = unset.with(column);
        T::default()
    })
}

/// A key's placeholder in a row of an association, where its type has a default.
#[derive(Debug)]
pub struct Filler<T>(std::marker::PhantomData<T>);

impl<T: Default> Filler<T> {
    /// The placeholder.
    #[must_use]
    pub fn fill() -> Option<T> {
        Some(T::default())
    }
}

/// No placeholder: found when [`Filler`] has none of its own, because its type has no default.
pub trait NoFiller<T> {
    /// Nothing.
    #[must_use]
    fn fill() -> Option<T> {
        None
    }
}

impl<T> NoFiller<T> for Filler<T> {}
