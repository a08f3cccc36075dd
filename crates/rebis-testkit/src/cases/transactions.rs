//! Transactions and savepoints.

use std::time::Duration;

use rebis_engine::{ErrorKind, Isolation, TransactionOptions};

use super::tables::{INSERT, create, names, row};
use crate::{Backend, TestDatabase};

/// What is committed stays, what is rolled back does not.
pub async fn commit_and_rollback(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    assert!(c.in_transaction());
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    assert!(names(&db).await.is_empty(), "others see it before the commit");
    c.commit().await.unwrap();
    assert!(!c.in_transaction());
    c.begin(Default::default()).await.unwrap();
    c.execute(&db.sql(INSERT), &row("b", 1)).await.unwrap();
    c.rollback().await.unwrap();
    assert_eq!(names(&db).await, ["a"]);
    c.execute(&db.sql(INSERT), &row("c", 1)).await.unwrap();
    assert_eq!(names(&db).await, ["a", "c"]);
}

/// A transaction without statements costs nothing and can be ended.
pub async fn empty_transactions(db: TestDatabase) {
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.commit().await.unwrap();
    c.begin(Default::default()).await.unwrap();
    c.rollback().await.unwrap();
    assert!(db.statements().is_empty());
}

/// A step that does not follow is refused, with advice.
pub async fn steps_out_of_order(db: TestDatabase) {
    let mut c = db.acquire().await;
    for e in [c.commit().await, c.rollback().await, c.savepoint("a").await] {
        assert_eq!(e.unwrap_err().kind(), ErrorKind::State);
    }
    c.begin(Default::default()).await.unwrap();
    for e in [c.begin(Default::default()).await, c.release("none").await, c.rollback_to("none").await] {
        assert_eq!(e.unwrap_err().kind(), ErrorKind::State);
    }
    c.rollback().await.unwrap();
}

/// A connection dropped with a transaction open is rolled back before anybody else has it.
pub async fn rollback_on_drop(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    drop(c);
    for _ in 0..3 {
        let mut c = db.acquire().await;
        assert!(!c.in_transaction());
        assert_eq!(c.fetch_value::<i64>("SELECT COUNT(*) FROM item", &[]).await.unwrap(), Some(0));
    }
    // Its locks are gone too.
    let mut c = db.acquire().await;
    tokio::time::timeout(Duration::from_secs(4), c.execute(&db.sql(INSERT), &row("a", 1)))
        .await
        .unwrap()
        .unwrap();
}

/// Savepoints nest, undo and release.
pub async fn savepoints(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.savepoint("outer").await.unwrap();
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    c.savepoint("inner \"1`").await.unwrap();
    c.execute(&db.sql(INSERT), &row("b", 1)).await.unwrap();
    c.rollback_to("inner \"1`").await.unwrap();
    c.execute(&db.sql(INSERT), &row("c", 1)).await.unwrap();
    c.release("outer").await.unwrap();
    assert_eq!(c.rollback_to("inner \"1`").await.unwrap_err().kind(), ErrorKind::State);
    c.commit().await.unwrap();
    assert_eq!(names(&db).await, ["a", "c"]);
}

/// After an error inside a savepoint, going back to it makes the transaction whole again on every database.
pub async fn an_error_inside_a_savepoint(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    c.savepoint("s").await.unwrap();
    assert!(c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap_err().is_unique_violation());
    c.rollback_to("s").await.unwrap();
    c.execute(&db.sql(INSERT), &row("b", 1)).await.unwrap();
    c.commit().await.unwrap();
    assert_eq!(names(&db).await, ["a", "b"]);
}

/// A transaction that an error has failed never pretends to commit.
pub async fn a_failed_transaction(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap_err();
    if db.backend() == Backend::Postgres {
        let e = c.execute(&db.sql(INSERT), &row("b", 1)).await.unwrap_err();
        assert_eq!(e.kind(), ErrorKind::State, "{e}");
        assert_eq!(c.commit().await.unwrap_err().kind(), ErrorKind::State);
        assert!(names(&db).await.is_empty());
    } else {
        c.commit().await.unwrap();
        assert_eq!(names(&db).await, ["a"]);
    }
    assert!(!c.in_transaction());
    c.execute(&db.sql(INSERT), &row("z", 1)).await.unwrap();
}

/// Isolation levels reach the database; SQLite has the one and refuses the others.
pub async fn isolation(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    for level in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let options = TransactionOptions { isolation: Some(level), ..Default::default() };
        let refused = db.backend() == Backend::Sqlite && level != Isolation::Serializable;
        if refused {
            assert_eq!(c.begin(options).await.unwrap_err().kind(), ErrorKind::State);
            assert!(!c.in_transaction());
            continue;
        }
        c.begin(options).await.unwrap();
        let before: Option<i64> = c.fetch_value("SELECT COUNT(*) FROM item", &[]).await.unwrap();
        if level == Isolation::RepeatableRead {
            db.acquire().await.execute(&db.sql(INSERT), &row("seen", 1)).await.unwrap();
            let after: Option<i64> = c.fetch_value("SELECT COUNT(*) FROM item", &[]).await.unwrap();
            assert_eq!(before, after);
        }
        c.commit().await.unwrap();
    }
}

/// A read-only transaction writes nothing, and the next one may.
pub async fn read_only(db: TestDatabase) {
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(TransactionOptions { read_only: true, ..Default::default() }).await.unwrap();
    let e = c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ReadOnly, "{e}");
    c.rollback().await.unwrap();
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
}

/// Two transactions that write: the second waits for the first without blocking it, whichever thread they are on.
pub async fn writers_wait(db: TestDatabase) {
    create(&db).await;
    let mut first = db.acquire().await;
    first.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    first.begin(Default::default()).await.unwrap();
    first.execute("UPDATE item SET amount = amount + 1", &[]).await.unwrap();
    let mut second = db.acquire().await;
    let (waited, ()) =
        futures_util::future::join(second.execute("UPDATE item SET amount = amount + 10", &[]), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            first.commit().await.unwrap();
        })
        .await;
    assert_eq!(waited.unwrap().rows_affected, 1);
    assert_eq!(first.fetch_value::<i64>("SELECT amount FROM item", &[]).await.unwrap(), Some(12));
}
