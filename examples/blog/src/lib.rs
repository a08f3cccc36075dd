//! Seed 002 as a Rebis application: a blog as a JSON API, and a school with students and courses.
//!
//! Read in this order: `models.rs` (the tables and how they belong together), `users.rs` and `posts.rs` (what the API answers), `school.rs`
//! (a relation between many and many), `migrations/` (how the schema came to be), and `tests/it/queries.rs` (every query of the seed, one after the
//! other).

mod migrations;
mod models;
mod posts;
mod school;
mod users;

use rebis::prelude::*;

pub use models::{Course, Enrollment, Post, Student, User};
pub use users::get_or_create;

/// Makes the application.
pub fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new())
        .migrations(migrations::ALL)
        .blueprint(users::routes())
        .blueprint(posts::routes())
        .blueprint(school::routes())
}
