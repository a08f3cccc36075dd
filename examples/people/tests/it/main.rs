//! The application through its test client, each test with an application and a database of its own; and as a process.

mod process;
mod readme;

use people::{Person, create_app};
use rebis::prelude::*;
use rebis::web::TestClient;
use rebis_testkit::each_database;

async fn open(test: &rebis_testkit::TestDatabase) -> (Database, TestClient) {
    let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
    let db = app.db().unwrap();
    db.create_all().await.unwrap();
    (db, app.test_client())
}

each_database! {
    async fn an_empty_database_is_said(test: TestDatabase) {
        let (_, client) = open(&test).await;
        let page = client.get("/").await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(page.text().contains("Nobody here yet"));
    }

    async fn the_people_of_the_database_are_listed(test: TestDatabase) {
        let (db, client) = open(&test).await;
        let session = db.session();
        session.add(Person::builder().name("Ada Lovelace").age(36).job("mathematician".to_owned()));
        session.add(Person::builder().name("<script>alert(1)</script>"));
        session.commit().await.unwrap();

        let page = client.get("/").await.text();
        assert!(page.contains("<td>Ada Lovelace</td><td>36</td><td>mathematician</td>"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }

    async fn the_migrations_lead_to_the_models_and_back(test: TestDatabase) {
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        let migrator = app.migrator().unwrap();
        migrator.upgrade("head").await.unwrap();
        assert!(migrator.is_at_head().await.unwrap());
        assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
        migrator.downgrade("base").await.unwrap();
        migrator.upgrade("head").await.unwrap();
        assert!(migrator.check().await.unwrap().is_clean());
    }
}
