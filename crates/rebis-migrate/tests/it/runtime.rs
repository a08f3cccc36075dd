//! Running migrations: one transaction for all, timeouts, the history, and a step that was begun and not finished.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rebis_engine::{Connection, TransactionOptions};
use rebis_migrate::prelude::*;
use rebis_migrate::{Arguments, ErrorKind, Migrator, Operations, Resume, RunOptions, Script};
use rebis_sql::schema::Schema;
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::execute::{ids, migrator, script};

fn chain() -> Vec<Script> {
    vec![
        script("aaaa1111", &[], |op| table(op, "a"), |op| op.drop_table("a")),
        script("bbbb2222", &["aaaa1111"], |op| table(op, "b"), |op| op.drop_table("b")),
        script("cccc3333", &["bbbb2222"], |op| table(op, "c"), |op| op.drop_table("c")),
    ]
}

fn table(op: &mut Operations, name: &str) {
    op.create_table(name, |t| {
        t.column("id", Integer).primary_key();
        t.column("n", Integer);
    });
}

fn single() -> RunOptions {
    RunOptions { single_transaction: true, ..RunOptions::default() }
}

fn transactional(db: &TestDatabase) -> bool {
    db.dialect().capabilities().transactional_ddl
}

async fn names(db: &TestDatabase) -> Vec<std::string::String> {
    let mut conn = db.acquire().await;
    let found = rebis_engine::inspect(&mut conn, &Default::default()).await.unwrap();
    found.tables.into_iter().map(|t| t.name).filter(|n| n.len() == 1).collect()
}

