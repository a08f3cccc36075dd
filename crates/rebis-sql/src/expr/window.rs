//! [`Window`]: the rows that a window function looks at. Invariant: bounds of a frame are numbers of ours, written as literals.

use super::OrderBy;
use crate::Expr;

/// `OVER (PARTITION BY … ORDER BY … frame)`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// `PARTITION BY`.
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`.
    pub order_by: Vec<OrderBy>,
    /// Which rows around the current one; the database's own choice when absent.
    pub frame: Option<Frame>,
}

/// The rows around the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// What the bounds count.
    pub unit: FrameUnit,
    /// The first row.
    pub start: Bound,
    /// The last row.
    pub end: Bound,
}

/// What the bounds of a frame count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// Values of the order; rows that are equal in it stand together.
    Range,
    /// Groups of rows that are equal in the order, where the database has it.
    Groups,
}

/// A bound of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// From the beginning (as a start), or to the end (as an end).
    Unbounded,
    /// So many before the current row.
    Preceding(u64),
    /// The current row.
    Current,
    /// So many after the current row.
    Following(u64),
}
