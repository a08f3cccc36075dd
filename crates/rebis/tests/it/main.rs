//! The layers together: requests with a session, what binding a database does, what the compiler says, what models and scripts say alike.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod binding;
mod binds;
mod browser;
mod debug;
mod forms;
mod hostile;
mod requests;
mod serde;
mod testing;
mod ui;
mod waits;
