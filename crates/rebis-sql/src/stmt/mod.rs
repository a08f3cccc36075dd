//! Statements as data. Invariant: a statement is complete in itself and knows no dialect.

mod bulk_insert;
mod compound;
mod cte;
mod delete;
mod insert;
mod plain;
mod select;
mod update;
mod within;

pub use bulk_insert::{BulkInsert, BulkLayout};
pub use compound::{Compound, SetOp};
pub use cte::Cte;
pub use delete::Delete;
pub use insert::{Insert, OnConflict};
pub use select::{Distinct, Join, JoinKind, Lock, Select, SelectItem, TableRef};
pub use update::Update;

/// Any statement.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "statements are made one at a time and never kept in lists")]
#[non_exhaustive]
pub enum Statement {
    /// SELECT.
    Select(Select),
    /// INSERT.
    Insert(Insert),
    /// UPDATE.
    Update(Update),
    /// DELETE.
    Delete(Delete),
}