each_database! {
    async fn all_steps_or_none(db: TestDatabase) {
        drop(db.acquire().await);
        let mut scripts = chain();
        scripts.push(script("dddd4444", &["cccc3333"], |op| op.execute("INSERT INTO nobody VALUES (1)"), |_| ()));
        let failing = migrator(&db, scripts);
        let error = failing.upgrade_with("head", &single()).await.unwrap_err();
        let m = migrator(&db, chain());
        if !transactional(&db) {
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(error.to_string().contains("commits each change of the schema by itself"), "{error}");
            assert_eq!(names(&db).await, [""; 0]);
            return;
        }
        let text = error.to_string();
        assert!(text.starts_with("upgrade of revision dddd4444"), "{text}");
        assert!(text.ends_with("The 3 migrations before it in the same transaction were undone with it."), "{text}");
        assert_eq!(names(&db).await, [""; 0]);
        assert_eq!(m.upgrade_with("head", &single()).await.unwrap().len(), 3);
        assert_eq!(names(&db).await, ["a", "b", "c"]);
        assert_eq!(m.upgrade_with("head", &single()).await.unwrap(), []);
        assert_eq!(m.downgrade_with("base", &single()).await.unwrap().len(), 3);
        assert_eq!(names(&db).await, [""; 0]);
    }

    async fn deployers_with_one_transaction_each(db: TestDatabase) {
        drop(db.acquire().await);
        if !transactional(&db) {
            return;
        }
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let m = migrator(&db, chain());
                tokio::spawn(async move { m.upgrade_with("head", &single()).await })
            })
            .collect();
        let mut steps = 0;
        for task in tasks {
            steps += task.await.unwrap().unwrap().len();
        }
        assert_eq!(steps, 3, "each step is run by one of them");
    }

    async fn the_history_says_what_was_done(db: TestDatabase) {
        let m = migrator(&db, chain());
        assert_eq!(m.applied().await.unwrap(), []);
        m.upgrade("bbbb").await.unwrap();
        m.downgrade("-1").await.unwrap();
        m.stamp("head").await.unwrap();
        let lines = m.applied().await.unwrap();
        let said: Vec<_> = lines.iter().map(|l| (l.revision.as_str(), l.direction.as_str(), l.program.as_str())).collect();
        assert_eq!(
            said,
            [
                ("aaaa1111", "upgrade", "tests 1"),
                ("bbbb2222", "upgrade", "tests 1"),
                ("bbbb2222", "downgrade", "tests 1"),
                ("cccc3333", "stamp", "tests 1")
            ]
        );
        assert!(lines.iter().all(|l| l.checksum.len() == 16 && l.elapsed < Duration::from_secs(60)));
        assert!(lines.is_sorted_by_key(|l| l.at));
    }

    async fn a_history_can_be_left_out(db: TestDatabase) {
        let m = migrator(&db, chain()).keep_history(false);
        m.upgrade("head").await.unwrap();
        m.downgrade("-1").await.unwrap();
        m.stamp("head").await.unwrap();
        assert!(db.acquire().await.query("SELECT 1 FROM rebis_history", &[], |_| Ok(())).await.is_err());
        assert_eq!((m.applied().await.unwrap(), m.edited().await.unwrap()), (vec![], vec![]));
    }

    async fn an_edited_script_is_reported(db: TestDatabase) {
        let m = migrator(&db, chain());
        m.upgrade("head").await.unwrap();
        assert_eq!(m.edited().await.unwrap(), []);
        let mut changed = chain();
        changed[0].source = "//! another heading only\n";
        changed[1].source = "//! change bbbb2222\nop.create_table(\"z\")\n";
        let m = migrator(&db, changed);
        let edited = m.edited().await.unwrap();
        assert_eq!(edited.len(), 1);
        let text = edited[0].to_string();
        assert!(text.starts_with("the script of revision bbbb2222 (bbbb2222_change.rs) was edited since it was applied on 20"), "{text}");
        // What is no longer applied may be edited.
        m.downgrade("aaaa").await.unwrap();
        assert_eq!(m.edited().await.unwrap(), []);
    }

    async fn a_lock_is_not_waited_for_longer_than_it_was_said(db: TestDatabase) {
        let m = migrator(&db, vec![
            script("aaaa1111", &[], |op| table(op, "a"), |op| op.drop_table("a")),
            script("bbbb2222", &["aaaa1111"], |op| { op.add_column("a", "more", Integer); }, |_| ()),
        ]);
        m.upgrade("aaaa").await.unwrap();
        let mut other = db.acquire().await;
        other.begin(TransactionOptions { immediate: true, ..TransactionOptions::default() }).await.unwrap();
        other.execute("INSERT INTO a (id) VALUES (1)", &[]).await.unwrap();
        let begun = std::time::Instant::now();
        let options = RunOptions { lock_timeout: Some(Duration::from_millis(300)), ..RunOptions::default() };
        let error = m.upgrade_with("head", &options).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}: {error}", begun.elapsed());
        other.rollback().await.unwrap();
        m.upgrade_with("head", &options).await.unwrap();
    }

    async fn a_statement_does_not_run_longer_than_it_was_said(db: TestDatabase) {
        drop(db.acquire().await);
        let upgrade: fn(&mut Operations) = match db.backend() {
            Backend::Postgres => |op| op.execute("SELECT pg_sleep(20)"),
            _ => |op| op.execute("SELECT count(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c"),
        };
        let m = migrator(&db, vec![script("aaaa1111", &[], upgrade, |_| ())]);
        let options = RunOptions { statement_timeout: Some(Duration::from_millis(300)), ..RunOptions::default() };
        let begun = std::time::Instant::now();
        let error = m.upgrade_with("head", &options).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(10), "{error}");
        if db.backend() == Backend::Sqlite {
            assert!(error.to_string().contains("SQLite has no limit for how long a statement runs"), "{error}");
        }
    }
}

