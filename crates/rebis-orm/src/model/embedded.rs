//! [`Embedded`]: a struct whose fields are columns of the models that flatten it. Invariant: its columns stand together, in its order.

use rebis_engine::Row;
use rebis_sql::{Cell, ColumnType, DecodeError, Value};

use super::{ColumnDef, ColumnSet};

/// A struct whose fields are columns of the models that flatten it. Written by `#[derive(Columns)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no columns, so it cannot be flattened",
    label = "not a struct of columns",
    note = "put `#[derive(Columns)]` on the struct"
)]
pub trait Embedded: Clone + Send + Sync + Sized + 'static {
    /// The columns as a model `M` has them.
    type Of<M>;
    /// Their declarations.
    const COLUMNS: &'static [ColumnDef];

    /// Reads the struct from a row, its first column at `at`.
    #[allow(clippy::missing_errors_doc)]
    fn decode(row: &Row<'_>, at: usize) -> rebis_engine::Result<Self>;

    /// The value of a column.
    fn value_of(&self, column: usize) -> Value;

    /// Sets a column.
    #[allow(clippy::missing_errors_doc)]
    fn set_value(&mut self, column: usize, cell: Cell<'_>) -> Result<(), DecodeError>;

    /// The columns in which two differ.
    fn changed(&self, old: &Self) -> ColumnSet;
}

/// A struct of columns that a builder need not be given: each has a default, may be NULL, or is filled in by the database.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has fields without a default, so it has to be given",
    label = "a required struct of columns is missing here"
)]
pub trait Unasked {
    /// The struct, its first column at `start`.
    fn unasked(start: usize, unset: &mut ColumnSet) -> Self;
}

/// The columns of a model, out of its own and those of the structs it flattens.
#[must_use]
pub const fn join<const N: usize>(parts: &[&[ColumnDef]]) -> [ColumnDef; N] {
    assert!(N <= 128, "a model has at most 128 columns, those of flattened structs included");
    let mut all = [ColumnDef::new(<i64 as ColumnType>::STORED, "", ""); N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            all[at] = parts[part][i];
            at += 1;
            i += 1;
        }
        part += 1;
    }
    assert!(at == N, "the columns of a model are counted wrongly");
    all
}

/// How many bytes the names of these columns have, each behind a prefix.
#[must_use]
pub const fn prefixed_len(prefix: &str, columns: &[ColumnDef]) -> usize {
    let (mut all, mut i) = (prefix.len() * columns.len(), 0);
    while i < columns.len() {
        all += columns[i].name.len();
        i += 1;
    }
    all
}

/// The names of these columns, each behind a prefix, one after the other.
#[must_use]
pub const fn prefixed_names<const N: usize>(prefix: &str, columns: &[ColumnDef]) -> [u8; N] {
    let mut all = [0; N];
    let (mut at, mut i) = (0, 0);
    while i < columns.len() {
        let parts = [prefix.as_bytes(), columns[i].name.as_bytes()];
        let mut part = 0;
        while part < parts.len() {
            let mut byte = 0;
            while byte < parts[part].len() {
                all[at] = parts[part][byte];
                at += 1;
                byte += 1;
            }
            part += 1;
        }
        i += 1;
    }
    all
}

/// The columns under the names of [`prefixed_names`].
#[must_use]
pub const fn prefixed<const N: usize>(
    prefix: &str,
    mut names: &'static [u8],
    columns: &[ColumnDef],
) -> [ColumnDef; N] {
    let mut all = [ColumnDef::new(<i64 as ColumnType>::STORED, "", ""); N];
    let mut i = 0;
    while i < N {
        all[i] = columns[i];
        assert!(all[i].kind.is_none(), "kinds with tables of their own are flattened once, without a prefix");
        assert!(all[i].computed.is_none(), "a computed column names others, so its struct takes no prefix");
        assert!(all[i].was.is_none(), "`was` is said once: a struct that takes a prefix cannot say it");
        let (name, rest) = names.split_at(prefix.len() + columns[i].name.len());
        names = rest;
        all[i].name = match std::str::from_utf8(name) {
            Ok(name) => name,
            Err(_) => panic!("the names of columns are cut wrongly"),
        };
        // What is not the struct's own field has the name of its column.
        all[i].field = all[i].name;
        i += 1;
    }
    all
}

/// The columns in which two differ, by their values.
#[must_use]
pub fn differing<E: Embedded>(new: &E, old: &E) -> ColumnSet {
    let columns = 0..E::COLUMNS.len();
    columns.fold(ColumnSet::EMPTY, |all, c| all.with_if(c, new.value_of(c) != old.value_of(c)))
}

/// A row becomes another kind, column by column, and a field of that kind has no value to begin with.
#[must_use]
pub fn no_placeholder() -> DecodeError {
    DecodeError::new(
        "a type with a default",
        "one without: a row of another kind is set as a whole, not column by column",
    )
}
