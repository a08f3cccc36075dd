//! The shell of a Rebis application: its models, its session and its queries at a prompt, in the running program.
//!
//! No compiler is needed, so it works on a production host. The language is [Rhai](https://rhai.rs), a small one that reads like Rust; the
//! models are values in it, and what is done with them is done by [`rebis_orm::dynamic`] on one [`Session`](rebis_orm::Session).
//!
//! ```
//! # extern crate rebis_orm as rebis;
//! # #[derive(rebis_macros::Model, Clone, Debug)]
//! # pub struct User {
//! #     #[column(primary_key)]
//! #     pub id: i64,
//! #     #[column(length = 64, unique)]
//! #     pub username: String,
//! # }
//! # #[tokio::main]
//! # async fn main() {
//! let db = rebis_orm::Database::connect("sqlite://").unwrap();
//! db.create_all().await.unwrap();
//! let script = r#"
//!     let u = User.new(#{username: "susan"});
//!     session.add(u);
//!     session.commit();
//!     User.filter(User.username.like("s%")).all()
//! "#;
//! let done = rebis_shell::Shell::new(db).command(script).await.unwrap();
//! assert_eq!(done.text.as_deref(), Some("[<User susan>]"));
//! # }
//! ```
//!
//! Read in this order: [`Shell`], `host` (waiting for the database from a thread that is not async), `value` (between the two languages),
//! `names` (which words mean what), the files that register functions (`of_model`, `of_object`, `of_query`, `of_session`), `terminal`.
//!
//! **Invariants.** A shell has one session and one thread. What a person types is an error in words, never a panic. What is not committed when
//! the shell ends is rolled back, and that is said.

#![forbid(unsafe_code)]

mod complete;
mod context;
mod error;
mod functions;
mod help;
mod host;
mod incomplete;
mod missing;
mod names;
mod of_column;
mod of_model;
mod of_object;
mod of_query;
mod of_session;
mod of_sql;
mod run;
mod shell;
mod show;
mod table;
mod terminal;
mod value;

pub use context::ShellContext;
pub use error::ShellError;
pub use shell::{Done, Shell};

/// The shell's language, for programs that give the shell functions of their own.
pub use rhai;
