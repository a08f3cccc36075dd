//! SQLite: a table made anew loses nothing. One test for each way in which Alembic's batch mode does lose something, and more.

use rebis_engine::{Connection, Engine};
use rebis_migrate::prelude::*;
use rebis_migrate::{Migrator, Operations, Script};
use rebis_sql::schema::Schema;
use rebis_testkit::{Backend, TestDatabase, run};

use crate::execute::{ids, migrator, script};

fn nothing(_: &mut Operations) {}

/// A database that `setup` made, after a migration; its error when it failed.
async fn after(
    db: &TestDatabase,
    setup: &str,
    change: fn(&mut Operations),
) -> (Connection, rebis_migrate::Result<()>) {
    let mut conn = db.acquire().await;
    conn.script(setup).await.unwrap();
    let done = migrator(db, vec![script("aaaa1111", &[], change, nothing)]).upgrade("head").await;
    (conn, done.map(drop))
}

async fn create_text(conn: &mut Connection, name: &str) -> std::string::String {
    let sql = format!("SELECT sql FROM sqlite_master WHERE name = '{name}'");
    conn.fetch_value(&sql, &[]).await.unwrap().unwrap_or_default()
}

fn tighten(op: &mut Operations) {
    op.alter_column("t", "a").set_nullable(false);
}

#[test]
fn rows_that_refer_to_the_table_stay() {
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(
            &db,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
             CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INTEGER NOT NULL REFERENCES t(id) ON DELETE CASCADE);
             INSERT INTO t VALUES (1, 'x'), (2, 'y'); INSERT INTO child VALUES (10, 1), (11, 2);",
            tighten,
        )
        .await;
        done.unwrap();
        assert_eq!(ids(&mut conn, "SELECT id FROM child ORDER BY id").await, [10, 11]);
        assert!(create_text(&mut conn, "child").await.contains("REFERENCES t(id) ON DELETE CASCADE"));
        conn.execute("DELETE FROM t WHERE id = 1", &[]).await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT id FROM child").await, [11], "and refer to the new one");
        assert!(conn.execute("UPDATE t SET a = NULL", &[]).await.is_err(), "the change was made");
    });
}

#[test]
fn a_column_keeps_its_reference_collation_and_place() {
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(
            &db,
            "CREATE TABLE p (id INTEGER PRIMARY KEY);
             CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT COLLATE NOCASE, -- the a
                b INTEGER REFERENCES p(id) ON DELETE CASCADE, self_id INTEGER REFERENCES t(id));
             INSERT INTO p VALUES (1); INSERT INTO t (id, a, b) VALUES (5, 'X', 1), (9, 'y', NULL); DELETE FROM t WHERE id = 9;",
            |op| {
                op.alter_column("t", "a").set_nullable(false);
                op.add_column("t", "c", Integer).not_null().server_default(sql("1 + 1"));
            },
        )
        .await;
        done.unwrap();
        let text = create_text(&mut conn, "t").await;
        assert_eq!(
            text,
            "CREATE TABLE \"t\" (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL COLLATE NOCASE, -- the a\n                b \
             INTEGER REFERENCES p(id) ON DELETE CASCADE, self_id INTEGER REFERENCES t(id),\n    \"c\" INTEGER DEFAULT (1 + 1) NOT NULL\n)"
        );
        assert_eq!(ids(&mut conn, "SELECT c FROM t WHERE a = 'x'").await, [2]);
        conn.execute("INSERT INTO t (a) VALUES ('z')", &[]).await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT max(id) FROM t").await, [10], "a key is never used twice");
        conn.execute("DELETE FROM p", &[]).await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT count(*) FROM t WHERE b IS NOT NULL").await, [0]);
    });
}

#[test]
fn indexes_triggers_and_views_stay() {
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(
            &db,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);
             CREATE TABLE log (n INTEGER);
             CREATE UNIQUE INDEX ix_lower ON t (lower(a));
             CREATE INDEX ix_some ON t (b DESC) WHERE b > 10;
             CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END;
             CREATE TRIGGER back AFTER DELETE ON log BEGIN UPDATE t SET b = 0; END;
             CREATE VIEW seen AS SELECT a, b FROM t;
             INSERT INTO t VALUES (1, 'x', 11);",
            tighten,
        )
        .await;
        done.unwrap();
        assert!(create_text(&mut conn, "ix_some").await.ends_with("ON t (b DESC) WHERE b > 10"));
        assert!(
            conn.execute("INSERT INTO t VALUES (2, 'X', 1)", &[]).await.unwrap_err().is_unique_violation()
        );
        conn.execute("INSERT INTO t VALUES (3, 'z', 1)", &[]).await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT n FROM log").await, [1, 3]);
        conn.execute("DELETE FROM log", &[]).await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT b FROM seen").await, [0, 0]);
    });
}