each_database! {
    async fn scripts_get_what_the_command_line_gives(db: TestDatabase) {
        let m = migrator(&db, vec![script(
            "aaaa1111",
            &[],
            |op| {
                let name = op.argument("table").unwrap_or("a").to_owned();
                assert_eq!(op.argument("empty"), Some(""));
                assert_eq!(op.tag(), Some("seven"));
                table(op, &name);
            },
            |_| (),
        )]);
        let m = m.arguments(Arguments::new().with("table=z").with("empty").tagged("seven"));
        assert!(m.upgrade_sql("head", &Default::default()).unwrap().contains("CREATE TABLE"));
        m.upgrade("head").await.unwrap();
        assert_eq!(names(&db).await, ["z"]);
    }

    async fn who_waits_is_told_what_for(db: TestDatabase) {
        let told = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&told);
        let m = migrator(&db, chain()).on_progress(move |p| into.lock().unwrap().push(p.to_string()));
        m.upgrade("+2").await.unwrap();
        m.upgrade("head").await.unwrap();
        m.downgrade("-1").await.unwrap();
        if transactional(&db) {
            m.downgrade_with("base", &single()).await.unwrap();
        } else {
            m.downgrade("base").await.unwrap();
        }
        assert_eq!(
            *told.lock().unwrap(),
            [
                "[1/2] aaaa1111 1/1 create table a",
                "[2/2] bbbb2222 1/1 create table b",
                "[1/1] cccc3333 1/1 create table c",
                "[1/1] cccc3333 1/1 drop table c",
                "[1/2] bbbb2222 1/1 drop table b",
                "[2/2] aaaa1111 1/1 drop table a"
            ]
        );
    }

    async fn who_applied_an_unknown_revision_is_said(db: TestDatabase) {
        migrator(&db, chain()).upgrade("head").await.unwrap();
        let older = migrator(&db, chain()[..2].to_vec());
        for error in [
            older.upgrade("head").await.unwrap_err(),
            older.current(false).await.unwrap_err(),
            older.check().await.unwrap_err(),
        ] {
            let text = error.to_string();
            assert!(text.starts_with("Can't locate revision identified by 'cccc3333': the database is at it"), "{text}");
            assert!(text.contains("\nBy the database's history cccc3333 was applied on 20") && text.ends_with("by tests 1."), "{text}");
        }
    }
}

