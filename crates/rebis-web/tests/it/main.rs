//! Integration tests of rebis-web: through the in-process client, and once through a real socket.
//!
//! Invariant: each test makes its own application; none of them reads the environment or a fixed port.

// Helpers of tests are tests too; the lint's own exception sees only functions marked #[test].
#![allow(clippy::unwrap_used)]

mod app;
mod around;
mod config;
mod csrf;
mod debug;
mod errors;
mod fields;
mod forms;
mod hostile;
mod hostile_forms;
mod pages;
mod serve;
mod session;
mod templates;
mod uploads;

use rebis_web::{App, Config};

/// An application without files.
fn bare() -> App {
    App::new(Config::new("/nowhere/shop"))
}
