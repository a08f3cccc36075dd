//! What a struct is to the ORM: [`Model`], its declaration as constant data, its metadata, its key.

mod columns;
mod def;
mod embedded;
mod invalid;
mod key;
mod kinds;
mod link;
mod meta;
mod registry;
mod repr;
mod row_key;
mod text;

use std::marker::PhantomData;

use rebis_engine::Row;
use rebis_sql::{Cell, DecodeError, Value};

use crate::entity::Entity;
use crate::relation::Attach;

pub use columns::ColumnSet;
pub use def::{CheckDef, ColumnDef, ForeignKeyDef, IndexDef, ModelDef, ServerDefaultDef, UniqueDef};
pub use embedded::{
    Embedded, Unasked, differing, join, no_placeholder, prefixed, prefixed_len, prefixed_names,
};
pub use invalid::Invalid;
pub use key::{IntoKey, Key, KeyPart};
pub use kinds::KindDef;
pub use meta::{LazyMeta, ModelMeta};
pub use registry::Registered;
pub use repr::{NoRepr, Repr};

pub(crate) use def::Decode;
pub(crate) use kinds::KindTable;
pub(crate) use link::{Far, Link};
pub(crate) use registry::registered;
pub(crate) use row_key::{RowKey, cell_of};
pub(crate) use text::place_of;

/// A struct whose values are rows of a table. Written by `#[derive(Model)]`.
///
/// The associated functions take no `self`, so that they never stand in the way of the struct's own methods.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "put `#[derive(Model)]` on the struct; a relation is `HasMany<Post>`, `HasOne<Profile>`, `BelongsTo<User>` or `BelongsTo<Option<User>>`"
)]
pub trait Model: Clone + Send + Sync + Sized + 'static {
    /// The type of the primary key: the field's type, or a tuple.
    type Key: Key;
    /// The table.
    const TABLE: &'static str;
    /// The declaration.
    #[doc(hidden)]
    const DEF: ModelDef;

    /// The model's metadata, made on first use.
    fn meta() -> &'static ModelMeta;

    /// Reads a row, its first column at `at`.
    #[doc(hidden)]
    fn decode(row: &Row<'_>, at: usize) -> rebis_engine::Result<Self>;

    /// Reads the key of a row, its first column at `at`.
    #[doc(hidden)]
    fn decode_key(row: &Row<'_>, at: usize) -> rebis_engine::Result<Self::Key>;

    /// The row's key.
    fn key_of(row: &Self) -> Self::Key;

    /// A new row that takes all it needs from the objects it refers to, for relations through this model; nothing when it needs more.
    #[doc(hidden)]
    fn linked() -> Option<Entity<Self>> {
        None
    }

    /// The value of a column.
    #[doc(hidden)]
    fn value_of(row: &Self, column: usize) -> Value;

    /// Sets a column.
    #[doc(hidden)]
    fn set_value(row: &mut Self, column: usize, cell: Cell<'_>) -> Result<(), DecodeError>;

    /// The deferred columns that are not loaded.
    #[doc(hidden)]
    fn unloaded(row: &Self) -> ColumnSet {
        let _ = row;
        ColumnSet::EMPTY
    }

    /// Fills in a deferred column.
    #[doc(hidden)]
    fn fill(row: &Self, column: usize, cell: Cell<'_>) -> Result<(), DecodeError> {
        let _ = (row, column, cell);
        Ok(())
    }

    /// The columns in which two rows differ.
    #[doc(hidden)]
    fn changed(new: &Self, old: &Self) -> ColumnSet;

    /// Whether any of its columns, or the row, has a validator.
    #[doc(hidden)]
    const VALIDATES: bool = false;

    /// How the row reads in one line, when its struct has a `Display`.
    #[doc(hidden)]
    fn repr(row: &Self) -> Option<String> {
        let _ = row;
        None
    }

    /// Asks the validators of these columns, and the row's.
    #[doc(hidden)]
    fn validate(row: &Self, columns: ColumnSet) -> Result<(), Invalid> {
        let _ = (row, columns);
        Ok(())
    }

    /// Tells the relation fields whom they belong to.
    #[doc(hidden)]
    fn attach(row: &mut Self, owner: &mut Attach<'_>);
}

/// A model as a value: what `User` is in `select(User)` and `session.get(User, 1)`.
pub struct EntityOf<M>(PhantomData<fn() -> M>);

impl<M> EntityOf<M> {
    /// The model as a value.
    #[doc(hidden)]
    #[must_use]
    pub const fn new() -> Self {
        EntityOf(PhantomData)
    }
}

impl<M> Clone for EntityOf<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for EntityOf<M> {}

impl<M> Default for EntityOf<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Model> std::fmt::Debug for EntityOf<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(M::DEF.name)
    }
}
