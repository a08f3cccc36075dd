//! Tests of migrations on real databases.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod diff;
mod execute;
#[allow(unreachable_pub, reason = "written as for a program")]
mod migrations;
mod migrator;
mod rebuild;
mod wide;
