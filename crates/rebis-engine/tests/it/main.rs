//! The engine against every database: the conformance suite of `rebis-testkit`.

mod conformance;
mod inspect;
mod server;
