//! Upgrades, downgrades, stamps and their failures on each database.

use std::cell::RefCell;
use std::sync::Once;
use std::time::Duration;

use rebis_engine::Connection;
use rebis_migrate::prelude::*;
use rebis_migrate::{ErrorKind, Migrator, Operations, Resume, RunOptions, Script};
use rebis_sql::Value;
use rebis_sql::schema::Schema;
use rebis_testkit::{Backend, TestDatabase, each_database};

type Records = fn(&mut Operations);

/// A script that follows the one before it in a list.
pub(crate) fn script(
    id: &'static str,
    down: &'static [&'static str],
    upgrade: Records,
    downgrade: Records,
) -> Script {
    let file: &'static str = Box::leak(format!("{id}_change.rs").into_boxed_str());
    let source: &'static str = Box::leak(format!("//! change {id}\n").into_boxed_str());
    Script { revision: revision(id).down(down), file, source, program: "tests 1", upgrade, downgrade }
}

pub(crate) fn migrator(db: &TestDatabase, scripts: Vec<Script>) -> Migrator {
    listen();
    Migrator::new(db.engine().clone(), Schema::default(), Some(scripts.leak()), "/nowhere/migrations")
}

pub(crate) async fn ids(conn: &mut Connection, sql: &str) -> Vec<i64> {
    conn.fetch_all::<(i64,)>(sql, &[]).await.unwrap().into_iter().map(|(n,)| n).collect()
}

async fn versions(db: &TestDatabase) -> Vec<std::string::String> {
    let mut rows: Vec<std::string::String> =
        db.acquire().await.fetch_values("SELECT version_num FROM alembic_version", &[]).await.unwrap();
    rows.sort();
    rows
}

fn resume(how: Resume) -> RunOptions {
    RunOptions { resume: Some(how), ..RunOptions::default() }
}

async fn has_table(db: &TestDatabase, table: &str) -> bool {
    db.acquire().await.query(&format!("SELECT * FROM {table}"), &[], |_| Ok(())).await.is_ok()
}

fn nothing(_: &mut Operations) {}

fn three() -> Vec<Script> {
    vec![
        script(
            "aaaa1111",
            &[],
            |op| {
                op.create_table("person", |t| {
                    t.column("id", Integer).primary_key();
                    t.column("name", String(50)).not_null();
                });
                op.create_index("ix_person_name", "person", ["name"]).unique();
            },
            |op| {
                op.drop_index("ix_person_name", "person");
                op.drop_table("person");
            },
        ),
        script(
            "bbbb2222",
            &["aaaa1111"],
            |op| {
                op.add_column("person", "age", Integer);
                op.bulk_insert("person", ["id", "name", "age"], [(1, "ann", 30), (2, "bob", 40)]);
            },
            |op| op.drop_column("person", "age"),
        ),
        script(
            "cccc3333",
            &["bbbb2222"],
            |op| op.alter_column("person", "age").set_nullable(false).set_server_default(7).unit(),
            |op| op.alter_column("person", "age").set_nullable(true).drop_server_default().unit(),
        ),
    ]
}

/// Ends a chain of builder calls, so that it is a script's whole body.
trait Unit: Sized {
    fn unit(self) {}
}

impl<T> Unit for T {}

