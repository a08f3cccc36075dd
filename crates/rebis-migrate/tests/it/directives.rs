//! Directives that not every database knows: the SQL of each, or a refusal that names what is missing, and that they run.

use rebis_migrate::prelude::*;
use rebis_migrate::{Operations, offline};
use rebis_sql::Dialect;
use rebis_sql::schema::Schema;
use rebis_testkit::{Backend, each_database, run};

use crate::execute::{ids, migrator, script};

fn sql(
    dialect: Dialect,
    record: impl Fn(&mut Operations),
) -> Result<Vec<std::string::String>, std::string::String> {
    let mut op = Operations::new();
    record(&mut op);
    offline(dialect, op.ops(), &mut Schema::default()).map(|made| made.statements).map_err(|e| e.to_string())
}

const POSTGRES: Dialect = Dialect::ALL[1];
const MARIA: Dialect = Dialect::ALL[3];

/// PostgreSQL's text, and the word that every other database's refusal holds.
fn only_postgres(wanted: &str, missing: &str, record: impl Fn(&mut Operations)) {
    assert_eq!(sql(POSTGRES, &record).unwrap(), [wanted]);
    for dialect in [Dialect::ALL[0], Dialect::ALL[2], MARIA] {
        let e = sql(dialect, &record).unwrap_err();
        assert!(e.contains(missing) && e.contains(dialect.name()), "{e}");
    }
}

#[test]
fn what_postgresql_alone_knows() {
    only_postgres("ALTER TABLE \"t\" ADD CONSTRAINT \"ck\" CHECK (a > 0) NOT VALID", "not valid yet", |op| {
        op.create_check_constraint("ck", "t", "a > 0");
        op.not_valid();
    });
    only_postgres("ALTER TABLE \"t\" VALIDATE CONSTRAINT \"ck\"", "not valid yet", |op| {
        op.validate_constraint("ck", "t");
    });
    only_postgres(
        "ALTER TABLE \"t\" ADD CONSTRAINT \"x\" EXCLUDE USING \"gist\" (room WITH =, during WITH &&) WHERE (open) DEFERRABLE",
        "exclusion constraints",
        |op| {
            op.create_exclude_constraint("x", "t", "gist", [("room", "="), ("during", "&&")])
                .filter("open")
                .deferrable(false);
        },
    );
    assert_eq!(
        sql(POSTGRES, |op| {
            op.drop_index("ix", "t").if_exists().concurrently();
        })
        .unwrap(),
        ["DROP INDEX CONCURRENTLY IF EXISTS \"ix\""]
    );
}

#[test]
fn how_a_table_is_stored() {
    let record = |op: &mut Operations| {
        op.create_table("t", |t| {
            t.column("id", Integer);
            for (option, value) in [
                ("mysql_engine", "InnoDB"),
                ("mysql_row_format", "COMPRESSED"),
                ("mariadb_page_compressed", "1"),
                ("postgresql_fillfactor", "70"),
                ("postgresql_tablespace", "fast"),
                ("sqlite_strict", "true"),
            ] {
                t.option(option, value);
            }
        });
    };
    let tail = |dialect: Dialect| sql(dialect, record).unwrap()[0].rsplit(')').next().unwrap().to_owned();
    assert_eq!(tail(Dialect::ALL[0]), " STRICT");
    assert!(sql(POSTGRES, record).unwrap()[0].ends_with(") WITH (fillfactor = 70) TABLESPACE \"fast\""));
    assert_eq!(tail(Dialect::ALL[2]), " ENGINE=InnoDB ROW_FORMAT=COMPRESSED");
    assert_eq!(tail(MARIA), " ENGINE=InnoDB ROW_FORMAT=COMPRESSED PAGE_COMPRESSED=1");
    let wrong = |option: &'static str, value: &'static str| {
        sql(Dialect::ALL[if option.starts_with("sqlite") { 0 } else { 1 }], move |op| {
            op.create_table("t", |t| {
                t.column("id", Integer);
                t.option(option, value);
            });
        })
        .unwrap_err()
    };
    assert!(wrong("engine", "InnoDB").contains("begins with mysql_"));
    assert!(wrong("postgresql_fillfactor", "70); DROP TABLE t").contains("no option, word or number"));
    assert!(wrong("sqlite_engine", "x").contains("means nothing"));
}

