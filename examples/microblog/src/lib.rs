//! Seed 001 as a Rebis application: users, their posts, and the migrations that made the tables.
//!
//! Read in this order: `models.rs` (the tables and how they belong together), `create_app` below (the wiring), `routes.rs` (pages and JSON),
//! `commands.rs` (example data), `migrations/` (how the schema came to be), and `examples/crud.rs` (the session by itself).

mod commands;
mod migrations;
mod models;
mod routes;

use rebis::prelude::*;

pub use models::{Post, User};

/// Makes the application.
pub fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new())
        .migrations(migrations::ALL)
        .templates(rebis::templates!("templates"))
        .blueprint(routes::site())
        .blueprint(routes::api())
        .command(commands::demo_description(), commands::demo)
}