each_database! {
    async fn up_down_and_up_again(db: TestDatabase) {
        let m = migrator(&db, three());
        let done = m.upgrade("head").await.unwrap();
        let steps: Vec<_> = done.iter().map(|s| (s.from.join(","), s.to.join(","), s.message.as_str())).collect();
        assert_eq!(
            steps,
            [
                ("".into(), "aaaa1111".into(), "change aaaa1111"),
                ("aaaa1111".into(), "bbbb2222".into(), "change bbbb2222"),
                ("bbbb2222".into(), "cccc3333".into(), "change cccc3333"),
            ]
        );
        assert_eq!(versions(&db).await, ["cccc3333"]);
        assert!(m.is_at_head().await.unwrap());
        {
            let mut conn = db.acquire().await;
            conn.execute("INSERT INTO person (id, name) VALUES (3, 'cy')", &[]).await.unwrap();
            assert_eq!(ids(&mut conn, "SELECT age FROM person ORDER BY id").await, [30, 40, 7]);
            let e = conn.execute("INSERT INTO person (id, name, age) VALUES (4, 'di', NULL)", &[]).await.unwrap_err();
            assert_eq!(e.kind(), rebis_engine::ErrorKind::NotNullViolation);
            let e = conn.execute("INSERT INTO person (id, name) VALUES (5, 'ann')", &[]).await.unwrap_err();
            assert!(e.is_unique_violation(), "the index is still there: {e}");
        }
        assert!(m.upgrade("head").await.unwrap().is_empty());
        let done = m.downgrade("-2").await.unwrap();
        assert_eq!(done.len(), 2);
        assert_eq!((&done[0].from[..], &done[1].to[..]), (&["cccc3333".to_owned()][..], &["aaaa1111".to_owned()][..]));
        assert_eq!(ids(&mut db.acquire().await, "SELECT id FROM person ORDER BY id").await, [1, 2, 3]);
        assert_eq!(m.downgrade("base").await.unwrap().len(), 1);
        assert!(versions(&db).await.is_empty() && !has_table(&db, "person").await);
        assert_eq!(m.upgrade("+1").await.unwrap().len(), 1);
        assert_eq!(m.upgrade("bbbb").await.unwrap().len(), 1);
        assert_eq!(versions(&db).await, ["bbbb2222"]);
    }

    async fn a_migration_that_fails_half_way(db: TestDatabase) {
        let m = migrator(&db, vec![
            three().remove(0),
            script("bad00001", &["aaaa1111"], |op| {
                op.create_table("half", |t| { t.column("id", Integer).primary_key(); });
                op.bulk_insert("person", ["id", "name"], [(1, "ann")]);
                op.execute("INSERT INTO person (id, name) VALUES (2, 'ann')");
                op.create_table("never", |t| { t.column("id", Integer).primary_key(); });
            }, nothing),
        ]);
        let e = m.upgrade("head").await.unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Migration);
        let text = e.to_string();
        for part in [
            "upgrade of revision bad00001 (change bad00001), bad00001_change.rs",
            "operation 3 of 4: execute INSERT INTO person",
            "SQL: INSERT INTO person (id, name) VALUES (2, 'ann')",
        ] {
            assert!(text.contains(part), "{part:?} is missing in:\n{text}");
        }
        assert_eq!(versions(&db).await, ["aaaa1111"], "the step before it stands");
        let people = ids(&mut db.acquire().await, "SELECT id FROM person").await;
        if db.dialect().capabilities().transactional_ddl {
            assert!(text.ends_with("Nothing of this migration remains. Correct the script or the data, then run `db upgrade` again."), "{text}");
            assert!(people.is_empty() && !has_table(&db, "half").await);
        } else {
            let sections: Vec<usize> = ["\nApplied:\n  - CREATE TABLE `half`", "\nFailed:\n  - INSERT INTO person", "\nNot run:\n  - create table never", "`db stamp bad00001`"]
                .iter()
                .map(|s| text.find(s).unwrap_or_else(|| panic!("{s:?} is missing in:\n{text}")))
                .collect();
            assert!(sections.is_sorted());
            assert!(has_table(&db, "half").await && people == [1]);
        }
        assert!(!has_table(&db, "never").await);
        // The connection and the lock are free again.
        if db.dialect().capabilities().transactional_ddl {
            assert_eq!(m.downgrade("base").await.unwrap().len(), 1);
            return;
        }
        // What is there by half is named until somebody settles it.
        for error in [m.upgrade("head").await.unwrap_err(), m.downgrade("base").await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::State);
            let text = error.to_string();
            assert!(text.starts_with("upgrade of revision bad00001 (change bad00001), bad00001_change.rs, was begun and not finished."), "{text}");
            assert!(text.contains("`db upgrade --resume` goes on behind what was applied"), "{text}");
        }
        db.acquire().await.execute("UPDATE person SET name = 'bob'", &[]).await.unwrap();
        assert_eq!(m.upgrade_with("head", &resume(Resume::Auto)).await.unwrap().len(), 1);
        assert_eq!(ids(&mut db.acquire().await, "SELECT id FROM person ORDER BY id").await, [1, 2], "nothing ran twice");
        assert!(has_table(&db, "never").await);
        assert_eq!(versions(&db).await, ["bad00001"]);
        assert!(!has_table(&db, "rebis_journal").await, "it has nothing to say any more");
        assert_eq!(m.downgrade("base").await.unwrap().len(), 2);
    }

    async fn stamp_moves_rows_only(db: TestDatabase) {
        let m = migrator(&db, three());
        let done = m.stamp("bbbb2222").await.unwrap();
        assert_eq!((done.len(), &done[0].to[..]), (1, &["bbbb2222".to_owned()][..]));
        assert!(!has_table(&db, "person").await);
        assert!(m.stamp("bbbb2222").await.unwrap().is_empty());
        m.stamp("head").await.unwrap();
        assert_eq!(versions(&db).await, ["cccc3333"]);
        m.stamp("base").await.unwrap();
        assert!(versions(&db).await.is_empty());
        assert!(m.stamp("nope").await.is_err());
    }

    async fn an_unknown_revision_is_named(db: TestDatabase) {
        migrator(&db, three()).upgrade("head").await.unwrap();
        let older = migrator(&db, three()[..1].to_vec());
        for e in [
            older.upgrade("head").await.unwrap_err(),
            older.downgrade("-1").await.unwrap_err(),
            older.stamp("head").await.unwrap_err(),
        ] {
            assert_eq!(e.kind(), ErrorKind::State);
            let text = e.to_string();
            assert!(text.contains("'cccc3333'") && text.contains("newer program") && text.contains("--purge"), "{text}");
        }
        assert_eq!(versions(&db).await, ["cccc3333"]);
    }

    async fn an_unknown_revision_is_purged(db: TestDatabase) {
        migrator(&db, three()).upgrade("head").await.unwrap();
        let older = migrator(&db, three()[..2].to_vec());
        older.stamp_purging("bbbb2222").await.unwrap();
        assert_eq!(versions(&db).await, ["bbbb2222"]);
        older.downgrade("-1").await.unwrap();
    }

    async fn a_text_of_several_statements_is_not_called_whole(db: TestDatabase) {
        let several = |op: &mut Operations| {
            op.execute("INSERT INTO person (id, name) VALUES (1, 'ann'); INSERT INTO person (id, name) VALUES (2, 'ann');");
        };
        let m = migrator(&db, vec![three().remove(0), script("bbbb2222", &["aaaa1111"], several, nothing)]);
        let text = m.upgrade("head").await.unwrap_err().to_string();
        let left = ids(&mut db.acquire().await, "SELECT id FROM person").await;
        if db.dialect().capabilities().transactional_ddl {
            assert!(left.is_empty() && text.contains("Nothing of this migration remains"), "{text}");
        } else {
            assert!(left == [1] && text.contains("Failed, perhaps after a part of it:"), "{text}");
        }
    }

    async fn a_name_that_is_wrong_is_said(db: TestDatabase) {
        let m = migrator(&db, vec![
            three().remove(0),
            script("bbbb2222", &["aaaa1111"], |op| op.alter_column("person", "nmae").set_type(Text).unit(), nothing),
        ]);
        let text = m.upgrade("head").await.unwrap_err().to_string();
        assert!(text.contains("alter column person.nmae"), "{text}");
        let cause = text.lines().nth(1).unwrap();
        assert!(cause.contains("nmae") && cause.contains("person"), "{text}");
        assert!(text.contains("\nNothing of this migration"), "{text}");
    }

    async fn nothing_is_created_by_looking(db: TestDatabase) {
        let m = migrator(&db, three());
        assert!(!m.is_at_head().await.unwrap());
        let _ = m.current(false).await.unwrap();
        assert!(!has_table(&db, "alembic_version").await);
    }

    async fn ten_deployers_at_once(db: TestDatabase) {
        let slow = |op: &mut Operations| {
            op.create_table("once", |t| { t.column("id", Integer).primary_key(); });
            op.run(async |conn| {
                tokio::time::sleep(Duration::from_millis(30)).await;
                conn.execute("INSERT INTO once (id) VALUES (1)", &[]).await.map(drop)
            });
        };
        let mut all = three();
        all.push(script("dddd4444", &["cccc3333"], slow, nothing));
        let m = migrator(&db, all);
        let mut tasks = Vec::new();
        for _ in 0..10 {
            let m = m.clone();
            tasks.push(tokio::spawn(async move { m.upgrade("head").await }));
        }
        let mut applied = Vec::new();
        for task in tasks {
            applied.extend(task.await.unwrap().unwrap().into_iter().flat_map(|s| s.to));
        }
        applied.sort();
        assert_eq!(applied, ["aaaa1111", "bbbb2222", "cccc3333", "dddd4444"]);
        assert_eq!(versions(&db).await, ["dddd4444"]);
        assert_eq!(ids(&mut db.acquire().await, "SELECT id FROM once").await, [1]);
    }

    async fn a_cancelled_upgrade_leaves_nothing_behind(db: TestDatabase) {
        let stuck = |op: &mut Operations| {
            op.alter_column("person", "name").set_nullable(true);
            op.run(async |conn| {
                conn.execute("INSERT INTO person (id, name) VALUES (9, 'z')", &[]).await?;
                tokio::time::sleep(Duration::from_secs(60)).await;
                Ok(())
            });
        };
        let m = migrator(&db, vec![three().remove(0), script("bbbb2222", &["aaaa1111"], stuck, nothing)]);
        m.upgrade("+1").await.unwrap();
        tokio::time::timeout(Duration::from_millis(700), m.upgrade("head")).await.unwrap_err();
        let again = migrator(&db, three());
        // Its scripts are others: where a part of the old one is there, its operations cannot go on from that.
        if !db.dialect().capabilities().transactional_ddl {
            let text = again.upgrade_with("head", &resume(Resume::Auto)).await.unwrap_err().to_string();
            assert!(text.contains("The script was changed where it was applied already: operation 1 was «alter column person.name»"), "{text}");
        }
        assert_eq!(again.upgrade_with("head", &resume(Resume::Restart)).await.unwrap().len(), 2, "the lock is free");
        assert_eq!(ids(&mut db.acquire().await, "SELECT id FROM person ORDER BY id").await, [1, 2]);
    }

    async fn code_of_a_script_runs_in_the_transaction(db: TestDatabase) {
        let m = migrator(&db, vec![
            three().remove(0),
            script("bbbb2222", &["aaaa1111"], |op| {
                op.run(async |conn| {
                    assert!(conn.in_transaction());
                    conn.execute("INSERT INTO person (id, name) VALUES (1, 'ann')", &[]).await?;
                    conn.execute("INSERT INTO person (id, name) VALUES (2, 'ann')", &[]).await.map(drop)
                });
            }, nothing),
        ]);
        let text = m.upgrade("head").await.unwrap_err().to_string();
        assert!(text.contains("operation 1 of 1: run the script's own code"), "{text}");
        assert!(ids(&mut db.acquire().await, "SELECT id FROM person").await.is_empty(), "also where DDL commits");
        let m = migrator(&db, vec![
            three().remove(0),
            script("bbbb2222", &["aaaa1111"], |op| op.run(async |conn| conn.commit().await), nothing),
        ]);
        let text = m.upgrade("head").await.unwrap_err().to_string();
        assert!(text.contains("leave begin, commit and rollback to the migration"), "{text}");
    }

    async fn a_database_of_alembic_is_taken_over(db: TestDatabase) {
        let long = "a_revision_id_that_is_longer_than_the_thirty_two_characters_of_alembic";
        {
            let mut conn = db.acquire().await;
            conn.script("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))").await.unwrap();
            conn.script("INSERT INTO alembic_version VALUES ('aaaa1111')").await.unwrap();
        }
        let m = migrator(&db, vec![
            three().remove(0),
            script("a_revision_id_that_is_longer_than_the_thirty_two_characters_of_alembic", &["aaaa1111"], nothing, nothing),
        ]);
        assert_eq!(m.upgrade("head").await.unwrap().len(), 1);
        assert_eq!(versions(&db).await, [long]);
        m.downgrade("-1").await.unwrap();
        assert_eq!(versions(&db).await, ["aaaa1111"]);
    }

    async fn an_altered_column_keeps_what_is_not_said(db: TestDatabase) {
        let m = migrator(&db, vec![script("aaaa1111", &[], |op| {
            op.create_table("t", |t| {
                t.column("id", Integer).primary_key();
                t.column("n", String(20)).not_null().server_default("it's");
            });
            op.alter_column("t", "n").set_type(String(40));
            op.alter_column("t", "id").set_type(BigInteger);
        }, nothing)]);
        m.upgrade("head").await.unwrap();
        let mut conn = db.acquire().await;
        conn.execute("INSERT INTO t (id) VALUES (7)", &[]).await.unwrap();
        conn.execute("INSERT INTO t (n) VALUES ('it''s')", &[]).await.expect("the key is still generated");
        let found: Vec<std::string::String> = conn.fetch_values("SELECT n FROM t", &[]).await.unwrap();
        assert_eq!(found, ["it's", "it's"]);
        let e = conn.execute("INSERT INTO t (id, n) VALUES (20, NULL)", &[]).await.unwrap_err();
        assert_eq!(e.kind(), rebis_engine::ErrorKind::NotNullViolation);
        conn.execute(&db.sql("INSERT INTO t (id, n) VALUES (3000000000, ?)"), &[Value::Text("x".repeat(40))]).await.unwrap();
    }
}

