//! [`Row`]: one row as the driver lends it, and [`FromRow`]. Invariant: reading a cell allocates nothing that the Rust type does not need.

use std::fmt;

use rebis_sql::{Cell, ColumnType, DecodeError};

use crate::driver::Lent;
use crate::{Error, ErrorKind, Result};

/// One row of a result, lent by the driver while a query runs.
pub struct Row<'a>(pub(crate) Lent<'a>);

impl<'a> Row<'a> {
    /// A row of these cells, which no database lent: for programs that have values and want what a row becomes. Its columns have no names.
    ///
    /// ```
    /// use rebis_engine::Row;
    /// use rebis_sql::Cell;
    ///
    /// let cells = [Cell::Int(1), Cell::Text("susan")];
    /// assert_eq!(Row::of(&cells).get::<String>(1).unwrap(), "susan");
    /// ```
    #[must_use]
    pub fn of(cells: &'a [Cell<'a>]) -> Self {
        Row(Lent::Cells(cells))
    }
}

impl Row<'_> {
    /// How many columns it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the column at `index`, from 0.
    #[must_use]
    pub fn name(&self, index: usize) -> Option<&str> {
        self.0.name(index)
    }

    /// The cell at `index`, from 0.
    ///
    /// # Errors
    /// When there is no such column, or its type is one that Rebis cannot read.
    #[inline]
    pub fn cell(&self, index: usize) -> Result<Cell<'_>> {
        self.0.cell(index).map_err(|e| e.in_column(index, self.name(index)))
    }

    /// The value at `index`, from 0.
    ///
    /// # Errors
    /// As [`cell`](Self::cell), and when the cell holds no value of that type; the error names the column.
    #[inline]
    pub fn get<T: ColumnType>(&self, index: usize) -> Result<T> {
        self.read(index, T::from_cell)
    }

    /// What `read` makes of the cell at `index`, from 0.
    ///
    /// # Errors
    /// As [`cell`](Self::cell), and what `read` says; the error names the column.
    #[inline]
    pub fn read<T>(
        &self,
        index: usize,
        read: impl FnOnce(Cell<'_>) -> std::result::Result<T, DecodeError>,
    ) -> Result<T> {
        read(self.cell(index)?).map_err(|e| Error::from(e).in_column(index, self.name(index)))
    }
}

impl Row<'_> {
    /// The value in the column of that name; the first one when several have it.
    ///
    /// # Errors
    /// As [`get`](Self::get), and when no column has that name; the error lists those that are there.
    pub fn named<T: ColumnType>(&self, name: &str) -> Result<T> {
        match (0..self.len()).find(|&i| self.name(i) == Some(name)) {
            Some(index) => self.get(index),
            None => Err(self.no_name(name)),
        }
    }

    #[cold]
    fn no_name(&self, name: &str) -> Error {
        let names: Vec<&str> = (0..self.len()).filter_map(|i| self.name(i)).collect();
        let text = format!("there is no column `{name}`; the row has {}", names.join(", "));
        Error::new(ErrorKind::Decode, text)
    }
}

/// The error for an index past the last column.
pub(crate) fn no_column(index: usize, columns: usize) -> Error {
    Error::new(
        ErrorKind::Decode,
        format!("there is no column {index}: the row has {columns}, counted from 0"),
    )
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for i in 0..self.len() {
            map.entry(&self.name(i).unwrap_or("?"), &self.cell(i));
        }
        map.finish()
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

macro_rules! tuples {
    ($($first:ident $(, $rest:ident)*;)*) => { $(
        impl<$first: ColumnType $(, $rest: ColumnType)*> FromRow for ($first, $($rest,)*) {
            #[inline]
            fn from_row(row: &Row<'_>) -> Result<Self> {
                let mut index = 0..;
                let mut next = || index.next().unwrap_or_default();
                Ok((row.get::<$first>(next())?, $(row.get::<$rest>(next())?,)*))
            }
        }
    )* };
}

tuples! {
    A;
    A, B;
    A, B, C;
    A, B, C, D;
    A, B, C, D, E;
    A, B, C, D, E, F;
    A, B, C, D, E, F, G;
    A, B, C, D, E, F, G, H;
    A, B, C, D, E, F, G, H, I;
    A, B, C, D, E, F, G, H, I, J;
    A, B, C, D, E, F, G, H, I, J, K;
    A, B, C, D, E, F, G, H, I, J, K, L;
}
