//! Test databases. Invariant: a test sees an empty database of its own on each server that the environment names.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use rebis::Database;
use rebis_orm::__private::Model;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Runs a test on each database, the models' tables created.
pub fn on_each<F, Fut>(test: F)
where
    F: Fn(Database) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let models = || rebis::models![crate::handwritten::User, crate::handwritten::Post, crate::tree::Node];
        // A file, so that a session and a plain query have a connection each.
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:///{}", folder.path().join("test.db").display());
        let db = Database::connect(&url).expect("SQLite").models(models());
        db.create_all().await.expect("create_all");
        test(db).await;
        for variable in ["REBIS_TEST_POSTGRES_URL", "REBIS_TEST_MYSQL_URL"] {
            let Ok(url) = std::env::var(variable) else {
                assert!(std::env::var("REBIS_TEST_REQUIRE_ALL").is_err(), "{variable} is not set");
                println!("skipped: {variable} is not set");
                continue;
            };
            let admin = Database::connect(&url).expect("a URL");
            let name = format!("rebis_orm_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            script(&admin, &format!("CREATE DATABASE {name}")).await;
            let (base, _) = url.rsplit_once('/').expect("a database in the URL");
            let db = Database::connect(&format!("{base}/{name}")).expect("a URL").models(models());
            db.create_all().await.expect("create_all");
            test(db.clone()).await;
            db.engine().expect("bound").dispose().await;
            script(&admin, &format!("DROP DATABASE {name}")).await;
        }
    });
}

async fn script(db: &Database, sql: &str) {
    let mut connection = db.engine().expect("bound").acquire().await.expect("a connection");
    connection.execute(sql, &[]).await.expect(sql);
}

/// The number of rows of a model's table.
pub async fn rows<M: Model>(db: &Database) -> u64 {
    rebis::select(rebis::EntityOf::<M>::new()).count(db).await.expect("count")
}
