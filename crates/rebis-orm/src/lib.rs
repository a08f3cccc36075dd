//! Models, entities, identity map, unit of work, relations, session and typed queries.
//!
//! Read in this order: [`Model`] (what a struct is to the ORM), [`Column`] (a field in a query), [`select()`] (a statement and its
//! two ways to run), [`Database`], [`Session`] (one object per row, one transaction), [`Entity`] (such an object), [`HasMany`] and
//! [`BelongsTo`] (from one object to others).
//!
//! # Queries
//!
//! | SQL | here |
//! |---|---|
//! | SELECT … WHERE … ORDER BY … | [`select()`], `.filter(User::name.like("s%"))`, `.order_by(User::id.desc())` |
//! | JOIN, LEFT JOIN, FULL JOIN | `.join(User::posts)`, `.outer_join(…)` with `Post.optional()`, `.join_on(…)`, `.full_join(…)`, `.cross_join(…)` |
//! | a table twice | [`alias()`]: `let boss = alias(User, "boss")`, `boss.col(User::name)`, `User::boss.to(boss)` |
//! | EXISTS, IN (SELECT …), (SELECT …) | [`exists()`], `User::posts.any(…)`, `.in_select(…)`, `.scalar_query()` |
//! | > ALL (SELECT …), = ANY (SELECT …) | `Post::likes.gt(func::all(select(…)))`, [`func::any`] |
//! | FROM (SELECT …), LATERAL, WITH RECURSIVE | [`derived`](SelectStatement::derived), [`lateral`](Derived::lateral), [`cte`](SelectStatement::cte) |
//! | UNION, INTERSECT, EXCEPT | `.union(…)`, `.intersect(…)`, `.except(…)` |
//! | GROUP BY, HAVING, functions, CASE, CAST | `.group_by(…)`, `.having(func::count(Post::id).gt(1))`, [`func`](mod@func) |
//! | OVER (PARTITION BY … ORDER BY …) | `func::rank().over(window().order_by(…))`, [`window()`] |
//! | (a, b) > (1, 2) | [`func::row`] |
//! | a fragment by hand | [`func::raw`], [`from_sql`](SelectStatement::from_sql), [`sql()`] |
//! | LIMIT … OFFSET …, pages | `.limit(…)`, [`paginate`](SelectStatement::paginate), [`slice`](SelectStatement::slice), [`keyset`](SelectStatement::keyset) |
//! | row after row | [`stream`](SelectStatement::stream) |
//! | INSERT … SELECT, UPDATE … FROM, DELETE … USING, RETURNING | [`from_select`](InsertStatement::from_select), [`from`](UpdateStatement::from), [`using`](DeleteStatement::using), `.returning(…)` |
//!
//! What the database that runs a statement lacks is refused with an error that names the capability. An aggregate where a row is meant, a
//! comparison of different types, a `like` on a number do not compile.
//!
//! **Invariants.** In a session there is one object for a row. What is not loaded is an error or an `.await`, never «empty». Nothing is
//! global but the list of the program's models. The cost of a flush grows with what changed, never with what is loaded.

#![forbid(unsafe_code)]

mod bound;
mod database;
pub mod dynamic;
mod entity;
mod error;
mod events;
mod expr;
#[cfg(feature = "axum")]
mod extract;
mod flush;
mod model;
mod query;
mod relation;
mod retry;
mod session;

#[doc(hidden)]
pub mod __private;

pub use database::Database;
pub use entity::{Addable, Alone, Build, Deferred, Edit, Entity, InRelation, State, WeakEntity};
pub use error::{Error, ErrorKind, Result};
pub use events::{Events, Verdict};
pub use expr::{
    Aggregate, Arguments, Assign, Case, Column, Comparable, Condition, Expression, IntoExpression, Lag,
    Number, Operand, Order, Ordered, PerRow, Plus, Predicate, Quantified, RowOperand, RowValue, RowsOf, Term,
    Textual, Window, WindowFunction, Windowed, func, window,
};
#[cfg(feature = "axum")]
pub use extract::Rejection;
pub use model::{ColumnSet, EntityOf, IntoKey, Key, KeyPart, Model, ModelMeta};
pub use query::{
    Alias, Along, Bind, Columns, Conflict, Cte, Cursor, DeleteStatement, Derived, Fills, FitsInto,
    InsertReturning, InsertStatement, KeysetPage, Optional, Page, Pagination, RawSql, Returning, RowLock,
    Rows, Runner, SelectStatement, Selection, Slice, Source, StreamRunner, UpdateStatement, alias, delete,
    exists, insert, select, sql, update,
};
pub use rebis_sql::expr::{Bound, Field};
pub use relation::{BehindMany, BelongsTo, Cascade, HasMany, HasOne, Loading, Path, Relation, Target};
pub use retry::Retry;
pub use session::{FetchMode, Savepoint, Session};

/// A list of models, for a [`Database`] that does not take every model of the program: `models![User, Post]`.
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        [$(<$model as $crate::Model>::meta()),*]
    };
}