#[test]
fn keys_and_uniques_that_wait() {
    only_postgres(
        "CREATE TABLE \"t\" (\n    \"a\" INTEGER,\n    CONSTRAINT \"uq\" UNIQUE (\"a\") DEFERRABLE INITIALLY DEFERRED\n)",
        "deferrable unique constraints",
        |op| {
            op.create_table("t", |t| {
                t.column("a", Integer);
                t.unique(["a"]).name("uq").deferrable(true);
            });
        },
    );
    only_postgres(
        "CREATE TABLE \"t\" (\n    \"a\" INTEGER,\n    FOREIGN KEY (\"a\") REFERENCES \"u\" (\"a\") MATCH FULL ON DELETE CASCADE\n)",
        "MATCH FULL",
        |op| {
            op.create_table("t", |t| {
                t.column("a", Integer);
                t.foreign_key(["a"], "u", ["a"]).on_delete(ReferentialAction::Cascade).match_full();
            });
        },
    );
    let unique = sql(POSTGRES, |op| {
        op.create_unique_constraint("uq", "t", ["a"]).deferrable(false);
    });
    assert_eq!(unique.unwrap(), ["ALTER TABLE \"t\" ADD CONSTRAINT \"uq\" UNIQUE (\"a\") DEFERRABLE"]);
}

#[test]
fn changes_beside_those_who_write() {
    let record = |op: &mut Operations| {
        op.add_column("t", "c", Integer);
        op.algorithm("instant");
        op.create_index("ix", "t", ["c"]);
        op.algorithm("inplace");
        op.lock("none");
    };
    for dialect in [Dialect::ALL[2], MARIA] {
        let all = sql(dialect, record).unwrap();
        assert_eq!(
            all,
            [
                "ALTER TABLE `t` ADD COLUMN `c` INTEGER, ALGORITHM=INSTANT",
                "CREATE INDEX `ix` ON `t` (`c`) ALGORITHM=INPLACE LOCK=NONE",
            ]
        );
    }
    assert_eq!(sql(POSTGRES, record).unwrap()[0], "ALTER TABLE \"t\" ADD COLUMN \"c\" INTEGER");
    let mut op = Operations::new();
    record(&mut op);
    assert_eq!(
        op.ops()[1].render().unwrap(),
        "op.create_index(\"ix\", \"t\", [\"c\"]);\nop.algorithm(\"inplace\");\nop.lock(\"none\");"
    );
    assert_eq!(op.ops()[1].describe(), "create index ix on t");
    let e = sql(MARIA, |op| {
        op.drop_column("t", "c");
        op.lock("NONE; DROP TABLE t");
    });
    assert!(e.unwrap_err().contains("word or number"));
}

#[test]
fn a_constraint_is_looked_at_after_its_lock_was_given_back() {
    let made = |record: fn(&mut Operations)| {
        let mut op = Operations::new();
        record(&mut op);
        offline(POSTGRES, op.ops(), &mut Schema::default()).unwrap().transactional
    };
    assert!(!made(|op| {
        op.create_check_constraint("ck", "t", "a > 0");
        op.not_valid();
        op.validate_constraint("ck", "t");
    }));
    assert!(made(|op| op.validate_constraint("ck", "t")));
}

#[test]
fn a_comparison_leaves_the_callers_transaction_as_it_was() {
    use rebis_migrate::diff::{DiffOptions, compare};
    use rebis_sql::schema::{Check, Column, Table};
    run(Backend::Postgres, async |db| {
        let mut conn = db.acquire().await;
        conn.begin(rebis_engine::TransactionOptions::default()).await.unwrap();
        conn.script("CREATE TABLE t (a INTEGER, CONSTRAINT ck CHECK (a BETWEEN 1 AND 5))").await.unwrap();
        let mut t = Table::new("t");
        t.columns.push(Column::new("a", Integer));
        t.checks.push(Check { name: Some("ck".into()), sql: "a BETWEEN 1 AND 5".into() });
        let (_, found) =
            compare(&mut conn, &Schema { tables: vec![t] }, &DiffOptions::default()).await.unwrap();
        assert_eq!(found, []);
        assert!(conn.in_transaction());
        conn.commit().await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT count(*) FROM t").await, [0]);
    });
}