#[test]
fn generated_columns_strict_and_row_numbers_stay() {
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(
            &db,
            "CREATE TABLE t (a TEXT, n INTEGER, g INTEGER GENERATED ALWAYS AS (n + 1) STORED, v INT AS (n * 2)) STRICT;
             CREATE TABLE w (k TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID;
             INSERT INTO t (rowid, a, n) VALUES (7, 'x', 1), (42, 'y', 2); INSERT INTO w VALUES ('k', 'x');",
            |op| {
                op.alter_column("t", "a").set_nullable(false);
                op.alter_column("w", "a").set_nullable(false);
            },
        )
        .await;
        done.unwrap();
        assert_eq!(ids(&mut conn, "SELECT rowid FROM t ORDER BY 1").await, [7, 42]);
        assert_eq!(ids(&mut conn, "SELECT g + v FROM t ORDER BY rowid").await, [4, 7]);
        assert!(conn.execute("INSERT INTO t (a, n) VALUES ('a', 'no number')", &[]).await.is_err());
        assert!(create_text(&mut conn, "w").await.ends_with("WITHOUT ROWID"));
        assert_eq!(ids(&mut conn, "SELECT count(*) FROM w").await, [1]);
    });
}

#[test]
fn a_column_in_use_is_not_dropped_in_silence() {
    const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INTEGER, d INTEGER,
        CONSTRAINT uq UNIQUE (a, b), CONSTRAINT ck CHECK (c > d));
        CREATE INDEX ix ON t (a, d); CREATE VIEW seen AS SELECT b FROM t; INSERT INTO t VALUES (1, 'x', 'y', 2, 1);";
    type Case = (fn(&mut Operations), &'static str);
    let cases: [Case; 4] = [
        (|op| op.drop_column("t", "b"), "constraint uq is over column b and others"),
        (|op| op.drop_column("t", "c"), "constraint ck is over column c and others"),
        (
            |op| {
                op.drop_constraint("uq", "t", ConstraintKind::Unique);
                op.drop_column("t", "a");
            },
            "index ix is over column a and more; drop it first: op.drop_index(\"ix\", …)",
        ),
        (
            |op| {
                op.drop_constraint("uq", "t", ConstraintKind::Unique);
                op.drop_column("t", "b");
            },
            "view seen would not work any more",
        ),
    ];
    for (change, says) in cases {
        run(Backend::Sqlite, async |db| {
            let (mut conn, done) = after(&db, TABLE, change).await;
            let text = done.unwrap_err().to_string();
            assert!(text.contains(says) && text.contains("Nothing of this migration remains"), "{text}");
            assert_eq!(
                ids(
                    &mut conn,
                    "SELECT count(*) FROM sqlite_master WHERE name LIKE '%rebis%' OR name LIKE 'alembic%'"
                )
                .await,
                [0]
            );
            assert_eq!(ids(&mut conn, "SELECT count(b) + sum(c) FROM t").await, [3]);
        });
    }
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(&db, TABLE, |op| {
            op.execute("DROP VIEW seen");
            op.drop_constraint("ck", "t", ConstraintKind::Check);
            op.drop_constraint("uq", "t", ConstraintKind::Unique);
            op.drop_index("ix", "t");
            op.drop_column("t", "b");
            op.drop_column("t", "c");
            op.create_index("ix", "t", ["a"]);
        })
        .await;
        done.unwrap();
        assert_eq!(
            create_text(&mut conn, "t").await.replace(char::is_whitespace, ""),
            "CREATETABLE\"t\"(idINTEGERPRIMARYKEY,aTEXT,dINTEGER)"
        );
        assert_eq!(create_text(&mut conn, "ix").await, "CREATE INDEX \"ix\" ON \"t\" (\"a\")");
    });
}

