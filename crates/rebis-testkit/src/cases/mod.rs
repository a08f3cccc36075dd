//! The conformance suite: what every driver must do, one function per rule. Run it with [`each_database!`](crate::each_database).

pub mod constraints;
pub mod faults;
pub mod pool;
pub mod stale;
pub mod statements;
pub mod tables;
pub mod transactions;
pub mod types;
