//! Remarks: their codes by database, the form that locks least, and what a release refuses to lose.

#![allow(clippy::drop_non_drop, reason = "a builder that is done with")]

use rebis_migrate::prelude::*;
use rebis_migrate::{DataLoss, Op, Operations, RunOptions, lint};
use rebis_sql::Dialect;
use rebis_testkit::{Backend, each_database, run};

use crate::execute::{ids, migrator, script};

fn ops(record: impl Fn(&mut Operations)) -> Vec<Op> {
    let mut op = Operations::new();
    record(&mut op);
    op.into_ops()
}

/// The codes on SQLite, PostgreSQL and MariaDB.
fn codes(record: impl Fn(&mut Operations)) -> [std::string::String; 3] {
    let ops = ops(record);
    [Dialect::ALL[0], Dialect::ALL[1], Dialect::ALL[3]].map(|dialect| {
        let remarks = lint::lint(dialect, &ops);
        for r in &remarks {
            let page = format!("{}/../../docs/lint/{}.md", env!("CARGO_MANIFEST_DIR"), r.code);
            assert!(std::path::Path::new(&page).exists(), "{page}");
        }
        remarks.iter().map(|r| r.code).collect::<Vec<_>>().join(" ")
    })
}

#[test]
fn each_change_has_its_remarks() {
    let same = |code: &str| [code, code, code].map(str::to_owned);
    assert_eq!(codes(|op| op.drop_table("t")), same("L101"));
    assert_eq!(codes(|op| op.drop_column("t", "c")), same("L102"));
    assert_eq!(codes(|op| op.alter_type("mood", ["a", "b"], ["a"])), same("L103"));
    assert_eq!(codes(|op| op.rename_column("t", "a", "b")), same("L305"));
    assert_eq!(codes(|op| drop(op.add_column("t", "c", Integer).not_null())), same("L201"));
    assert_eq!(codes(|op| drop(op.add_column("t", "c", Integer))), same(""));
    let set = |from: rebis_sql::SqlType, to: rebis_sql::SqlType| {
        codes(move |op| drop(op.alter_column("t", "c").existing_type(from.clone()).set_type(to.clone())))
    };
    assert_eq!(set(String(20), String(80)), ["", "", ""]);
    assert_eq!(set(String(80), String(20)), ["L104", "L104 L303", "L104 L303"]);
    assert_eq!(set(Integer, BigInteger), ["", "L303", "L303"]);
    assert_eq!(set(Numeric(10, 2), Numeric(10, 4)), ["L104", "L104 L303", "L104 L303"]);
    assert_eq!(
        codes(|op| drop(op.alter_column("t", "c").existing_type(Integer).set_nullable(false))),
        ["L202", "L202 L304", "L202 L303"]
    );
    assert_eq!(codes(|op| drop(op.create_index("ix", "t", ["a"]))), ["", "L301", ""]);
    assert_eq!(codes(|op| drop(op.create_index("ix", "t", ["a"]).unique().concurrently())), same("L203"));
    assert_eq!(codes(|op| drop(op.create_unique_constraint("u", "t", ["a"]))), ["L203", "L203 L301", "L203"]);
    assert_eq!(
        codes(|op| drop(op.create_foreign_key("fk", "t", ["a"], "p", ["id"]))),
        ["L204", "L204 L302", "L204 L303"]
    );
}

#[test]
fn a_table_that_is_made_here_has_none() {
    let none = codes(|op| {
        op.create_table("t", |t| {
            t.column("id", Integer).primary_key();
        });
        op.create_index("ix", "t", ["id"]).unique();
        op.drop_column("t", "id");
    });
    assert_eq!(none, ["", "", ""]);
}

fn table(op: &mut Operations) {
    op.create_table("t", |t| {
        t.column("id", Integer).primary_key();
        t.column("a", Integer).not_null();
    });
    op.execute("INSERT INTO t (a) VALUES (1)");
}

fn no_table(op: &mut Operations) {
    op.drop_table("t");
}

fn gently(op: &mut Operations) {
    let plain = ops(|op| {
        op.create_index("ix_t_a", "t", ["a"]);
        op.create_check_constraint("ck_t_a", "t", "a > 0");
    });
    for dialect in [Dialect::ALL[0], Dialect::ALL[3]] {
        assert_eq!(lint::safe(dialect, &plain), plain, "there is no other form");
    }
    let safe = lint::safe(Dialect::ALL[1], &plain);
    assert_eq!(lint::lint(Dialect::ALL[1], &safe), []);
    safe.into_iter().for_each(|o| op.push(o));
}

fn harshly(op: &mut Operations) {
    op.drop_constraint("ck_t_a", "t", ConstraintKind::Check);
    op.drop_index("ix_t_a", "t");
}

#[test]
fn the_form_that_locks_least_runs() {
    run(Backend::Postgres, async |db| {
        let all = migrator(
            &db,
            vec![
                script("aaaa1111", &[], table, no_table),
                script("bbbb2222", &["aaaa1111"], gently, harshly),
            ],
        );
        all.upgrade("head").await.unwrap();
        let mut conn = db.acquire().await;
        assert!(conn.execute("INSERT INTO t (a) VALUES (0)", &[]).await.is_err());
        let valid = "SELECT count(*) FROM pg_constraint WHERE conname = 'ck_t_a' AND convalidated";
        assert_eq!(ids(&mut conn, valid).await, [1]);
        all.downgrade("base").await.unwrap();
    });
}

each_database! {
    async fn what_loses_data_is_refused_before_anything_runs(db: TestDatabase) {
        fn more(op: &mut Operations) {
            op.add_column("t", "b", Integer);
        }
        fn less(op: &mut Operations) {
            op.drop_column("t", "b");
        }
        let all = migrator(&db, vec![script("aaaa1111", &[], table, no_table), script("bbbb2222", &["aaaa1111"], more, less)]);
        let refuse = RunOptions { data_loss: DataLoss::Refuse, ..RunOptions::default() };
        all.upgrade_with("head", &refuse).await.unwrap();
        let e = all.downgrade_with("base", &refuse).await.unwrap_err().to_string();
        assert!(e.contains("bbbb2222: drop column t.b (L102") && e.contains("aaaa1111: drop table t (L101"), "{e}");
        assert!(e.ends_with("--allow-data-loss."), "{e}");
        let mut conn = db.acquire().await;
        assert_eq!(ids(&mut conn, "SELECT count(*) FROM t WHERE b IS NULL").await, [1], "nothing was run");
        let allow = RunOptions { data_loss: DataLoss::Allow, ..RunOptions::default() };
        all.downgrade_with("base", &allow).await.unwrap();
        let clean = all.lint(":").unwrap();
        assert!(clean.is_clean(), "{clean}");
    }
}
