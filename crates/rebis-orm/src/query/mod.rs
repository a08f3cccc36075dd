//! Typed statements and the two ways to run them. Invariant: a statement is data until a runner takes it.

mod alias;
mod along;
mod bulk;
mod copy;
mod cte;
mod cursor;
mod derived;
mod insert;
mod keyset;
mod lock;
mod optional;
mod page;
mod raw;
mod returning;
mod run;
mod runner;
mod select;
mod selection;
mod source;
mod stream;
mod upsert;

pub use alias::{Alias, alias};
pub use along::Along;
pub use bulk::{DeleteStatement, UpdateStatement, delete, update};
pub use copy::{Fills, FitsInto};
pub use cte::Cte;
pub use cursor::Cursor;
pub use derived::{Derived, exists};
pub use insert::{InsertStatement, insert};
pub use keyset::KeysetPage;
pub use lock::RowLock;
pub use optional::Optional;
pub use page::{Page, Pagination, Slice};
pub use raw::{Bind, RawSql, sql};
pub use returning::Returning;
pub use runner::Runner;
pub use select::{SelectStatement, select};
pub(crate) use selection::Arrivals;
pub use selection::Selection;
pub use source::Source;
pub use stream::{Rows, StreamRunner};
pub use upsert::{Columns, Conflict, InsertReturning};

pub(crate) use raw::parts;
pub(crate) use run::{fetch_related, read_by_key};
