//! Tests of migrations on real databases.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod branches;
mod collations;
mod corners;
mod diff;
mod directives;
mod execute;
mod graph;
mod lint;
// Compared with what the tool writes, which is laid out for rustfmt's defaults and not for this workspace's settings.
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "written as for a program")]
mod migrations;
mod migrator;
mod objects;
mod offline;
mod pairs;
mod rebuild;
mod recorded;
mod runtime;
mod settings;
mod stored_indexes;
mod wide;
