//! URLs, drivers, connections, transactions, the pool, and inspection of what a database holds.
//!
//! Start at [`Engine`]; what it hands out is a [`Connection`], whose rows are [`Row`]s. [`inspect()`] reads a live database into
//! [`rebis_sql::schema`].
//!
//! **Invariants.** A connection that comes back with an open transaction is rolled back before anyone else gets it. A password
//! never appears in a log line, an error or a `Debug`. What a driver reports is classified once, here ([`ErrorKind`]).

#![forbid(unsafe_code)]

mod connection;
mod driver;
mod engine;
mod error;
mod inspect;
mod pool;
mod row;
mod server;
mod transaction;
mod url;

pub use connection::{Connection, Done, Reader};
pub use engine::{Engine, EngineBuilder, Observed, Observer, PoolStatus, Recording};
pub use error::{Error, ErrorKind, Result};
pub use inspect::{InspectOptions, as_inspected, inspect, inspect_objects};
pub use row::{FromRow, Row};
pub use server::Server;
pub use transaction::{Isolation, TransactionOptions};
pub use url::DatabaseUrl;

pub use rebis_sql as sql;
