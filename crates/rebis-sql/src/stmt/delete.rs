//! [`Delete`].

use super::{Cte, TableRef};
use crate::{Expr, Name};

/// `DELETE FROM … WHERE …`
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// `WITH`, where the database can.
    pub with: Vec<Cte>,
    /// The table's schema.
    pub schema: Option<Name>,
    /// The table.
    pub table: Name,
    /// Other tables that the condition may use, where the database can.
    pub using: Vec<TableRef>,
    /// `WHERE`; every row when absent.
    pub filter: Option<Expr>,
    /// Columns to give back, where the database can.
    pub returning: Vec<Expr>,
}
