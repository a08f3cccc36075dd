//! Statements and their results.

use rebis_engine::{Error, ErrorKind};
use rebis_sql::Value;

use super::tables::{INSERT, create, names, row};
use crate::{Backend, TestDatabase};

/// Rows that an UPDATE matches count, also where the value stays the same.
pub async fn matched_rows_count(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    c.execute(&db.sql(INSERT), &row("b", 1)).await.unwrap();
    assert_eq!(c.execute("UPDATE item SET amount = 1", &[]).await.unwrap().rows_affected, 2);
    assert_eq!(
        c.execute("UPDATE item SET amount = 1 WHERE name = 'none'", &[]).await.unwrap().rows_affected,
        0
    );
    assert_eq!(c.execute("DELETE FROM item WHERE name = 'a'", &[]).await.unwrap().rows_affected, 1);
}

/// Databases that report a generated key report the right one.
pub async fn last_insert_id(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    let first = c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    let second = c.execute(&db.sql(INSERT), &row("b", 1)).await.unwrap();
    if db.backend() == Backend::Postgres {
        assert_eq!(first.last_insert_id, None);
        return;
    }
    let ids: Vec<i64> = c.fetch_values("SELECT id FROM item ORDER BY name", &[]).await.unwrap();
    assert_eq!(ids, [first.last_insert_id.unwrap(), second.last_insert_id.unwrap()]);
    assert_eq!(
        c.execute("UPDATE item SET amount = 5 WHERE name = 'none'", &[]).await.unwrap().last_insert_id,
        None
    );
}

/// One statement for many rows, in a transaction and outside; the counter counts one.
pub async fn execute_many(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    let rows: Vec<Vec<Value>> = (0..600).map(|i| row(&format!("n{i:03}"), i)).collect();
    let before = db.engine().statements();
    let done = c.execute_many(&db.sql(INSERT), &rows[..10]).await.unwrap();
    assert!(done.len() == 10 && done.iter().all(|d| d.rows_affected == 1));
    assert_eq!(db.engine().statements() - before, 1);
    c.begin(Default::default()).await.unwrap();
    assert_eq!(c.execute_many(&db.sql(INSERT), &rows[10..]).await.unwrap().len(), 590);
    c.commit().await.unwrap();
    assert_eq!(names(&db).await.len(), 600);

    // Binds that are made when their turn comes: into an empty list each time.
    let mut filled = Vec::new();
    let fill = |time: usize, binds: &mut Vec<Value>| {
        filled.push((time, binds.len()));
        binds.extend(row(&format!("t{time}"), 1));
    };
    let done = c.execute_times(&db.sql(INSERT), 3, fill).await.unwrap();
    assert!(done.len() == 3 && done.iter().all(|d| d.rows_affected == 1));
    assert_eq!(filled, [(0, 0), (1, 0), (2, 0)]);
    assert!(c.execute_times(&db.sql(INSERT), 0, |_, _| ()).await.unwrap().is_empty());
    drop(c);
    assert_eq!(names(&db).await[600..], ["t0", "t1", "t2"]);
}

/// The first error of many stops it; in a transaction nothing of it remains.
pub async fn execute_many_fails(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    let rows = [row("a", 1), row("a", 2), row("b", 3)];
    let e = c.execute_many(&db.sql(INSERT), &rows).await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::UniqueViolation);
    assert_eq!(names(&db).await, ["a"]);
    c.begin(Default::default()).await.unwrap();
    let e = c.execute_many(&db.sql(INSERT), &[row("x", 1), row("x", 2), row("y", 3)]).await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::UniqueViolation);
    c.rollback().await.unwrap();
    assert_eq!(names(&db).await, ["a"]);
}

/// A large result arrives whole, a cell of a megabyte too, and the caller's error stops it without breaking the connection.
pub async fn large_results(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    let rows: Vec<Vec<Value>> = (0..10_000).map(|i| row(&format!("n{i:05}"), i)).collect();
    c.begin(Default::default()).await.unwrap();
    c.execute_many(&db.sql(INSERT), &rows).await.unwrap();
    c.commit().await.unwrap();
    let mut sum = 0;
    c.query("SELECT amount FROM item", &[], |r| {
        sum += r.get::<i64>(0)?;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(sum, (0..10_000).sum::<i64>());

    let mut seen = 0;
    let stopped = c
        .query("SELECT amount FROM item", &[], |_| {
            seen += 1;
            if seen == 3 { Err(Error::new(ErrorKind::Other, "enough")) } else { Ok(()) }
        })
        .await
        .unwrap_err();
    assert_eq!((stopped.to_string().as_str(), seen), ("enough", 3));
    assert_eq!(c.fetch_value::<i64>("SELECT COUNT(*) FROM item", &[]).await.unwrap(), Some(10_000));
}

/// Text comes back as it went, whatever it holds, and is never taken for SQL.
pub async fn unicode(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    let texts = ["Zoë 🦀", "'; DROP TABLE item; --", "a\\b\"c`d%e_f", "日本語\n\t", "e\u{301}"];
    for (i, text) in texts.iter().enumerate() {
        c.execute(&db.sql(INSERT), &row(text, i as i64)).await.unwrap();
    }
    let back: Vec<String> = c.fetch_values("SELECT name FROM item ORDER BY amount", &[]).await.unwrap();
    assert_eq!(back, texts);
}

/// Names of columns, tuples, and an error that names the column.
pub async fn rows_and_columns(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    c.query("SELECT name, amount AS n FROM item", &[], |r| {
        assert_eq!((r.len(), r.name(0), r.name(1), r.name(2)), (2, Some("name"), Some("n"), None));
        let e = r.get::<i64>(0).unwrap_err();
        assert_eq!((e.kind(), e.column()), (ErrorKind::Decode, Some("name")), "{e}");
        assert_eq!(r.get::<i64>(5).unwrap_err().kind(), ErrorKind::Decode);
        Ok(())
    })
    .await
    .unwrap();
    let all: Vec<(String, Option<i32>)> = c.fetch_all("SELECT name, amount FROM item", &[]).await.unwrap();
    assert_eq!(all, [("a".to_owned(), Some(1))]);
    assert_eq!(
        c.fetch_optional::<(i64,)>("SELECT id FROM item WHERE name = 'none'", &[]).await.unwrap(),
        None
    );
}

/// The recording sees statements and not what surrounds them.
pub async fn statements_are_recorded(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.execute("DELETE FROM part", &[]).await.unwrap();
    c.commit().await.unwrap();
    assert_eq!(db.statements(), ["DELETE FROM part"]);
}

/// Several statements in one script; an error in a later one is an error.
pub async fn scripts(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.script("INSERT INTO item (name) VALUES ('a'); INSERT INTO item (name) VALUES ('b');").await.unwrap();
    assert_eq!(names(&db).await, ["a", "b"]);
    let e = c.script("SELECT 1; INSERT INTO nowhere VALUES (1)").await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Missing, "{e}");
    assert_eq!(c.fetch_value::<i64>("SELECT COUNT(*) FROM item", &[]).await.unwrap(), Some(2));
}
