//! [`Row`]: one row as the driver lends it, and [`FromRow`]. Invariant: reading a cell allocates nothing that the Rust type does not need.

use std::marker::PhantomData;

use rebis_sql::{Cell, ColumnType};

use crate::Result;

/// One row of a result, lent by the driver while a query runs.
#[derive(Debug)]
pub struct Row<'a> {
    _driver: PhantomData<&'a ()>,
}

impl Row<'_> {
    /// How many columns it has.
    #[must_use]
    pub fn len(&self) -> usize {
        unimplemented!()
    }

    /// Whether it has no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the column at `index`, from 0.
    #[must_use]
    pub fn name(&self, index: usize) -> Option<&str> {
        let _ = index;
        unimplemented!()
    }

    /// The cell at `index`, from 0.
    ///
    /// # Errors
    /// When there is no such column, or its type is one that Rebis cannot read.
    #[inline]
    pub fn cell(&self, index: usize) -> Result<Cell<'_>> {
        let _ = index;
        unimplemented!()
    }

    /// The value at `index`, from 0.
    ///
    /// # Errors
    /// As [`cell`](Self::cell), and when the cell holds no value of that type; the error names the column.
    #[inline]
    pub fn get<T: ColumnType>(&self, index: usize) -> Result<T> {
        Ok(T::from_cell(self.cell(index)?)?)
    }
}

/// A value read from a whole row: tuples of column types, and plain structs that implement it.
pub trait FromRow: Sized {
    /// Reads the row, its columns by position.
    ///
    /// # Errors
    /// When a column is missing or holds no value of its type.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}
