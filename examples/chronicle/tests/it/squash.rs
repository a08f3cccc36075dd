//! Sixteen revisions made one: `tests/it/squashed` is what `db squash` writes, and it leads where the sixteen lead.
//!
//! `REBIS_UPDATE=1` writes the file anew.

use std::fs;
use std::path::Path;

use chronicle::migrations::ALL;
use rebis::engine::{InspectOptions, inspect};
use rebis::migrate::{Migrator, Script};
use rebis::sql::schema::Schema;
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::squashed;

const FILE: &str = "f3004b2ea370_the_first_year.rs";

fn after() -> &'static [Script] {
    let one = Script {
        revision: squashed::REVISION,
        file: FILE,
        source: include_str!("squashed/f3004b2ea370_the_first_year.rs"),
        program: "chronicle 2",
        upgrade: squashed::upgrade,
        downgrade: squashed::downgrade,
    };
    let gone =
        |s: &&Script| s.revision.id != one.revision.id && !one.revision.replaces.contains(&s.revision.id);
    let mut all: Vec<Script> = ALL.iter().filter(gone).copied().collect();
    all.push(one);
    all.leak()
}

fn migrator(db: &TestDatabase, scripts: &'static [Script]) -> Migrator {
    Migrator::new(db.engine().clone(), Schema::default(), Some(scripts), "/nowhere")
}

/// The tables in order; their columns may stand in another.
async fn schema(db: &TestDatabase) -> Schema {
    let mut found = inspect(&mut db.acquire().await, &InspectOptions::default()).await.unwrap();
    found.tables.retain(|t| !t.name.starts_with("rebis_"));
    found
}

fn undated(script: &str) -> String {
    script.lines().filter(|l| !l.starts_with("//! Create Date: ")).collect::<Vec<_>>().join("\n")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test]
async fn the_file_is_what_is_written() {
    let db = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/migrations"), folder.path());
    let m = Migrator::new(db.engine().clone(), Schema::default(), Some(ALL), folder.path());
    let error = m.squash("c0dd12f1d04d", "").await.unwrap_err().to_string();
    assert!(
        error.starts_with("revision 15226d4c8592 stays and needs f3004b2ea370, which would be squashed"),
        "{error}"
    );

    let made = m.squash("f3004b2ea370", "the first year").await.unwrap();
    assert_eq!(made.removed.len(), 16);
    let text = fs::read_to_string(&made.path).unwrap();
    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/squashed").join(FILE);
    if std::env::var("REBIS_UPDATE").is_ok() {
        fs::write(&there, &text).unwrap();
        return;
    }
    assert_eq!(undated(&text), undated(&fs::read_to_string(there).unwrap()));
    let list = fs::read_to_string(folder.path().join("mod.rs")).unwrap();
    assert_eq!(list.matches("    script!(").count(), 15, "{list}");
    assert!(list.contains(FILE) && !list.contains("authors.rs"), "{list}");
}

each_database! {
    async fn it_leads_where_the_others_lead(test: TestDatabase) {
        let long = TestDatabase::create(test.backend()).await.unwrap();
        assert_eq!(migrator(&test, after()).upgrade("heads").await.unwrap().len(), 15);
        migrator(&long, ALL).upgrade("heads").await.unwrap();
        assert_eq!(schema(&test).await, schema(&long).await);
        for sql in ["SELECT name FROM author ORDER BY id", "SELECT slug FROM article ORDER BY id", "SELECT body FROM comment ORDER BY id"] {
            let rows = async |db: &TestDatabase| db.acquire().await.fetch_values::<String>(sql, &[]).await.unwrap();
            assert_eq!(rows(&test).await, rows(&long).await);
        }
        // The other way round too, and a database of the old scripts is one of the new.
        let new = migrator(&long, after());
        assert!(new.is_at_head().await.unwrap());
        assert_eq!(new.edited().await.unwrap(), []);
        new.downgrade("base").await.unwrap();
        assert_eq!(schema(&long).await.tables.len(), 1, "the version table stays");
    }

    async fn a_database_in_the_middle_is_told(test: TestDatabase) {
        migrator(&test, ALL).upgrade("4e5b907958c5").await.unwrap();
        let error = migrator(&test, after()).upgrade("heads").await.unwrap_err().to_string();
        assert!(error.starts_with("The database is at 4e5b907958c5, which was squashed into f3004b2ea370"), "{error}");
        migrator(&test, ALL).upgrade("f3004b2ea370").await.unwrap();
        migrator(&test, after()).upgrade("heads").await.unwrap();
    }
}
