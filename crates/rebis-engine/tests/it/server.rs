//! Databases made and dropped whole, where there is a server.

use rebis_engine::{DatabaseUrl, Engine, ErrorKind, Server};
use rebis_testkit::{Backend, each_database};

each_database! {
    async fn a_database_is_made_copied_renamed_and_dropped(test: TestDatabase) {
        let url = DatabaseUrl::parse(test.url()).unwrap();
        let Ok(server) = Server::of(&url) else { return };
        let [one, two, three] = ["a", "b", "c"].map(|end| format!("{}_{end}", url.database()));
        server.create(&one).await.unwrap();
        assert!(server.create(&one).await.is_err(), "the name is taken");
        let engine = Engine::builder(server.url(&one)).build().unwrap();
        engine.acquire().await.unwrap().script("CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (7)").await.unwrap();
        engine.dispose().await;

        let mut there = vec![one.clone()];
        if server.copy(&one, &two).await.unwrap() {
            assert!(server.rename(&two, &three).await.unwrap());
            let engine = Engine::builder(server.url(&three)).build().unwrap();
            let seven = engine.acquire().await.unwrap().fetch_values::<i32>("SELECT id FROM t", &[]).await.unwrap();
            assert_eq!(seven, [7]);
            // Dropped although somebody is connected.
            there.push(three.clone());
        }
        let ours = |all: Vec<String>| all.into_iter().filter(|n| n.starts_with(&format!("{}_", url.database()))).count();
        assert_eq!(ours(server.databases().await.unwrap()), there.len());
        for name in there {
            server.drop(&name).await.unwrap();
            server.drop(&name).await.unwrap();
        }
        assert_eq!(ours(server.databases().await.unwrap()), 0);
        assert!(server.create("no name; DROP DATABASE x").await.is_err());
    }

    async fn a_forgotten_transaction_does_not_keep_who_drops_waiting(test: TestDatabase) {
        let url = DatabaseUrl::parse(test.url()).unwrap();
        let Ok(server) = Server::of(&url) else { return };
        let name = format!("{}_d", url.database());
        server.create(&name).await.unwrap();
        let engine = Engine::builder(server.url(&name)).build().unwrap();
        let mut forgotten = engine.acquire().await.unwrap();
        forgotten.script("CREATE TABLE t (id INTEGER); BEGIN; SELECT * FROM t").await.unwrap();

        let dropped = tokio::time::timeout(std::time::Duration::from_secs(60), server.drop(&name)).await;
        match dropped.expect("it does not wait for long") {
            Ok(()) => assert_eq!(test.backend(), Backend::Postgres),
            Err(error) => {
                assert_eq!((test.backend(), error.kind()), (Backend::MySql, ErrorKind::Locked), "{error}");
                forgotten.script("ROLLBACK").await.unwrap();
                server.drop(&name).await.unwrap();
            }
        }
        drop(forgotten);
        engine.dispose().await;
        assert!(!server.databases().await.unwrap().contains(&name));
    }
}
