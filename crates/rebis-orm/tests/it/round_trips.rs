//! How often a session waits for the server, counted on the wire. Invariant: a wait is counted by a proxy between them, not by what the
//! library says of itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rebis::{Database, select};
use rebis_sql::Dialect;
use rebis_testkit::{TestDatabase, each_database};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::handwritten::{Post, User};
use crate::support::tables;

/// A way to a server that counts how often the client spoke after the server had answered.
struct Proxy {
    url: String,
    turns: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    /// Before the server of this test; nothing where there is no server.
    async fn before(test: &TestDatabase) -> Option<Proxy> {
        let (scheme, rest) = test.url().split_once("://")?;
        let (place, database) = rest.split_once('/')?;
        let (user, server) =
            place.rsplit_once('@').map_or((None, place), |(user, server)| (Some(user), server));
        if server.is_empty() {
            return None;
        }
        let port = if test.dialect() == Dialect::Postgres { 5432 } else { 3306 };
        let server = if server.contains(':') { server.to_owned() } else { format!("{server}:{port}") };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        let url = format!("{scheme}://{user}{}/{database}", listener.local_addr().unwrap());
        let (turns, connections) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (counted, made) = (Arc::clone(&turns), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                made.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&counted)));
            }
        });
        Some(Proxy { url, turns, connections })
    }

    /// How often a client took its turn since the last call.
    fn turns(&self) -> usize {
        self.turns.swap(0, Ordering::SeqCst)
    }
}

/// Answers are held back for a moment, as by a distant server: what the client sends ahead is on its way before the first answer arrives.
const DISTANCE: Duration = Duration::from_millis(5);

async fn carry(client: TcpStream, server: TcpStream, turns: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answered = Arc::new(AtomicBool::new(true));
    let heard = Arc::clone(&answered);
    tokio::spawn(async move {
        let mut bytes = vec![0; 16 << 10];
        while let Ok(n @ 1..) = from_server.read(&mut bytes).await {
            tokio::time::sleep(DISTANCE).await;
            heard.store(true, Ordering::SeqCst);
            if to_client.write_all(&bytes[..n]).await.is_err() {
                return;
            }
        }
    });
    let mut bytes = vec![0; 16 << 10];
    while let Ok(n @ 1..) = from_client.read(&mut bytes).await {
        if answered.swap(false, Ordering::SeqCst) {
            turns.fetch_add(1, Ordering::SeqCst);
        }
        if to_server.write_all(&bytes[..n]).await.is_err() {
            return;
        }
    }
}

/// The test's database through a proxy, with a user that has a post.
async fn counted(test: &TestDatabase) -> Option<(Proxy, Database)> {
    let direct = tables(test).await;
    let session = direct.session();
    let user = session.add(User::builder().username("john").email("john@example.com"));
    session.add(Post::builder().body("x").author(&user));
    session.commit().await.unwrap();
    let proxy = Proxy::before(test).await?;
    let db = Database::connect(&proxy.url).unwrap().models(crate::models::all());
    Some((proxy, db))
}

async fn rename(db: &Database, name: &str) {
    let session = db.session();
    let user = session.get(User, 1).await.unwrap().unwrap();
    user.edit().username = String::from(name);
    session.commit().await.unwrap();
}

