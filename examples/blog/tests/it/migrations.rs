//! The scripts lead to what the models say, and back.

use blog::create_app;
use rebis::prelude::*;
use rebis_testkit::each_database;

each_database! {
    async fn the_migrations_lead_to_the_models_and_back(test: TestDatabase) {
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        app.upgrade().await.unwrap();
        assert!(app.is_at_head().await.unwrap());
        let migrator = app.migrator().unwrap();
        assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
        migrator.downgrade("base").await.unwrap();
        migrator.upgrade("head").await.unwrap();
        assert!(migrator.check().await.unwrap().is_clean());
    }
}
