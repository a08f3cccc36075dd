//! The scripts and the models; a database that has no arrays.

use rebis::migrate::SqlOptions;
use rebis::prelude::*;
use rebis_testkit::each_database;

use super::{fits, make, open};

each_database! {
    async fn the_migrations_lead_to_the_models_and_back(test: TestDatabase) {
        if !fits(&test) {
            return;
        }
        let migrator = open(&test).await.migrator().unwrap();
        assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
        migrator.downgrade("base").await.unwrap();
        migrator.upgrade("head").await.unwrap();
        assert!(migrator.check().await.unwrap().is_clean());
    }

    async fn the_column_is_an_array_or_json(test: TestDatabase) {
        if !fits(&test) {
            return;
        }
        let script = make(&test).migrator().unwrap().upgrade_sql("base:head", &SqlOptions::default()).unwrap();
        let expected = if cfg!(feature = "array") { "directors VARCHAR[] NOT NULL" } else { "directors JSON" };
        assert!(script.replace(['"', '`'], "").contains(expected), "{script}");
    }

    async fn arrays_elsewhere_are_refused_with_the_way_out(test: TestDatabase) {
        if fits(&test) {
            return;
        }
        let app = make(&test);
        let error = app.migrator().unwrap().upgrade("head").await.unwrap_err().to_string();
        assert!(error.contains("has no arrays; store the list as JSON"), "{error}");
        assert!(!app.is_at_head().await.unwrap());
        let error = format!("{:?}", app.startup().await.unwrap_err());
        assert!(error.contains("ARRAY") && error.contains("without `--features array`"), "{error}");
    }
}
