//! [`Cte`]: a query with a name. Invariant: the query gives as many columns as there are names.

use crate::{Name, Select};

/// `WITH name (columns) AS (…)`
#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    /// The name.
    pub name: Name,
    /// Its columns' names.
    pub columns: Vec<Name>,
    /// The query.
    pub query: Box<Select>,
    /// Whether the query may use its own name.
    pub recursive: bool,
}
