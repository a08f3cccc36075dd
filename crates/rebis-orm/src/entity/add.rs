//! What `session.add` takes: a struct, a builder, an entity. Invariant: a builder with a missing field is an error of the compiler.

use super::Entity;
use crate::model::{ColumnSet, Model};

/// What can be added to a session or put into a relation: a model's builder, its struct, or an entity.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added: it is no model, builder or entity",
    label = "expected something like `User::builder()…`"
)]
pub trait Addable {
    /// The model.
    type Model: Model;
    /// The object.
    fn into_entity(self) -> Entity<Self::Model>;
}

impl<T: Model> Addable for Entity<T> {
    type Model = T;
    fn into_entity(self) -> Entity<T> {
        self
    }
}

impl<T: Model> Addable for &Entity<T> {
    type Model = T;
    fn into_entity(self) -> Entity<T> {
        self.clone()
    }
}

/// A required field of a builder, in a state in which the row can be made.
#[diagnostic::on_unimplemented(
    message = "the required field `{Self}` is not set",
    label = "a required field is missing here",
    note = "call the builder's method named after the field"
)]
pub trait Required<T> {
    /// The field's value.
    fn take(self, column: usize, unset: &mut ColumnSet) -> T;
}

/// A required field that was given.
#[derive(Debug)]
pub struct Given<T>(pub T);

impl<T> Required<T> for Given<T> {
    fn take(self, _: usize, _: &mut ColumnSet) -> T {
        self.0
    }
}

/// A required key field that a relation will fill when the object is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Linked;

impl<T: Default> Required<T> for Linked {
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
