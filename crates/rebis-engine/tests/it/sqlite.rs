//! What only SQLite does: it runs on the task's own thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rebis_engine::{Engine, ErrorKind, Row};
use rebis_testkit::{Backend, TestDatabase};

/// Whether another task of a runtime with one worker runs while a statement delivers its row.
fn others_run(options: &str, sql: &'static str) -> bool {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let test = TestDatabase::create(Backend::Sqlite).await.unwrap();
        let engine = Engine::new(&format!("{}{options}", test.url())).unwrap();
        engine
            .acquire()
            .await
            .unwrap()
            .script("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
            .await
            .unwrap();
        let task = tokio::spawn(async move {
            let ran = Arc::new(AtomicBool::new(false));
            let mut during = false;
            let each = |_: &Row<'_>| {
                let told = Arc::clone(&ran);
                tokio::spawn(async move { told.store(true, Ordering::Release) });
                let start = Instant::now();
                while !ran.load(Ordering::Acquire) && start.elapsed() < Duration::from_millis(500) {
                    std::thread::yield_now();
                }
                during = ran.load(Ordering::Acquire);
                Ok(())
            };
            engine.acquire().await.unwrap().query(sql, &[], each).await.unwrap();
            during
        });
        task.await.unwrap()
    })
}

/// A statement that commits by itself waits for the disk where each commit is synchronized, and nobody else waits with it.
#[test]
fn a_synchronized_statement_leaves_the_others_running() {
    const INSERT: &str = "INSERT INTO t (n) VALUES (1) RETURNING id";
    assert!(others_run("?synchronous=full", INSERT));
    assert!(others_run("?journal_mode=delete", INSERT));
    // What waits for nothing stays where it is: moving costs more than it takes.
    assert!(!others_run("", INSERT));
    assert!(!others_run("?synchronous=off&journal_mode=delete", INSERT));
    assert!(!others_run("?synchronous=full", "SELECT 1"));
}

#[tokio::test]
async fn a_file_of_another_kind_is_named() {
    let file = std::env::temp_dir().join(format!("rebis-{}-notes.txt", std::process::id()));
    std::fs::write(&file, "no database, but longer than the head that SQLite looks at: ".repeat(4)).unwrap();
    let engine = Engine::new(&format!("sqlite:///{}", file.display())).unwrap();
    let Err(error) = engine.acquire().await else { panic!("a text was opened as a database") };
    std::fs::remove_file(&file).unwrap();
    let said = error.to_string();
    assert!(said.contains("notes.txt is no SQLite database: correct the path in the URL"), "{said}");
    assert_eq!(error.kind(), ErrorKind::Connection);
}
