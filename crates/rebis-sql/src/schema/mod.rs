//! The schema as inert data: what the models declare, what inspection finds, what migrations change.
//!
//! **Invariant.** These types compare by value and hold no reference to a model or a connection, so the same comparison serves models,
//! a live database and replayed history.

mod collation;
mod column;
mod constraint;
mod create;
mod exclusion;
mod index;
mod naming;
mod object;
mod order;
mod table;

pub use collation::Collation;
pub use column::{Column, Computed, Identity, ServerDefault};
pub use constraint::{Check, ForeignKey, PrimaryKey, ReferentialAction, Unique};
pub use create::create_statements;
pub use exclusion::{Exclusion, NoExclusion};
pub use index::{Index, IndexKey, keys_of, split_key};
pub use naming::NamingConvention;
pub use object::{Objects, Trigger, View};
pub use order::{CycleEdge, sort_tables};
pub use table::{Schema, Table, Usual};
