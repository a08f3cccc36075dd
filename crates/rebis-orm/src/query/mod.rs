//! Typed statements and the two ways to run them. Invariant: a statement is data until a runner takes it.

mod bulk;
mod insert;
mod lock;
mod page;
mod raw;
mod run;
mod runner;
mod select;
mod selection;
mod upsert;

pub use bulk::{DeleteStatement, UpdateStatement, delete, update};
pub use insert::{InsertStatement, insert};
pub use lock::RowLock;
pub use page::{Page, Pagination};
pub use raw::{Bind, RawSql, sql};
pub use runner::Runner;
pub use select::{SelectStatement, select};
pub use selection::Selection;
pub use upsert::{Columns, Conflict, InsertReturning};

pub(crate) use run::{fetch_entities, fetch_with_keys, read_by_key};
