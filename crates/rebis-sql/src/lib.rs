//! Values, types, schema, expressions and statements, and how each database writes them as SQL.
//!
//! Everything here is data and pure functions: no I/O, no async, nothing of Rebis above it. Read in this order:
//! [`Value`] (what travels) and [`SqlType`] (what a column is); [`ColumnType`] (how a Rust type is both); [`schema`] (tables
//! as inert data); [`Expr`] and [`stmt`] (queries as data); [`Ddl`] (changes of the schema as data); [`Dialect`] (how all of it is
//! written); [`compile()`] (a statement becomes text and binds).
//!
//! # Types
//!
//! | Rust | [`SqlType`] | SQLite | PostgreSQL | MySQL, MariaDB |
//! |---|---|---|---|---|
//! | `i8` `u8` `i16` | `SmallInteger` | SMALLINT | SMALLINT | SMALLINT |
//! | `u16` `i32` | `Integer` | INTEGER | INTEGER | INTEGER |
//! | `u32` `i64` | `BigInteger` | BIGINT (a counted key: INTEGER) | BIGINT (a counted key: BIGSERIAL) | BIGINT (AUTO_INCREMENT) |
//! | `f32` / `f64` | `Float` / `Double` | FLOAT / DOUBLE | REAL / DOUBLE PRECISION | FLOAT / DOUBLE |
//! | `Decimal` | `Numeric` | NUMERIC (15 digits are kept) | NUMERIC | NUMERIC(38, 10) |
//! | `String` | `String(None)` | VARCHAR | VARCHAR | VARCHAR(255) |
//! | – (an attribute) | `Text` | TEXT | TEXT | LONGTEXT |
//! | `bool` | `Boolean` | BOOLEAN | BOOLEAN | TINYINT(1) |
//! | `NaiveDate` / `NaiveTime` | `Date` / `Time` | DATE / TIME | DATE / TIME | DATE / TIME(6) |
//! | `NaiveDateTime` | `DateTime { timezone: false }` | DATETIME | TIMESTAMP | DATETIME(6) |
//! | `DateTime<Utc>` | `DateTime { timezone: true }` | DATETIME, in UTC | TIMESTAMP WITH TIME ZONE | DATETIME(6), in UTC |
//! | `TimeDelta` | `Interval` | BIGINT, microseconds | INTERVAL | BIGINT, microseconds |
//! | an [`EnumType`] | `Enum` | VARCHAR(n) with a CHECK | a named type | ENUM |
//! | `Vec<u8>`, [`Blob<T>`](Blob) | `LargeBinary` | BLOB | BYTEA | LONGBLOB |
//! | `serde_json::Value`, [`Json<T>`](Json) | `Json` | JSON | JSONB | JSON |
//! | `Uuid` | `Uuid` | CHAR(32) | UUID | CHAR(32) |
//! | [`Array<T>`](Array) | `Array` | – | `T[]` | – |
//!
//! `Option` of each allows NULL. `u64` is no column type: no database but MySQL stores what is above `i64::MAX`.
//!
//! ```
//! use rebis_sql::{Ddl, Dialect, SqlType, schema::{Column, Index, Table}};
//! let mut user = Table::new("user");
//! user.columns.push(Column::new("email", SqlType::String(Some(120))).not_null());
//! user.indexes.push(Index::new("ix_user_email", ["email"]).unique());
//! let sql = Dialect::Sqlite.ddl(&Ddl::CreateTable { table: user, if_not_exists: false })?;
//! assert_eq!(sql[0], "CREATE TABLE \"user\" (\n    \"email\" VARCHAR(120) NOT NULL\n)");
//! assert_eq!(sql[1], "CREATE UNIQUE INDEX \"ix_user_email\" ON \"user\" (\"email\")");
//! # Ok::<(), rebis_sql::CompileError>(())
//! ```
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
pub use column_type::{Array, Blob, ColumnType, EnumType, Json, Stored};
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
