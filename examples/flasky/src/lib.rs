//! Seed 004 as a Rebis application: a form that asks for a name, a session that remembers it, users and their roles.
//!
//! Read in this order: `models.rs` (the tables), `create_app` below (the wiring), `views.rs` (the form), `errors.rs` (pages for what goes wrong),
//! `commands.rs` (the rows of the seed), `migrations/` (how the schema came to be). Sending mail is left out: Rebis has no mailer.

mod commands;
mod errors;
mod migrations;
mod models;
mod views;

use rebis::prelude::*;

pub use commands::insert_rows;
pub use models::{Role, User};

/// Makes the application.
pub fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new())
        .migrations(migrations::ALL)
        .templates(rebis::templates!("templates"))
        // The style sheet that `rebis/base.html` and `quick_form` are written for, out of the program itself.
        .bootstrap()
        .blueprint(views::main())
        .error_handler(StatusCode::NOT_FOUND, errors::not_found)
        .error_handler(StatusCode::INTERNAL_SERVER_ERROR, errors::internal)
        .command(commands::description(), commands::insert)
}
