//! The ORM on every database that is there. Invariant: each test makes the database it uses, and drops it.

#![allow(unreachable_pub, missing_debug_implementations, clippy::unwrap_used)]

extern crate rebis_orm as rebis;

mod alone;
mod attributes;
mod bulk;
mod cancelled;
mod cascades;
mod concurrency;
mod criteria;
mod deferred;
mod dynamic;
mod eager;
mod embedded;
mod events;
#[cfg(feature = "axum")]
mod extract;
mod fetching;
mod flush;
mod graphs;
mod handwritten;
mod kind_tables;
mod kinds;
mod life;
mod many;
mod mapping;
mod misuse;
mod models;
mod programs;
mod queries;
mod query;
mod relations;
mod repeats;
mod round_trips;
mod savepoints;
mod schema;
mod seeds;
mod sends;
mod session;
mod several;
mod shapes;
mod statements;
mod states;
mod support;
mod tree;
mod unique;
mod unwritable;
mod upserts;
mod webs;
