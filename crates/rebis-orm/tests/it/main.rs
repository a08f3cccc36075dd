//! The ORM on every database that is there. Invariant: each test makes the database it uses, and drops it.

#![allow(unreachable_pub, missing_debug_implementations, clippy::unwrap_used)]

extern crate rebis_orm as rebis;

mod flush;
mod handwritten;
mod query;
mod relations;
mod sends;
mod session;
mod support;
mod tree;
