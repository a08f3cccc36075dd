//! The application through its test client and as real processes: with JSON on every database, with arrays (`--features array`) on PostgreSQL.

mod pages;
mod readme;
mod schema;
#[cfg(unix)]
mod shell;

use movies::create_app;
use rebis::prelude::*;
use rebis_testkit::TestDatabase;

/// Whether this build can use that database.
fn fits(test: &TestDatabase) -> bool {
    !cfg!(feature = "array") || test.dialect().capabilities().arrays
}

/// An application whose database is at the newest revision.
async fn open(test: &TestDatabase) -> App {
    let app = make(test);
    app.upgrade().await.unwrap();
    app
}

fn make(test: &TestDatabase) -> App {
    create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()))
}