each_database! {
    /// PostgreSQL: the lookup needs no BEGIN, and the UPDATE is all that there is to commit. Elsewhere the lookup opens the transaction.
    async fn a_session_that_reads_and_writes_a_row(test: TestDatabase) {
        let Some((proxy, db)) = counted(&test).await else { return };
        // Connects and prepares.
        rename(&db, "one").await;
        rename(&db, "two").await;
        proxy.turns();
        rename(&db, "three").await;
        let turns = proxy.turns();
        if test.dialect() == Dialect::Postgres {
            assert_eq!(turns, 2, "SELECT, UPDATE");
        } else {
            assert!(turns <= 4, "BEGIN, SELECT, UPDATE, COMMIT: {turns}");
        }
        let user = db.get(User, 1).await.unwrap().unwrap();
        assert_eq!(user.username, "three");
    }

    /// One wait for each query, whether it is the first or not, and none for the end of the session.
    async fn a_session_that_only_reads(test: TestDatabase) {
        let Some((proxy, db)) = counted(&test).await else { return };
        for warm in [true, false] {
            proxy.turns();
            let session = db.session();
            let users = select(User).all(&session).await.unwrap();
            let posts = users[0].posts.all().await.unwrap();
            assert_eq!(posts.len(), 1);
            session.get(Post, 99).await.unwrap();
            drop(session);
            if !warm && test.dialect() == Dialect::Postgres {
                assert_eq!(proxy.turns(), 3);
            }
        }
    }

    /// BEGIN goes with the first of several statements.
    async fn rows_that_are_written_together(test: TestDatabase) {
        let Some((proxy, db)) = counted(&test).await else { return };
        let session = db.session();
        for i in 0..3 {
            session.add(User::builder().username(format!("u{i}")).email(format!("e{i}")));
        }
        session.commit().await.unwrap();
        for round in 0..2 {
            let users = select(User).all(&session).await.unwrap();
            session.commit().await.unwrap();
            proxy.turns();
            for user in &users {
                user.edit().password_hash = Some(format!("{round}"));
            }
            session.commit().await.unwrap();
        }
        if test.dialect() == Dialect::Postgres {
            assert_eq!(proxy.turns(), 2, "BEGIN and all UPDATEs, COMMIT");
        }
    }

    /// Lookups that run at once share a connection where they can, and never need more than the pool has.
    async fn lookups_that_run_at_once(test: TestDatabase) {
        let Some((proxy, db)) = counted(&test).await else { return };
        let one = |db: Database, tracked: bool| async move {
            for _ in 0..20 {
                let name = if tracked {
                    db.session().get(User, 1).await.unwrap().unwrap().username.clone()
                } else {
                    db.get(User, 1).await.unwrap().unwrap().username
                };
                assert_eq!(name, "john");
            }
        };
        let tasks: Vec<_> = (0..32).map(|i| tokio::spawn(one(db.clone(), i % 2 == 0))).collect();
        for task in tasks {
            task.await.unwrap();
        }
        let made = proxy.connections.load(Ordering::SeqCst);
        if test.dialect() == Dialect::Postgres {
            assert_eq!(made, 1, "32 tasks need one connection");
        }
        // A connection that has to be rolled back first comes back a little later.
        while db.engine().unwrap().status().in_use > 0 {
            tokio::time::sleep(DISTANCE).await;
        }
    }

    /// A lookup sees what its own session has written, and nothing of what others have not committed.
    async fn a_lookup_after_a_write_is_in_the_transaction(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let user = session.add(User::builder().username("john").email("a"));
        session.flush().await.unwrap();
        let id = user.id;
        session.refresh(&user).await.unwrap();
        assert_eq!(user.username, "john");
        if test.dialect() == Dialect::Postgres {
            assert!(db.get(User, id).await.unwrap().is_none());
            assert!(db.session().get(User, id).await.unwrap().is_none());
        }
        session.rollback().await.unwrap();
        assert!(session.get(User, id).await.unwrap().is_none());
    }
}

/// Where transactions keep what their first statement saw, the first read begins one.
#[test]
fn a_stricter_server_gets_a_transaction() {
    rebis_testkit::run(rebis_testkit::Backend::Postgres, |test| async move {
        let db = tables(&test).await;
        let database = rebis_engine::DatabaseUrl::parse(test.url()).unwrap().database().to_owned();
        let strict =
            format!("ALTER DATABASE {database} SET default_transaction_isolation = 'repeatable read'");
        test.acquire().await.script(&strict).await.unwrap();
        let writer = db.session();
        let user = writer.add(User::builder().username("john").email("a"));
        writer.commit().await.unwrap();

        let strict = Database::connect(test.url()).unwrap().models(crate::models::all());
        let session = strict.session();
        let seen = session.get(User, user.id).await.unwrap().unwrap();
        user.edit().username = String::from("changed");
        writer.commit().await.unwrap();
        session.refresh(&seen).await.unwrap();
        assert_eq!(seen.username, "john", "the transaction sees what it saw first");
        session.commit().await.unwrap();
        session.refresh(&seen).await.unwrap();
        assert_eq!(seen.username, "changed");
    });
}