each_database! {
    /// The limits are for the migrations, not for the wait for another program.
    async fn another_program_is_waited_for(db: TestDatabase) {
        if db.backend() == Backend::Sqlite {
            println!("not tested on SQLite: a statement's time is not limited there");
            return;
        }
        let slow = || {
            migrator(&db, vec![script(
                "aaaa1111",
                &[],
                |op| {
                    table(op, "a");
                    op.run(async |_| {
                        tokio::time::sleep(Duration::from_millis(900)).await;
                        Ok(())
                    });
                },
                |_| (),
            )])
        };
        let (first, second) = (slow(), slow());
        let first = tokio::spawn(async move { first.upgrade("head").await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let short = Some(Duration::from_millis(100));
        let options = RunOptions { statement_timeout: short, lock_timeout: short, ..RunOptions::default() };
        assert_eq!(second.upgrade_with("head", &options).await.unwrap(), []);
        assert_eq!(first.await.unwrap().unwrap().len(), 1);
    }
}

/// What a killed program leaves, where statements commit one by one: the journal's last line is a statement that may have run.
async fn leave(db: &TestDatabase, begun: &str) -> Connection {
    let m = Migrator::new(db.engine().clone(), Schema::default(), Some(half()), "/nowhere");
    m.upgrade("aaaa").await.unwrap();
    m.upgrade("head").await.unwrap_err();
    let mut conn = db.acquire().await;
    conn.script(begun).await.unwrap();
    conn
}

/// The second one fails at its third operation, for want of a table.
fn half() -> &'static [Script] {
    vec![
        script("aaaa1111", &[], |op| table(op, "a"), |op| op.drop_table("a")),
        script(
            "bbbb2222",
            &["aaaa1111"],
            |op| {
                table(op, "b");
                op.execute("INSERT INTO b (id) VALUES (1)");
                op.execute("CREATE INDEX own ON c (n)");
                op.add_column("b", "more", Integer);
                op.bulk_insert("b", ["id", "more"], [(2, 2)]);
            },
            |op| op.drop_table("b"),
        ),
    ]
    .leak()
}

#[test]
fn what_was_in_flight_is_looked_for() {
    rebis_testkit::run(Backend::MySql, async |db| {
        let line = "INSERT INTO rebis_journal SELECT 2, revision, direction, 2, 1, 0, 1, 'execute CREATE INDEX own ON c (n)', \
            'CREATE INDEX own ON c (n)', 'begun' FROM rebis_journal WHERE seq = 0";
        let mut conn = leave(&db, line).await;
        let m = Migrator::new(db.engine().clone(), Schema::default(), Some(half()), "/nowhere");
        let resume = |how| RunOptions { resume: Some(how), ..RunOptions::default() };
        let text = m.upgrade("head").await.unwrap_err().to_string();
        for part in [
            "\nApplied:\n  - CREATE TABLE `b`",
            "\n  - INSERT INTO b (id) VALUES (1)",
            "\nIn flight when it ended, perhaps applied:\n  - CREATE INDEX own ON c (n)",
            "\nNot run:\n  - add column b.more\n  - insert 1 rows into b",
        ] {
            assert!(text.contains(part), "{part:?} is missing in:\n{text}");
        }
        // Its own SQL nobody can see into; the author can.
        let text = m.upgrade_with("head", &resume(Resume::Auto)).await.unwrap_err().to_string();
        assert!(text.contains("If it did: `--resume=skip`; if it did not: `--resume=repeat`."), "{text}");
        let text = m.upgrade_with("head", &resume(Resume::Repeat)).await.unwrap_err().to_string();
        assert!(text.contains("operation 3 of 5: execute CREATE INDEX own"), "{text}");
        conn.script(line).await.unwrap();
        m.upgrade_with("head", &resume(Resume::Skip)).await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT id FROM b ORDER BY id").await, [1, 2]);
        assert!(m.is_at_head().await.unwrap());
    });
}

#[test]
fn what_the_database_shows_is_not_asked() {
    for applied in [false, true] {
        rebis_testkit::run(Backend::MySql, async |db| {
            let line = "INSERT INTO rebis_journal SELECT 3, revision, direction, 3, 1, 0, 1, 'add column b.more', \
                'ALTER TABLE b', 'begun' FROM rebis_journal WHERE seq = 0";
            let mut conn = leave(&db, line).await;
            if applied {
                conn.script("ALTER TABLE b ADD COLUMN more INTEGER").await.unwrap();
            }
            let m = Migrator::new(db.engine().clone(), Schema::default(), Some(half()), "/nowhere");
            let auto = RunOptions { resume: Some(Resume::Auto), ..RunOptions::default() };
            m.upgrade_with("head", &auto).await.unwrap();
            assert_eq!(ids(&mut conn, "SELECT id FROM b ORDER BY id").await, [1, 2]);
        });
    }
}

#[test]
fn a_stamp_settles_what_was_begun() {
    rebis_testkit::run(Backend::MySql, async |db| {
        let mut conn = leave(&db, "SELECT 1").await;
        let m = Migrator::new(db.engine().clone(), Schema::default(), Some(half()), "/nowhere");
        m.stamp("aaaa1111").await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT count(*) FROM rebis_journal").await, [0]);
        conn.script("DROP TABLE b").await.unwrap();
        conn.script("CREATE TABLE c (n INTEGER)").await.unwrap();
        m.upgrade("head").await.unwrap();
    });
}

/// An index that is built beside the writers is no part of a transaction, and what a failed attempt leaves is in the way.
#[test]
fn an_index_beside_the_writers_is_begun_again() {
    rebis_testkit::run(Backend::Postgres, async |db| {
        let scripts = || {
            vec![
                script("aaaa1111", &[], |op| table(op, "a"), |op| op.drop_table("a")),
                script(
                    "bbbb2222",
                    &["aaaa1111"],
                    |op| {
                        op.add_column("a", "more", Integer);
                        op.create_index("ix_a_n", "a", ["n"]).unique().concurrently();
                    },
                    |_| (),
                ),
            ]
        };
        let m = migrator(&db, scripts());
        m.upgrade("aaaa").await.unwrap();
        let mut conn = db.acquire().await;
        conn.script("INSERT INTO a (id, n) VALUES (1, 7), (2, 7)").await.unwrap();
        let text = m.upgrade("head").await.unwrap_err().to_string();
        assert!(text.contains("operation 2 of 2: create index ix_a_n"), "{text}");
        assert_eq!(m.upgrade("head").await.unwrap_err().kind(), ErrorKind::State);
        conn.script("UPDATE a SET n = id").await.unwrap();
        let auto = RunOptions { resume: Some(Resume::Auto), ..RunOptions::default() };
        m.upgrade_with("head", &auto).await.unwrap();
        let valid = "SELECT CAST(count(*) AS BIGINT) FROM pg_index WHERE indisvalid AND indexrelid = 'ix_a_n'::regclass";
        assert_eq!(ids(&mut conn, valid).await, [1]);
        assert!(m.is_at_head().await.unwrap());
    });
}
