//! Commands as the command line gives them.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod binds;
#[cfg(unix)]
mod reload;
mod tool;
