//! Rebis: Flask, SQLAlchemy and Alembic in one piece, for Rust.
//!
//! Models are plain structs. The tool sees what changed and writes a migration to review. A session holds one object per row, knows what to
//! write and in which order. Around it stands a small web application on axum.
//!
//! ```
//! use rebis::prelude::*;
//!
//! #[derive(Model, Clone, Debug)]
//! pub struct User {
//!     #[column(primary_key)]
//!     pub id: i64,
//!     #[column(length = 64, unique, index)]
//!     pub username: String,
//! }
//!
//! # #[rebis::main]
//! # async fn main() -> Result<()> {
//! let db = Database::connect("sqlite://")?;
//! db.create_all().await?;
//!
//! let session = db.session();
//! let susan = session.add(User::builder().username("susan"));
//! session.commit().await?;
//! assert_eq!(susan.id, 1);
//!
//! let users = select(User).filter(User::username.like("s%")).all(&session).await?;
//! assert_eq!(users[0].username, "susan");
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//! | what | where |
//! |---|---|
//! | models, sessions, queries | the [`prelude`]; all of it in [`orm`] |
//! | migrations as scripts | [`migrate`] and its prelude |
//! | the application, blueprints, templates, configuration | the [`prelude`]; all of it in [`web`] |
//! | connections, pool, inspection | [`engine`] |
//! | SQL as data | [`sql`](mod@sql) |
//! | testing an application | [`testing`] and `#[rebis::test]` |
//!
//! # Features
//! `sqlite` (default), `postgres`, `mysql` (MySQL and MariaDB): one for each database that the program can speak to.
//! `password`: `hash_password` and `verify_password`, with Argon2.
//! `shell` (default): the command `shell`, a prompt with the models and a session.

#![forbid(unsafe_code)]

mod cli;
mod glue;
pub mod prelude;
pub mod testing;

#[doc(hidden)]
pub mod __private;

pub use cli::cli;
pub use glue::{AppExt, FormExt, ModelForm};
pub use rebis_macros::{ColumnType, Columns, Enum, Form, FormEnum, FromRow, Model, main, templates, test};
pub use rebis_orm::{
    BelongsTo, Bound, Column, Database, Deferred, Entity, Expression, FetchMode, Field, HasMany, HasOne,
    Page, Pagination, Predicate, Session, alias, delete, exists, func, insert, models, select, sql, update,
    window,
};
pub use rebis_sql::schema::NamingConvention;
pub use rebis_sql::{ColumnType, Dialect, SqlType, Value};
pub use rebis_web::{
    App, Args, Blueprint, Choice, CommandContext, Config, CsrfError, Form, FormBody, FormErrors, FormFields,
    FormType, FromForm, Html, HttpError, Json, Path, Query, Redirect, Result, StatusCode, Templates, Upload,
    UserSession, Widget, context,
};

/// Connections, the pool, transactions and inspection.
pub use rebis_engine as engine;
/// Operations, scripts and their execution.
pub use rebis_migrate as migrate;
/// Models, sessions, relations and queries.
pub use rebis_orm as orm;
/// The shell, for programs that give it values and functions of their own: [`AppExt::shell_context`].
#[cfg(feature = "shell")]
pub use rebis_shell as shell;
/// SQL as data, and how each database writes it.
pub use rebis_sql as sql;
/// The web application.
pub use rebis_web as web;

// The libraries whose types stand in models and handlers, in the versions that fit.
pub use rebis_web::{axum, clap};
#[cfg(feature = "password")]
pub use rebis_web::{hash_password, verify_password};
pub use {chrono, rust_decimal, serde_json, uuid};
