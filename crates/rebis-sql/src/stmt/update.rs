//! [`Update`].

use super::{Cte, TableRef};
use crate::{Expr, Name};

/// `UPDATE … SET … WHERE …`
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// `WITH`, where the database can.
    pub with: Vec<Cte>,
    /// The table's schema.
    pub schema: Option<Name>,
    /// The table.
    pub table: Name,
    /// What is set.
    pub set: Vec<(Name, Expr)>,
    /// Other tables that the values and the condition may use.
    pub from: Vec<TableRef>,
    /// `WHERE`; every row when absent.
    pub filter: Option<Expr>,
    /// Columns to give back, where the database can.
    pub returning: Vec<Expr>,
}
