//! A newspaper that has grown: its schema came to be in thirty migrations, by several people, in branches.
//!
//! Read `migrations/`: `db history` lists them, `db branches` shows where they part. Two lines never join: `billing` has a base and a
//! folder of its own, and needs one of the other's revisions (`depends_on`). `models.rs` is where they all lead.

pub mod migrations;
mod models;

use rebis::prelude::*;

pub use models::*;

/// Makes the application.
pub fn create_app(config: Config) -> App {
    App::new(config).database(Database::new()).migrations(migrations::ALL)
}
