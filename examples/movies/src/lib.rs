//! Seed 003 as a Rebis application: movies, their directors as a list in a column, and a command that fills the table.
//!
//! Read in this order: `models.rs` (the table, and why `directors` has two spellings), `populate.rs` (the application's own command), `routes.rs`
//! (what is shown), `migrations/` (the table, and the column `mpa` that came later).

mod migrations;
mod models;
mod populate;
mod routes;

use rebis::prelude::*;

pub use models::{Directors, Movie, directed_by};
pub use populate::create_movie;

/// Makes the application.
pub fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new())
        .migrations(migrations::ALL)
        .templates(rebis::templates!("templates"))
        .blueprint(routes::site())
        .command(populate::description(), populate::populate)
        .on_startup(has_arrays)
}

/// Says what is missing before the first request meets it. (A migration that meets it says so itself, and changes nothing.)
async fn has_arrays(app: App) -> Result<()> {
    if cfg!(feature = "array") && !app.db()?.engine()?.dialect().capabilities().arrays {
        return Err(HttpError::internal(
            "the directors are an ARRAY in this build, which PostgreSQL alone has: set DATABASE_URL=postgres://…, or build without \
             `--features array` to store them as JSON",
        ));
    }
    Ok(())
}
