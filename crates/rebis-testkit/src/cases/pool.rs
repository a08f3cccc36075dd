//! The pool.

use std::time::Duration;

use rebis_engine::{Engine, ErrorKind};

use crate::TestDatabase;

fn small(db: &TestDatabase, size: usize, overflow: usize) -> Engine {
    Engine::builder(db.engine().url().clone())
        .pool_size(size)
        .max_overflow(overflow)
        .pool_timeout(Duration::from_millis(200))
        .build()
        .unwrap()
}

/// When all are held, the error says how many, for how long, and where they were acquired.
pub async fn exhausted(db: TestDatabase) {
    let engine = small(&db, 1, 1);
    let first = engine.acquire().await.unwrap();
    let _second = engine.acquire().await.unwrap();
    assert_eq!((engine.status().in_use, engine.status().limit), (2, 2));
    let e = engine.acquire().await.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PoolTimeout);
    for said in ["all 2", "pool_size 1", "cases/pool.rs"] {
        assert!(e.to_string().contains(said), "{e}");
    }
    drop(first);
    engine.acquire().await.unwrap();
}

/// Connections come back, overflow is closed, and a waiter gets what comes free.
pub async fn reuse(db: TestDatabase) {
    let engine = small(&db, 1, 1);
    let (a, b) = (engine.acquire().await.unwrap(), engine.acquire().await.unwrap());
    let waiter = tokio::spawn({
        let engine = engine.clone();
        async move { engine.acquire().await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(a);
    waiter.await.unwrap().unwrap();
    drop(b);
    assert_eq!((engine.status().in_use, engine.status().idle), (0, 1));
    engine.dispose().await;
    assert_eq!(engine.status().idle, 0);
    engine.acquire().await.unwrap().fetch_value::<i64>("SELECT 1", &[]).await.unwrap();
}

/// When many come back at once, those who wait get them: none is closed and made anew.
pub async fn waited_for(db: TestDatabase) {
    const MANY: usize = 4;
    let engine = small(&db, 1, MANY - 1);
    let mut held = Vec::new();
    for _ in 0..MANY {
        let mut connection = engine.acquire().await.unwrap();
        connection.execute("CREATE TEMPORARY TABLE mark (n INTEGER)", &[]).await.unwrap();
        held.push(connection);
    }
    let waiters: Vec<_> = (0..MANY)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move {
                let mut connection = engine.acquire().await.unwrap();
                let marked = connection.fetch_value::<i64>("SELECT count(*) FROM mark", &[]).await;
                (connection, marked)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(held);
    let mut all = Vec::new();
    for waiter in waiters {
        let (connection, marked) = waiter.await.unwrap();
        assert_eq!(marked.unwrap(), Some(0), "a connection that was there before");
        all.push(connection);
    }
    drop(all);
    // Nobody waits any more: overflow is closed.
    assert_eq!((engine.status().in_use, engine.status().idle), (0, 1));
}

/// A connection that is too old is replaced; a ping before lending finds a good one.
pub async fn recycle_and_ping(db: TestDatabase) {
    let engine = Engine::builder(db.engine().url().clone())
        .pool_recycle(Duration::ZERO)
        .pool_pre_ping(true)
        .build()
        .unwrap();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(2)).await;
        engine.acquire().await.unwrap().fetch_value::<i64>("SELECT 1", &[]).await.unwrap();
    }
    assert_eq!(engine.status().idle, 1);
}
