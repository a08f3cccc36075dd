//! What happens when the database or the caller goes away.

use std::time::{Duration, Instant};

use rebis_engine::{DatabaseUrl, Engine, ErrorKind};

use super::tables::{INSERT, create, names, row};
use crate::{Backend, TestDatabase};

/// A statement that takes long, where one can be written without a table.
fn slow(backend: Backend) -> Option<&'static str> {
    match backend {
        Backend::Sqlite => None,
        Backend::Postgres => Some("SELECT 1 FROM pg_sleep(30)"),
        Backend::MySql => Some("SELECT SLEEP(30)"),
    }
}

/// A future dropped in the middle of a statement: the connection is not lent again in that state, and the transaction is gone.
pub async fn cancelled_midway(db: TestDatabase) {
    let Some(slow) = slow(db.backend()) else { return };
    create(&db).await;
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(100), c.execute(slow, &[])).await.is_err());
    assert_eq!(c.execute("SELECT 1", &[]).await.unwrap_err().kind(), ErrorKind::Connection);
    drop(c);
    let started = Instant::now();
    assert!(names(&db).await.is_empty());
    assert!(started.elapsed() < Duration::from_secs(5));

    // Rolled back by hand, too: the answer that is still to come is not taken for another statement's.
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.execute(&db.sql(INSERT), &row("b", 1)).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(100), c.execute(slow, &[])).await.is_err());
    assert!(c.transaction_failure().is_some());
    c.rollback().await.unwrap();
    drop(c);
    for _ in 0..3 {
        assert!(names(&db).await.is_empty());
    }
    // And a commit says that there was none.
    let mut c = db.acquire().await;
    c.begin(Default::default()).await.unwrap();
    c.execute(&db.sql(INSERT), &row("c", 1)).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(100), c.execute(slow, &[])).await.is_err());
    assert_eq!(c.commit().await.unwrap_err().kind(), ErrorKind::Connection);
    drop(c);
    assert!(names(&db).await.is_empty());
}

/// The server ends the connection in the middle of a statement: an error of its own kind, and the next connection works.
pub async fn server_gone(db: TestDatabase) {
    let Some(slow) = slow(db.backend()) else { return };
    create(&db).await;
    let mut victim = db.acquire().await;
    let (who, kill) = match db.backend() {
        Backend::Postgres => (
            "SELECT CAST(pg_backend_pid() AS bigint)",
            "SELECT pg_terminate_backend(CAST(CAST(? AS bigint) AS int))",
        ),
        _ => ("SELECT CONNECTION_ID()", "KILL ?"),
    };
    let id: i64 = victim.fetch_value(who, &[]).await.unwrap().unwrap();
    victim.begin(Default::default()).await.unwrap();
    victim.execute(&db.sql(INSERT), &row("a", 1)).await.unwrap();
    let mut killer = db.acquire().await;
    let kill = db.sql(&kill.replace("KILL ?", &format!("KILL {id}")));
    let binds = if kill.contains('$') { vec![rebis_sql::Value::Int(id)] } else { vec![] };
    let (broken, killed) = futures_util::future::join(victim.execute(slow, &[]), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        killer.execute(&kill, &binds).await
    })
    .await;
    killed.unwrap();
    let e = broken.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Connection, "{e}");
    assert_eq!(victim.commit().await.unwrap_err().kind(), ErrorKind::Connection);
    drop(victim);
    assert!(names(&db).await.is_empty());
}

/// The server ends an idle connection: whoever gets it next has an error once, or none with a ping.
pub async fn server_gone_while_idle(db: TestDatabase) {
    if slow(db.backend()).is_none() {
        return;
    }
    let engine = Engine::builder(db.engine().url().clone())
        .pool_size(1)
        .max_overflow(0)
        .pool_pre_ping(true)
        .build()
        .unwrap();
    let who = if db.backend() == Backend::Postgres {
        "SELECT CAST(pg_backend_pid() AS bigint)"
    } else {
        "SELECT CONNECTION_ID()"
    };
    let id: i64 = engine.acquire().await.unwrap().fetch_value(who, &[]).await.unwrap().unwrap();
    let kill = if db.backend() == Backend::Postgres {
        format!("SELECT pg_terminate_backend({id})")
    } else {
        format!("KILL {id}")
    };
    db.acquire().await.execute(&kill, &[]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let again: i64 = engine.acquire().await.unwrap().fetch_value(who, &[]).await.unwrap().unwrap();
    assert_ne!(id, again);
}

/// A login that is refused and a server that is not there: said clearly, without the password.
pub async fn cannot_connect(db: TestDatabase) {
    if slow(db.backend()).is_none() {
        return;
    }
    let scheme = if db.backend() == Backend::Postgres { "postgres" } else { "mysql" };
    let refused =
        Engine::new(&format!("{scheme}://u:s3cret@127.0.0.1:1/x")).unwrap().acquire().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Connection);
    assert!(
        refused.to_string().contains("127.0.0.1:1") && refused.to_string().contains("host and port"),
        "{refused}"
    );
    let unknown = Engine::new(&format!("{scheme}://u:s3cret@no-such-host.invalid/x"))
        .unwrap()
        .acquire()
        .await
        .unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Connection);
    let server = db.backend().server().unwrap();
    let host = server.split('@').nth(1).and_then(|h| h.split(['/', '?']).next().map(str::to_owned)).unwrap();
    let login = Engine::new(&format!("{scheme}://nobody_here:s3cret@{host}/nowhere_here"))
        .unwrap()
        .acquire()
        .await
        .unwrap_err();
    assert_eq!(login.kind(), ErrorKind::Connection);
    for e in [refused, unknown, login] {
        assert!(!format!("{e} {e:?}").contains("s3cret"), "{e:?}");
    }
}

/// An SQLite file in a folder that is not there, one that is a folder, and one opened read-only.
pub async fn files(db: TestDatabase) {
    let Some(folder) = db.folder() else { return };
    let open = |path: String| async move { Engine::new(&path).unwrap().acquire().await.map(drop) };
    let url = |rest: &str| format!("sqlite:///{}/{rest}", folder.display());
    let e = open(url("missing/app.db")).await.unwrap_err();
    assert!(e.to_string().contains("missing") && e.to_string().contains("does not exist"), "{e}");
    std::fs::create_dir(folder.join("sub")).unwrap();
    assert!(open(url("sub")).await.unwrap_err().to_string().contains("is a folder"));

    create(&db).await;
    let read_only =
        Engine::builder(DatabaseUrl::parse(&format!("{}?mode=ro", db.url())).unwrap()).build().unwrap();
    let e = read_only.acquire().await.unwrap().execute(INSERT, &row("a", 1)).await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ReadOnly, "{e}");
}
