//! The application through its test client and as real processes, and every query of the seed.

mod api;
mod migrations;
mod queries;
mod readme;
#[cfg(unix)]
mod shell;

use blog::create_app;
use rebis::prelude::*;
use rebis::web::TestClient;
use rebis_testkit::TestDatabase;

/// An application with tables, and its client.
async fn open(test: &TestDatabase) -> (Database, TestClient) {
    let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
    let db = app.db().unwrap();
    db.create_all().await.unwrap();
    (db, app.test_client())
}
