//! The engine against every database: the conformance suite of `rebis-testkit`.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod conformance;
mod inspect;
mod server;
mod sqlite;