#[test]
fn a_trigger_elsewhere_is_not_broken_in_silence() {
    run(Backend::Sqlite, async |db| {
        let (_, done) = after(
            &db,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE); CREATE TABLE log (n INTEGER);
             CREATE TRIGGER back AFTER DELETE ON log BEGIN UPDATE t SET a = 'z'; END;",
            |op| op.drop_column("t", "a"),
        )
        .await;
        let text = done.unwrap_err().to_string();
        assert!(text.contains("trigger back would not work any more"), "{text}");
    });
}

#[test]
fn constraints_without_a_name_come_and_go() {
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(
            &db,
            "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
             CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INTEGER REFERENCES p(id));",
            |op| {
                op.drop_constraint("uq_t_a", "t", ConstraintKind::Unique);
                op.drop_constraint("fk_t_b_p", "t", ConstraintKind::ForeignKey);
                op.create_unique_constraint("", "t", ["b"]);
                op.create_foreign_key("", "t", ["a"], "p", ["id"]).on_delete(Cascade);
                op.create_check_constraint("ck_t_b", "t", "b > 0");
            },
        )
        .await;
        done.unwrap();
        conn.execute("INSERT INTO t VALUES (1, 1, 5)", &[]).await.unwrap();
        assert!(conn.execute("INSERT INTO t VALUES (2, 1, 5)", &[]).await.unwrap_err().is_unique_violation());
        assert!(
            conn.execute("INSERT INTO t VALUES (3, 2, 6)", &[]).await.unwrap_err().is_foreign_key_violation()
        );
        let e = conn.execute("INSERT INTO t VALUES (4, 1, 0)", &[]).await.unwrap_err();
        assert_eq!(e.kind(), rebis_engine::ErrorKind::CheckViolation);
    });
}

#[test]
fn a_primary_key_is_exchanged_and_never_doubled() {
    run(Backend::Sqlite, async |db| {
        let setup =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL); INSERT INTO t VALUES (3, 'x');";
        let (mut conn, done) = after(&db, setup, |op| {
            op.drop_constraint("t_pkey", "t", ConstraintKind::PrimaryKey);
            op.create_primary_key("pk_t", "t", ["a", "id"]);
        })
        .await;
        done.unwrap();
        assert!(
            create_text(&mut conn, "t").await.contains(
                "id INTEGER, a TEXT NOT NULL,\n    CONSTRAINT \"pk_t\" PRIMARY KEY (\"a\", \"id\")"
            )
        );
        assert_eq!(ids(&mut conn, "SELECT id FROM t").await, [3]);
    });
    run(Backend::Sqlite, async |db| {
        let (_, done) = after(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", |op| {
            op.create_primary_key("pk_t", "t", ["a"]);
        })
        .await;
        let text = done.unwrap_err().to_string();
        assert!(text.contains("the table has the primary key (id) already"), "{text}");
    });
}

#[test]
fn a_failure_leaves_nothing_and_a_leftover_is_swept() {
    run(Backend::Sqlite, async |db| {
        let setup = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, NULL);
            CREATE TABLE _rebis_tmp_t (x); INSERT INTO _rebis_tmp_t VALUES (1);";
        let (mut conn, done) = after(&db, setup, tighten).await;
        let text = done.unwrap_err().to_string();
        assert!(text.contains("t.a") && text.contains("alter column t.a"), "{text}");
        assert_eq!(ids(&mut conn, "SELECT id FROM t WHERE a IS NULL").await, [1]);
        conn.execute("UPDATE t SET a = 'x'", &[]).await.unwrap();
        let again = migrator(&db, vec![script("aaaa1111", &[], tighten, nothing)]);
        again.upgrade("head").await.unwrap();
        assert_eq!(
            ids(&mut conn, "SELECT count(*) FROM sqlite_master WHERE name LIKE '%rebis_tmp%'").await,
            [0]
        );
    });
}