#[test]
fn identity_columns_change_by_option() {
    let change = |from: Identity, to: Option<Identity>| {
        sql(POSTGRES, move |op| {
            let alter = op.alter_column("t", "c").existing_identity(from.clone());
            match &to {
                Some(to) => alter.set_identity(to.clone()),
                None => alter.drop_identity(),
            };
        })
        .unwrap()
        .join("; ")
        .replace("ALTER TABLE \"t\" ALTER COLUMN \"c\" ", "")
    };
    assert_eq!(change(Identity::by_default(), Some(Identity::always())), "SET GENERATED ALWAYS");
    assert_eq!(
        change(
            Identity::by_default().start(3).max(9),
            Some(Identity::by_default().start(3).increment(2).cycle())
        ),
        "SET INCREMENT BY 2 SET CYCLE SET NO MAXVALUE"
    );
    assert_eq!(change(Identity::always(), None), "DROP IDENTITY");
}

#[test]
fn sequences_and_guards() {
    let sequence = |op: &mut Operations| op.create_sequence("s", Identity::default().start(10).increment(2));
    for dialect in [POSTGRES, MARIA] {
        let made = sql(dialect, sequence).unwrap();
        assert_eq!(made[0].replace('`', "\""), "CREATE SEQUENCE \"s\" INCREMENT BY 2 START WITH 10");
    }
    assert!(sql(Dialect::ALL[0], sequence).unwrap_err().contains("sequences"));
    let guarded = |op: &mut Operations| {
        op.drop_constraint("fk", "t", ConstraintKind::ForeignKey);
        op.guard();
        op.add_column("t", "c", Integer);
        op.guard();
    };
    assert_eq!(
        sql(MARIA, guarded).unwrap(),
        [
            "ALTER TABLE `t` DROP FOREIGN KEY IF EXISTS `fk`",
            "ALTER TABLE `t` ADD COLUMN IF NOT EXISTS `c` INTEGER"
        ]
    );
    assert!(sql(Dialect::ALL[2], guarded).unwrap_err().contains("IF EXISTS in ALTER TABLE"));
}

fn lessons(op: &mut Operations) {
    op.create_sequence("numbers", Identity::default().start(100));
    op.create_table("lesson", |t| {
        t.column("id", Integer).primary_key();
        t.column("room", Integer).not_null();
    });
    op.execute("INSERT INTO lesson (room) VALUES (1), (2)");
    op.create_check_constraint("ck_lesson_room", "lesson", "room > 1");
    op.not_valid();
    op.execute("UPDATE lesson SET room = 3 WHERE room = 1");
    op.validate_constraint("ck_lesson_room", "lesson");
    op.create_exclude_constraint("x_lesson", "lesson", "btree", [("room", "=")]);
}

fn no_lessons(op: &mut Operations) {
    op.drop_constraint("x_lesson", "lesson", ConstraintKind::Exclusion);
    op.drop_table("lesson");
    op.drop_sequence("numbers");
}

#[test]
fn they_run_on_postgresql() {
    run(Backend::Postgres, async |db| {
        let all = migrator(&db, vec![script("aaaa1111", &[], lessons, no_lessons)]);
        all.upgrade("head").await.unwrap();
        let mut conn = db.acquire().await;
        assert!(conn.execute("INSERT INTO lesson (room) VALUES (0)", &[]).await.is_err(), "the check holds");
        assert!(
            conn.execute("INSERT INTO lesson (room) VALUES (3)", &[]).await.is_err(),
            "the exclusion holds"
        );
        assert_eq!(ids(&mut conn, "SELECT nextval('numbers')").await, [100]);
        all.downgrade("base").await.unwrap();
    });
}

fn keyless(op: &mut Operations) {
    op.create_table("t", |t| {
        t.column("a", Integer).not_null();
        t.column("b", Integer).not_null();
        t.primary_key(["a", "b"]).name("t_pkey");
    });
    op.execute("INSERT INTO t (a, b) VALUES (1, 1), (1, 2)");
}

fn rekeyed(op: &mut Operations) {
    op.drop_constraint("t_pkey", "t", ConstraintKind::PrimaryKey);
    op.add_column("t", "id", Integer).not_null().autoincrement();
    op.create_primary_key("t_pkey", "t", ["id"]);
}