/// Keeps the text of what is logged for `rebis::migrate`, each thread its own. It is there before the first line is logged: `tracing` remembers
/// for each line whether anybody listens.
struct Log;

thread_local! {
    static LOGGED: RefCell<Vec<std::string::String>> = const { RefCell::new(Vec::new()) };
}

impl tracing::Subscriber for Log {
    fn enabled(&self, at: &tracing::Metadata<'_>) -> bool {
        at.target() == "rebis::migrate" && *at.level() <= tracing::Level::INFO
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Message(std::string::String);
        impl tracing::field::Visit for Message {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                if field.name() == "message" {
                    self.0 = format!("{value:?}");
                }
            }
        }
        let mut message = Message(std::string::String::new());
        event.record(&mut message);
        LOGGED.with_borrow_mut(|lines| lines.push(message.0));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

fn listen() {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| tracing::subscriber::set_global_default(Log).unwrap());
}

/// What this thread has logged since the last call.
pub(crate) fn logged() -> Vec<std::string::String> {
    listen();
    LOGGED.take()
}

#[test]
fn the_log_reads_as_alembics() {
    for (backend, name, kind) in [
        (Backend::Sqlite, "SQLiteImpl", "transactional"),
        (Backend::Postgres, "PostgresqlImpl", "transactional"),
        (Backend::MySql, "MySQLImpl", "non-transactional"),
    ] {
        rebis_testkit::run(backend, async |db| {
            let m = migrator(&db, three());
            LOGGED.take();
            m.upgrade("bbbb").await.unwrap();
            m.downgrade("-1").await.unwrap();
            m.stamp("head").await.unwrap();
            let head = [format!("Context impl {name}."), format!("Will assume {kind} DDL.")];
            let mut expected = head.to_vec();
            expected.push("Running upgrade  -> aaaa1111, change aaaa1111".into());
            expected.push("Running upgrade aaaa1111 -> bbbb2222, change bbbb2222".into());
            expected.extend(head.clone());
            expected.push("Running downgrade bbbb2222 -> aaaa1111, change bbbb2222".into());
            expected.extend(head);
            expected.push("Running stamp_revision aaaa1111 -> cccc3333".into());
            assert_eq!(LOGGED.take(), expected);
        });
    }
}

