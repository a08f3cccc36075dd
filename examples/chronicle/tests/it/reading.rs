//! What the reading commands print for programs, and what an upgrade would do.

use rebis_testkit::{TestDatabase, each_database};
use serde_json::{Value, json};

use crate::program::{done, said};

fn parsed(db: &TestDatabase, arguments: &[&str]) -> Value {
    serde_json::from_str(&done(db, &[arguments, &["--format", "json"]].concat()).out).unwrap()
}

fn ids(revisions: &Value) -> Vec<&str> {
    revisions.as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect()
}

each_database! {
    async fn listings_for_programs(test: TestDatabase) {
        let db = &test;
        assert_eq!(ids(&parsed(db, &["heads"])), ["c0dd12f1d04d", "d1ee2300c15e"]);
        assert_eq!(parsed(db, &["current"]), json!([]));
        let branches = parsed(db, &["branches"]);
        assert_eq!(ids(&branches), ["5966ab8849d6", "5f6aa18849d6"]);
        assert_eq!(ids(&branches[1]["followers"]), ["6a79b2973ae7", "9da6e5c40d1a"]);

        done(db, &["upgrade", "comments@8c97d4b51c09"]);
        assert_eq!(ids(&parsed(db, &["current"])), ["8c97d4b51c09"]);
        let history = parsed(db, &["history", "-i"]);
        assert_eq!(history.as_array().unwrap().len(), 30);
        let applied: Vec<&Value> = history.as_array().unwrap().iter().filter(|r| !r["applied"].is_null()).collect();
        assert_eq!(applied.len(), 9);
        let last = applied.iter().find(|r| r["id"] == "8c97d4b51c09").unwrap();
        assert_eq!(
            (&last["current"], &last["down"], &last["message"], &last["applied"]["program"]),
            (&json!(true), &json!(["7b88c3a62bf8"]), &json!("comments have an author"), &json!("chronicle 0.1.0"))
        );
        let shown = parsed(db, &["show", "c0d318f1d04d"]);
        assert_eq!(shown[0]["down"], json!(["8c97d4b51c09", "bfc407e2ef3c"]));
        assert!(done(db, &["history", "-v", "-i"]).out.contains(" ms by chronicle 0.1.0\nPath: "));

        done(db, &["upgrade", "heads"]);
        assert_eq!(parsed(db, &["check"]), json!({ "clean": true, "differences": [] }));
        test.acquire().await.script("DROP TABLE audit").await.unwrap();
        let said = said(db, &["check", "--format", "json"]);
        assert_eq!(said.code, Some(1));
        assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap(), json!({ "clean": false, "differences": ["create table audit"] }));
    }

    async fn what_an_upgrade_would_do(test: TestDatabase) {
        let db = &test;
        done(db, &["upgrade", "f3004b2ea370"]);
        let before = done(db, &["current"]).out;
        let steps = parsed(db, &["explain", "48559a7958c5"]);
        let steps = steps.as_array().unwrap();
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0]["operations"][0]["what"], "alter column author.name");
        assert_eq!(steps[0]["operations"][0]["rows"], 3);
        let locks = steps[0]["operations"][0]["locks"].as_str().unwrap();
        let (says, whole) = match db.dialect().name() {
            "SQLite" => ("author is made anew, every row of it is copied", true),
            "PostgreSQL" => ("ACCESS EXCLUSIVE on author: nobody reads or writes it", true),
            _ => ("nobody writes author while every row is copied or checked", false),
        };
        assert!(locks.contains(says), "{locks}");
        assert_eq!(steps[0]["transactional"], json!(whole));
        assert!(steps[1]["remarks"].as_array().is_some());
        assert!(steps[1]["sql"][0].as_str().unwrap().contains("RENAME COLUMN"), "{}", steps[1]["sql"]);

        let text = done(db, &["upgrade", "heads", "--dry-run"]).out;
        for part in [
            "upgrade 15226d4c8592 -> 26337e5b76a3, the first plans\n",
            "\n  - rename table tag to topic\n    locks: ",
            "\n    rows: 2\n",
            "UPDATE article SET words = length(text);",
            "\n  remarks:\n    ",
        ] {
            assert!(text.contains(part), "{part:?} is missing in:\n{text}");
        }
        assert!(done(db, &["downgrade", "--dry-run"]).out.starts_with("downgrade f3004b2ea370 -> e2f13a1fb26f"));
        assert_eq!(done(db, &["upgrade", "f3004b2ea370", "--dry-run"]).out, "Nothing to do.\n");
        assert_eq!(done(db, &["current"]).out, before, "nothing was done");
    }
}
