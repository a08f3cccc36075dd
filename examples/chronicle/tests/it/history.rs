//! Thirty revisions, up and down on each database.

use std::process::Command;

use chronicle::create_app;
use rebis::prelude::*;
use rebis_testkit::each_database;

use crate::program::{Said, command, done, refused};

each_database! {
    async fn it_leads_to_the_models_and_back(test: TestDatabase) {
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        assert!(!app.is_at_head().await.unwrap());
        assert_eq!(app.upgrade().await.unwrap().len(), 30);
        assert!(app.is_at_head().await.unwrap());
        let migrator = app.migrator().unwrap();
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

    /// A released program is one file: what it migrates with is in it. It runs in an empty folder here.
    async fn no_source_tree_is_needed(test: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let db = |arguments: &[&str]| {
            let output = Command::new(env!("CARGO_BIN_EXE_chronicle"))
                .current_dir(folder.path())
                .arg("db")
                .args(arguments)
                .env("DATABASE_URL", test.url())
                .env_remove("CARGO_MANIFEST_DIR")
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        db(&["upgrade", "heads"]);
        assert_eq!(db(&["check"]), "No new upgrade operations detected.\n");
        assert_eq!(db(&["history"]).lines().count(), 30);
        db(&["downgrade", "base"]);
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
        assert!(refused(db, &["init", "-t", "flask"]).contains("Error: No such template flask"));
        assert!(refused(db, &["init", "--multidb"]).contains("declare each with `App::bind`"));
        assert_eq!(done(db, &["list-templates"]).out, "Available templates:\n\nrust - Scripts in Rust, compiled into the program.\n");
        assert_eq!(done(db, &["stamp", "-q", "5f6a", "-x", "a=b", "--tag", "c"]).log, "");
        assert_eq!(done(db, &["-q", "stamp", "base"]).log, "");
        assert_eq!(done(db, &["current"]).out, "");
    }

    async fn a_script_is_opened_in_the_editor(test: TestDatabase) {
        let edit = |editor: &str, revision: &str| {
            Said::from(command(&test, &["db", "edit", revision]).env("EDITOR", editor).output().unwrap())
        };
        let said = edit("cat", "billing");
        assert!(said.out.starts_with("//! plans\n//!\n//! Revision ID: 04115c3d9481"), "{}{}", said.out, said.log);
        assert!(edit("false", "billing").log.contains("Error: Error executing editor (false: exit status: 1)"));
        assert!(edit("no-such-editor", "billing").log.contains("Error: Error executing editor (no-such-editor: "));
        assert!(edit("cat", "base").log.contains("Error: No revision files indicated by symbol 'base'"));
        assert!(edit("cat", "current").log.contains("Error: No current revisions"));
    }
}