#[test]
fn an_index_is_built_beside_the_writers() {
    rebis_testkit::run(Backend::Postgres, async |db| {
        let m = migrator(
            &db,
            vec![
                three().remove(0),
                script(
                    "bbbb2222",
                    &["aaaa1111"],
                    |op| op.create_index("ix_c", "person", ["id", "name"]).concurrently().unit(),
                    nothing,
                ),
            ],
        );
        let mut tasks = Vec::new();
        for _ in 0..4 {
            let m = m.clone();
            tasks.push(tokio::spawn(async move { m.upgrade("head").await }));
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(versions(&db).await, ["bbbb2222"]);
    });
}

#[test]
fn an_enum_with_a_default_changes_its_type() {
    rebis_testkit::run(Backend::Postgres, async |db| {
        let m = migrator(
            &db,
            vec![script(
                "aaaa1111",
                &[],
                |op| {
                    op.create_table("t", |t| {
                        t.column("id", Integer).primary_key();
                        t.column("mood", Enum("mood", ["sad", "ok"])).not_null().server_default("ok");
                    });
                    op.alter_column("t", "mood").set_type(Enum("mood", ["ok", "good"]));
                    op.alter_column("t", "mood").set_type(String(10));
                    op.drop_type("mood");
                },
                nothing,
            )],
        );
        m.upgrade("head").await.unwrap();
    });
}