fn keyed_again(op: &mut Operations) {
    op.drop_constraint("t_pkey", "t", ConstraintKind::PrimaryKey);
    op.drop_column("t", "id");
    op.create_primary_key("t_pkey", "t", ["a", "b"]);
}

fn gone(op: &mut Operations) {
    op.drop_table("t");
}

each_database! {
    /// A key that is replaced by one that counts up, with rows, and back.
    async fn a_key_becomes_another(db: TestDatabase) {
        let all = migrator(&db, vec![script("aaaa1111", &[], keyless, gone), script("bbbb2222", &["aaaa1111"], rekeyed, keyed_again)]);
        all.upgrade("head").await.unwrap();
        let mut conn = db.acquire().await;
        assert_eq!(ids(&mut conn, "SELECT id FROM t ORDER BY id").await, [1, 2]);
        conn.execute("INSERT INTO t (a, b) VALUES (1, 1)", &[]).await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT id FROM t ORDER BY id").await, [1, 2, 3]);
        conn.execute("DELETE FROM t WHERE id = 3", &[]).await.unwrap();
        all.downgrade("-1").await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT b FROM t ORDER BY b").await, [1, 2]);
        assert!(conn.execute("INSERT INTO t (a, b) VALUES (1, 1)", &[]).await.is_err(), "the old key holds");
    }
}

each_database! {
    async fn tables_as_they_are_stored_and_changed(db: TestDatabase) {
        drop(db.acquire().await);
        fn up(op: &mut Operations) {
            op.create_table("p", |t| {
                t.column("id", Integer).primary_key();
                t.column("a", Integer);
                t.option("mysql_engine", "InnoDB");
                t.option("mysql_charset", "utf8mb4");
                t.option("postgresql_fillfactor", "70");
                t.option("sqlite_strict", "true");
            });
            op.execute("INSERT INTO p (id, a) VALUES (1, 5)");
            op.add_column("p", "late", Integer);
            op.algorithm("INPLACE");
            op.alter_column("p", "a").set_nullable(false);
            op.algorithm("COPY");
            op.create_index("ix_p_late", "p", ["late"]);
            op.algorithm("INPLACE");
            op.lock("NONE");
        }
        let m = migrator(&db, vec![script("aaaa1111", &[], up, |op| op.drop_table("p"))]);
        m.upgrade("head").await.unwrap();
        let mut conn = db.acquire().await;
        assert_eq!(ids(&mut conn, "SELECT a FROM p").await, [5]);
        let stored = match db.backend() {
            Backend::Sqlite => "SELECT count(*) FROM sqlite_master WHERE name = 'p' AND sql LIKE '% STRICT'",
            Backend::Postgres => "SELECT count(*) FROM pg_class WHERE relname = 'p' AND reloptions = '{fillfactor=70}'",
            Backend::MySql => {
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'p' AND engine = 'InnoDB' \
                 AND table_collation LIKE 'utf8mb4%'"
            }
        };
        assert_eq!(ids(&mut conn, stored).await, [1], "also after the table was made anew");
        m.downgrade("base").await.unwrap();
    }
}

#[test]
fn constraints_that_wait_are_compared() {
    run(Backend::Postgres, async |db| {
        let unique = |deferrable| {
            let mut table = rebis_sql::schema::Table::new("t");
            table.columns = vec![rebis_sql::schema::Column::new("a", Integer)];
            table.uniques = vec![rebis_sql::schema::Unique {
                name: Some("uq".into()),
                columns: vec!["a".into()],
                deferrable,
                nulls_not_distinct: false,
            }];
            Schema { tables: vec![table] }
        };
        let mut conn = db.acquire().await;
        for sql in rebis_sql::schema::create_statements(&unique(Some(true)), POSTGRES).unwrap() {
            conn.script(&sql).await.unwrap();
        }
        let mut differences = async |models: &Schema| {
            let options = rebis_migrate::diff::DiffOptions::default();
            let (_, found) = rebis_migrate::diff::compare(&mut conn, models, &options).await.unwrap();
            found.len()
        };
        assert_eq!(differences(&unique(Some(true))).await, 0);
        assert_eq!(differences(&unique(None)).await, 2, "it goes and comes back");
    });
}
