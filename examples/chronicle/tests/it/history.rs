//! Thirty revisions, up and down on each database.

use chronicle::create_app;
use rebis::prelude::*;
use rebis_testkit::each_database;

use crate::program::{done, refused};

each_database! {
    async fn it_leads_to_the_models_and_back(test: TestDatabase) {
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        let migrator = app.migrator().unwrap();
        assert_eq!(migrator.upgrade("heads").await.unwrap().len(), 30);
        assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
        for target in ["c0d318f1d04d", "5f6aa18849d6", "base"] {
            migrator.downgrade(target).await.unwrap();
            if target != "base" {
                migrator.upgrade("heads").await.unwrap();
                assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
            }
        }
        assert_eq!(migrator.current(false).await.unwrap().revisions, []);
    }

    async fn the_commands_say_what_alembics_say(test: TestDatabase) {
        let db = &test;
        assert!(refused(db, &["upgrade"]).contains("Error: Multiple head revisions are present for given argument 'head'"));
        assert!(refused(db, &["current", "--check-heads"]).contains("Error: Database is not on all head revisions"));
        let said = done(db, &["upgrade", "billing@head"]);
        assert!(said.log.contains("Running upgrade 15226d4c8592 -> 26337e5b76a3, the first plans"), "{}", said.log);
        assert_eq!(done(db, &["current"]).out, "d1ee2300c15e (head)\n");
        done(db, &["upgrade", "comments@head", "search@head"]);
        done(db, &["downgrade", "billing@-1"]);
        assert_eq!(done(db, &["current"]).out, "26337e5b76a3\nc0dd12f1d04d (head)\n");
        done(db, &["stamp", "heads"]);
        done(db, &["current", "-c"]);
        assert_eq!(done(db, &["heads"]).out, "c0dd12f1d04d (audit, comments, search, words) (head)\nd1ee2300c15e (billing) (head)\n");
        assert_eq!(done(db, &["stamp", "--purge", "base"]).out, "");
        assert_eq!(done(db, &["current"]).out, "");
    }
}
