//! The application through its test client and as real processes, and every query of the seed.

mod pages;
mod queries;
mod readme;
#[cfg(unix)]
mod shell;

use flasky::create_app;
use rebis::prelude::*;
use rebis_testkit::TestDatabase;

/// An application with tables.
async fn open(test: &TestDatabase) -> App {
    let config = Config::new(env!("CARGO_MANIFEST_DIR"))
        .with("DATABASE_URL", test.url())
        .with("SECRET_KEY", "a secret for the tests, long enough");
    let app = create_app(config);
    app.upgrade().await.unwrap();
    app
}
