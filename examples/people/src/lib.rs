//! Seed 000 as a Rebis application: a factory, a configuration, a model, a route, a template.
//!
//! Read in this order: `create_app` below (the wiring), `models.rs` (the table), `routes.rs` (what a request does), `commands.rs` (the
//! application's own command), `migrations/` (the history of the schema).
//!
//! There are no import loops to avoid and no globals to set up first: an application is a value that a function makes.

mod commands;
mod migrations;
mod models;
mod routes;

use rebis::prelude::*;

pub use models::Person;

/// Makes the application. Called once by the program, and once by every test that wants an application of its own.
pub fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new())
        .migrations(migrations::ALL)
        .templates(rebis::templates!("templates"))
        .blueprint(routes::site())
        .command(commands::add_description(), commands::add)
        .on_startup(migrate)
}

/// Brings the database up to date before the first request, so that `cargo run -p people` is all it takes. An application with several
/// processes would rather run `db upgrade` when it is deployed, as `examples/microblog` does.
async fn migrate(app: App) -> Result<()> {
    app.migrator()?.upgrade("head").await?;
    Ok(())
}