#[test]
fn the_same_change_gives_the_same_text() {
    let mut texts = Vec::new();
    for _ in 0..2 {
        run(Backend::Sqlite, async |db| {
            let setup = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, CONSTRAINT y UNIQUE (a), CONSTRAINT x UNIQUE (b))";
            let (mut conn, done) = after(&db, setup, |op| {
                op.create_check_constraint("w", "t", "a <> b");
                op.create_check_constraint("v", "t", "a <> ''");
            })
            .await;
            done.unwrap();
            texts.push(create_text(&mut conn, "t").await);
        });
    }
    assert_eq!(texts[0], texts[1]);
    let places: Vec<_> = ["CONSTRAINT y", "CONSTRAINT x", "CONSTRAINT \"w\"", "CONSTRAINT \"v\""]
        .map(|c| texts[0].find(c))
        .to_vec();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", texts[0]);
}

#[test]
fn orphans_are_found_before_the_commit_unless_they_were_there() {
    const TABLES: &str = "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE old (p_id INTEGER REFERENCES p(id)); INSERT INTO old VALUES (99);
        CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 5);";
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(&db, TABLES, |op| {
            op.create_foreign_key("fk", "t", ["a"], "p", ["id"]);
        })
        .await;
        let text = done.unwrap_err().to_string();
        assert!(
            text.contains("1 rows of table t would refer to rows of table p that are not there"),
            "{text}"
        );
        assert!(!create_text(&mut conn, "t").await.contains("fk"));
    });
    run(Backend::Sqlite, async |db| after(&db, TABLES, tighten).await.1.unwrap());
}

/// In memory there is one connection, so its pragmas and its statements can be seen from here.
#[test]
fn the_connection_is_put_back_and_neighbours_are_one_rebuild() {
    run(Backend::Sqlite, async |_db| {
        let engine = Engine::new("sqlite://").unwrap();
        let migrator = |scripts: Vec<Script>| {
            Migrator::new(engine.clone(), Schema::default(), Some(scripts.leak()), "/nowhere/migrations")
        };
        async fn pragmas(engine: &Engine) -> Vec<i64> {
            let mut conn = engine.acquire().await.unwrap();
            let mut all = ids(&mut conn, "PRAGMA foreign_keys").await;
            all.extend(ids(&mut conn, "PRAGMA legacy_alter_table").await);
            all
        }
        let setup =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO t VALUES (1, NULL, 'b');";
        engine.acquire().await.unwrap().script(setup).await.unwrap();
        assert_eq!(pragmas(&engine).await, [1, 0]);
        migrator(vec![script("aaaa1111", &[], tighten, nothing)]).upgrade("head").await.unwrap_err();
        assert_eq!(pragmas(&engine).await, [1, 0], "after a failure");
        let recording = engine.record();
        migrator(vec![script(
            "bbbb2222",
            &[],
            |op| {
                op.alter_column("t", "b").set_nullable(false).set_type(String(10));
                op.create_unique_constraint("uq", "t", ["b"]);
                op.add_column("t", "c", DateTime).not_null().server_default(now());
                op.drop_column("t", "a");
                op.create_index("ix", "t", ["c"]);
            },
            nothing,
        )])
        .upgrade("head")
        .await
        .unwrap();
        assert_eq!(pragmas(&engine).await, [1, 0], "after a success");
        let copies =
            recording.statements().iter().filter(|s| s.starts_with("INSERT INTO \"_rebis_tmp_t\"")).count();
        assert_eq!(copies, 1);
        let mut conn = engine.acquire().await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT count(c) FROM t WHERE b = 'b'").await, [1]);
    });
}

#[test]
fn a_rename_carries_what_refers_to_it() {
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(
            &db,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE TABLE child (t_id INTEGER REFERENCES t(id));
             CREATE VIEW seen AS SELECT a FROM t; INSERT INTO t VALUES (1, 'x');",
            |op| {
                op.alter_column("t", "a").set_nullable(false);
                op.rename_column("t", "a", "z");
                op.rename_table("t", "u");
            },
        )
        .await;
        done.unwrap();
        assert!(create_text(&mut conn, "child").await.contains("REFERENCES \"u\"(id)"));
        assert_eq!(ids(&mut conn, "SELECT count(*) FROM seen JOIN u ON u.z = seen.z").await, [1]);
    });
}

