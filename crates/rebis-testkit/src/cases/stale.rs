//! Statements that were prepared before the schema changed under them. Invariant: what was lost with none of the caller's work is prepared again;
//! what failed a transaction is an error that says to run it again, which then works; the connection stays usable.

use rebis_engine::{Connection, ErrorKind, Row};
use rebis_sql::Value;

use super::tables::create;
use crate::{Backend, TestDatabase};

const ALL: &str = "SELECT * FROM part ORDER BY id";
const INSERT: &str = "INSERT INTO part (id) VALUES (?)";

/// The columns of each row.
async fn widths(c: &mut Connection) -> rebis_engine::Result<Vec<usize>> {
    let mut widths = Vec::new();
    c.query(ALL, &[], |row: &Row<'_>| {
        widths.push(row.len());
        Ok(())
    })
    .await?;
    Ok(widths)
}

/// A connection that has read the table's two columns.
async fn reader(db: &TestDatabase) -> Connection {
    create(db).await;
    let mut c = db.acquire().await;
    c.execute(&db.sql(INSERT), &[Value::Int(1)]).await.unwrap();
    assert_eq!(widths(&mut c).await.unwrap(), [2]);
    c
}

/// By another connection, so that the reader does not know.
async fn widen(db: &TestDatabase, column: &str) {
    db.acquire().await.script(&format!("ALTER TABLE part ADD COLUMN {column} INTEGER")).await.unwrap();
}

/// Alone, again and again, one statement after the other.
pub async fn alone(db: TestDatabase) {
    let mut c = reader(&db).await;
    for n in 3..8 {
        widen(&db, &format!("c{n}")).await;
        assert_eq!(widths(&mut c).await.unwrap(), [n]);
        assert_eq!(widths(&mut c).await.unwrap(), [n]);
        assert_eq!(c.fetch_value::<i64>("SELECT COUNT(*) FROM part", &[]).await.unwrap(), Some(1));
    }
}

/// The rows for a reader that takes its time.
pub async fn streamed(db: TestDatabase) {
    let mut c = reader(&db).await;
    widen(&db, "extra").await;
    let (to, mut from) = tokio::sync::mpsc::channel(1);
    c.feed(ALL, &[], |row| Ok(row.len()), to).await.unwrap();
    assert_eq!(from.recv().await, Some(3));
    assert_eq!(widths(&mut c).await.unwrap(), [3]);
}

/// Reads that share a connection, all stale at once.
pub async fn shared(db: TestDatabase) {
    drop(reader(&db).await);
    let Some(first) = db.engine().reader().await.unwrap() else { return };
    let read = async || {
        let mut lane = db.engine().reader().await.unwrap().unwrap();
        let mut seen = Vec::new();
        lane.query(ALL, &[], |row| {
            seen.push(row.len());
            Ok(())
        })
        .await
        .map(|()| seen)
    };
    assert_eq!(read().await.unwrap(), [2]);
    widen(&db, "extra").await;
    for seen in futures_util::future::join_all((0..8).map(|_| read())).await {
        assert_eq!(seen.unwrap(), [3]);
    }
    drop(first);
}

/// As the first statement of a transaction, whose BEGIN may travel with it: nothing is lost, so it is the transaction's.
pub async fn first_of_a_transaction(db: TestDatabase) {
    let mut c = reader(&db).await;
    widen(&db, "extra").await;
    c.begin(Default::default()).await.unwrap();
    assert_eq!(widths(&mut c).await.unwrap(), [3]);
    c.execute(&db.sql(INSERT), &[Value::Int(2)]).await.unwrap();
    c.rollback().await.unwrap();
    assert_eq!(widths(&mut c).await.unwrap(), [3]);
}

/// Behind a transaction's own work, which PostgreSQL gives up: the error says to run the transaction again, and then it works.
pub async fn within_a_transaction(db: TestDatabase) {
    let mut c = reader(&db).await;
    if db.backend() != Backend::Postgres {
        // The others hold the table, or prepare again by themselves.
        return;
    }
    let work = async |c: &mut Connection, id: i64| {
        c.begin(Default::default()).await.unwrap();
        c.execute("INSERT INTO item (name) VALUES ($1)", &[Value::Text(format!("of {id}"))]).await.unwrap();
        let read = widths(c).await;
        if read.is_ok() {
            c.commit().await.unwrap()
        } else {
            c.rollback().await.unwrap()
        }
        read
    };
    widen(&db, "extra").await;
    let e = work(&mut c, 1).await.unwrap_err();
    assert_eq!((e.kind(), e.sqlstate()), (ErrorKind::Serialization, Some("0A000")), "{e}");
    assert!(e.is_retryable() && c.met_conflict() && e.to_string().contains("transaction again"), "{e}");
    assert_eq!(work(&mut c, 2).await.unwrap(), [3]);
    assert_eq!(super::tables::names(&db).await, ["of 2"]);

    // Behind a savepoint only what came after it is given up.
    widen(&db, "more").await;
    c.begin(Default::default()).await.unwrap();
    c.execute("INSERT INTO item (name) VALUES ('kept')", &[]).await.unwrap();
    c.savepoint("here").await.unwrap();
    assert_eq!(widths(&mut c).await.unwrap_err().kind(), ErrorKind::Serialization);
    c.rollback_to("here").await.unwrap();
    assert_eq!(widths(&mut c).await.unwrap(), [4]);
    c.commit().await.unwrap();
    assert_eq!(super::tables::names(&db).await, ["kept", "of 2"]);
}

/// A statement that the server has let go of (`DISCARD ALL`, a pooler between): prepared again, also by what sends many at once.
pub async fn unknown_to_the_server(db: TestDatabase) {
    let mut c = reader(&db).await;
    if db.backend() != Backend::Postgres {
        return;
    }
    let rows = |from: i64| (from..from + 3).map(|id| vec![Value::Int(id)]).collect::<Vec<_>>();
    let insert = db.sql(INSERT);
    c.execute("DEALLOCATE ALL", &[]).await.unwrap();
    assert_eq!(c.execute(&insert, &[Value::Int(2)]).await.unwrap().rows_affected, 1);
    assert_eq!(widths(&mut c).await.unwrap(), [2, 2]);
    c.begin(Default::default()).await.unwrap();
    c.execute_many(&insert, &rows(4)).await.unwrap();
    c.execute("DEALLOCATE PREPARE ALL", &[]).await.unwrap();
    let e = c.execute_many(&insert, &rows(7)).await.unwrap_err();
    assert_eq!((e.kind(), e.sqlstate()), (ErrorKind::Serialization, Some("26000")), "{e}");
    c.rollback().await.unwrap();
    c.begin(Default::default()).await.unwrap();
    c.execute_many(&insert, &rows(4)).await.unwrap();
    c.commit().await.unwrap();
    assert_eq!(widths(&mut c).await.unwrap(), [2; 5]);
}
