//! Test databases: each test gets one of its own, on every database that is there.
//!
//! ```
//! use rebis_testkit::{TestDatabase, each_database};
//!
//! each_database! {
//!     async fn a_statement_runs(db: TestDatabase) {
//!         let mut connection = db.engine().acquire().await.unwrap();
//!         connection.execute("CREATE TABLE t (id INTEGER)", &[]).await.unwrap();
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! makes the tests `a_statement_runs::sqlite`, `::postgres` and `::mysql`. SQLite always runs. The others run when
//! `REBIS_TEST_POSTGRES_URL` and `REBIS_TEST_MYSQL_URL` say where a server is; when one is missing its tests say so in one line and pass, or
//! fail when `REBIS_TEST_REQUIRE_ALL` is set. `cargo xtask test` sets all three.
//!
//! The conformance suite that every driver passes is [`cases`]; `each_database! { case cases::types { integers, texts } }` makes tests of
//! its functions.
//!
//! [`Transcript`] executes documents: the commands of a README are typed in, and what they print is compared.
//!
//! `Prompt` is a program at a terminal of its own, for shells; `Completion` is what bash, zsh and fish complete.
//!
//! **Invariant.** A test database exists while its value does; what a test makes, no other test sees.

#![forbid(unsafe_code)]
// A test stops at the first thing that is not as it should be.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)]

mod backend;
pub mod cases;
#[cfg(unix)]
mod completion;
mod database;
mod each;
#[cfg(unix)]
mod prompt;
mod transcript;

pub use backend::Backend;
#[cfg(unix)]
pub use completion::Completion;
pub use database::TestDatabase;
pub use each::run;
#[cfg(unix)]
pub use prompt::Prompt;
pub use transcript::Transcript;
