//! The shell's language on every database that is there. Invariant: each test makes the database it uses, and drops it.

#![allow(missing_debug_implementations, clippy::unwrap_used)]

extern crate rebis_orm as rebis;

mod errors;
mod language;
mod models;
mod seeds;