#[test]
fn a_table_is_not_dropped_from_under_rows_that_refer_to_it() {
    const TABLES: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t(id) ON DELETE CASCADE);
        INSERT INTO t VALUES (1); INSERT INTO child VALUES (10, 1);";
    run(Backend::Sqlite, async |db| {
        let (mut conn, done) = after(&db, TABLES, |op| op.drop_table("t")).await;
        let text = done.unwrap_err().to_string();
        assert!(text.contains("table child would refer to table t, which is not there any more"), "{text}");
        assert_eq!(ids(&mut conn, "SELECT id FROM child").await, [10]);
    });
    run(Backend::Sqlite, async |db| {
        let (_, done) = after(&db, TABLES, |op| {
            op.drop_table("t");
            op.drop_table("child");
        })
        .await;
        done.unwrap();
    });
}

/// What the database knows of a table, read by its own pragmas.
async fn known(conn: &mut Connection, table: &str) -> Vec<std::string::String> {
    let mut all = Vec::new();
    for pragma in ["table_xinfo", "foreign_key_list", "index_list"] {
        conn.query(&format!("PRAGMA {pragma}(\"{table}\")"), &[], |row| {
            all.push(format!("{pragma} {row:?}"));
            Ok(())
        })
        .await
        .unwrap();
    }
    all
}

#[test]
fn tables_as_people_write_them_come_over() {
    const TABLES: [&str; 12] = [
        "CREATE TABLE t(a,b)",
        "create table t (a \"my type\"(10) default 'it''s, ok' , [order] INT, \"check\" TEXT, `x y` UNSIGNED BIG INT NOT NULL DEFAULT 1)",
        "CREATE TABLE t(a INT CONSTRAINT c1 PRIMARY KEY DESC ON CONFLICT REPLACE CONSTRAINT c2 CHECK(a>0), b DEFAULT (1+(2)), c DEFAULT -1)",
        "CREATE TABLE t(a DEFAULT +1.5e10 NOT NULL, b DEFAULT 1e-3 UNIQUE, c DEFAULT .5 NULL, d DEFAULT x'00FF', e DEFAULT \"dq\", f DEFAULT CURRENT_TIMESTAMP)",
        "CREATE TABLE t(\"a\" INTEGER, b TEXT, PRIMARY KEY(\"a\" AUTOINCREMENT))",
        "CREATE TABLE t(a DOUBLE PRECISION NOT NULL, b REFERENCES p ON DELETE SET DEFAULT ON UPDATE NO ACTION DEFERRABLE INITIALLY IMMEDIATE)",
        "CREATE TABLE t(a INT, b INT, FOREIGN KEY(a, b) REFERENCES p(x, y) MATCH FULL ON UPDATE CASCADE NOT DEFERRABLE UNIQUE(a, b COLLATE RTRIM) CHECK (a IN (1, '(', ')')))",
        "CREATE TABLE t(a TEXT COLLATE \"NOCASE\" CHECK (length(a) < 10), v AS (a || ',') VIRTUAL)",
        "CREATE TABLE t(a INT /* ) */, -- )\n b INT -- last\n)",
        "CREATE TABLE t(k TEXT, a INT, PRIMARY KEY (k, a)) WITHOUT ROWID, STRICT",
        "CREATE TABLE t(rowid TEXT, a INT, oid INT)",
        "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\"",
    ];
    for create in TABLES {
        run(Backend::Sqlite, async |db| {
            let mut conn = db.acquire().await;
            conn.script(create).await.unwrap();
            let before = known(&mut conn, "t").await;
            drop(conn);
            let up = |op: &mut Operations| op.create_check_constraint("added", "t", "a IS NOT 'no'");
            let down = |op: &mut Operations| op.drop_constraint("added", "t", ConstraintKind::Check);
            let m = migrator(&db, vec![script("aaaa1111", &[], up, down)]);
            m.upgrade("head").await.unwrap_or_else(|e| panic!("{create}\n{e}"));
            let mut conn = db.acquire().await;
            assert_eq!(known(&mut conn, "t").await, before, "{create}");
            assert!(create_text(&mut conn, "t").await.contains("CONSTRAINT \"added\" CHECK"), "{create}");
            drop(conn);
            m.downgrade("base").await.unwrap();
            let mut conn = db.acquire().await;
            assert_eq!(known(&mut conn, "t").await, before, "{create}");
            let words = |sql: &str| {
                let sql = sql.to_lowercase().replace("create table \"t\"", "create table t");
                sql.replace(char::is_whitespace, "")
            };
            if !create.contains("AS SELECT") {
                assert_eq!(words(&create_text(&mut conn, "t").await), words(create));
            }
        });
    }
}
