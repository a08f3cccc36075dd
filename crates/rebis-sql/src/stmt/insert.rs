//! [`Insert`].

use crate::{Expr, Name, Select};

/// `INSERT INTO … VALUES …`
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// The table's schema.
    pub schema: Option<Name>,
    /// The table.
    pub table: Name,
    /// The columns given; none means one row of defaults.
    pub columns: Vec<Name>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Expr>>,
    /// A query that gives the rows, in place of `rows`.
    pub select: Option<Box<Select>>,
    /// What to do when a row is there already.
    pub on_conflict: Option<OnConflict>,
    /// Columns to give back, where the database can.
    pub returning: Vec<Expr>,
}

impl Insert {
    /// An insert into that table, without columns or rows yet.
    pub fn into(table: impl Into<Name>) -> Self {
        Insert {
            schema: None,
            table: table.into(),
            columns: Vec::new(),
            rows: Vec::new(),
            select: None,
            on_conflict: None,
            returning: Vec::new(),
        }
    }
}

/// What an insert does when a row with the same key is there already.
#[derive(Clone, Debug, PartialEq)]
pub enum OnConflict {
    /// Leave the row that is there.
    DoNothing {
        /// The unique columns; any unique key when empty.
        columns: Vec<Name>,
    },
    /// Change the row that is there.
    Update {
        /// The unique columns (MySQL takes any unique key).
        columns: Vec<Name>,
        /// Columns set to the values that were to be inserted.
        excluded: Vec<Name>,
        /// Columns set to an expression.
        set: Vec<(Name, Expr)>,
    },
}
