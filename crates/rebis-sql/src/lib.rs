//! Values, types, schema, expressions and statements, and how each database writes them as SQL.
//!
//! Everything here is data and pure functions: no I/O, no async, nothing of Rebis above it. Read in this order:
//! [`Value`] (what travels) and [`SqlType`] (what a column is); [`ColumnType`] (how a Rust type is both); [`schema`] (tables
//! as inert data); [`Expr`] and [`stmt`] (queries as data); [`Ddl`] (changes of the schema as data); [`Dialect`] (how all of it is
//! written); [`compile()`] (a statement becomes text and binds).
//!
//! **Invariants.** Identifiers are always quoted by the dialect's rule and values always bound, so no text from outside
//! can become SQL. What a database lacks is refused with an [`Unsupported`] that names the capability, never half-emulated.

#![forbid(unsafe_code)]

mod cell;
mod column_type;
pub mod compile;
pub mod ddl;
pub mod dialect;
mod error;
pub mod expr;
pub mod schema;
pub mod stmt;
pub mod storage;
mod types;
mod value;

pub use cell::Cell;
pub use column_type::{Array, Blob, ColumnType, EnumType, Json};
pub use compile::{Compiled, compile, compile_into};
pub use ddl::Ddl;
pub use dialect::{Capabilities, Dialect, GeneratedKeys};
pub use error::{CompileError, DecodeError, Unsupported};
pub use expr::Expr;
pub use stmt::{Delete, Insert, Select, Statement, Update};
pub use types::SqlType;
pub use value::Value;

/// A name that is usually known at compile time (a table's or column's), and sometimes made at run time (an alias's).
pub type Name = std::borrow::Cow<'static, str>;
