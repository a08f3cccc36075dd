//! Futures that are dropped at every poll: session and pool stay sound, and nothing is half written.

use std::pin::pin;
use std::task::Poll;

use rebis::{ErrorKind, Session, State, select};
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::support::{rows, tables};

/// Polls a future so often, then drops it: what it gave, when it was ready by then.
async fn polled<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => {
            left -= 1;
            if left == 0 { Poll::Ready(None) } else { Poll::Pending }
        }
    })
    .await
}

/// A little of everything but a commit, which may have reached the server when it is dropped.
async fn program(session: &Session) -> rebis::Result<()> {
    let ada = session.get_or_404(User, 1).await?;
    ada.edit().email = "changed".into();
    session.add(User::builder().username("new").email("new").posts([Post::builder().body("x").user_id(0)]));
    session.flush().await?;
    let savepoint = session.begin_nested().await?;
    for post in ada.posts.all().await? {
        session.delete(&post);
    }
    savepoint.commit().await?;
    assert_eq!(select(User).all(session).await?.len(), 2);
    session.refresh(&ada).await
}

each_database! {
    async fn a_program_is_dropped_at_every_poll(test: TestDatabase) {
        let db = tables(&test).await;
        let first = db.session();
        let ada = first.add(User::builder().username("ada").email("ada"));
        ada.posts.add(Post::builder().body("old").user_id(0));
        first.commit().await.unwrap();
        drop(first);
        let mut dropped = 0;
        for polls in 1.. {
            let session = db.session();
            let held = session.get(User, 1).await.unwrap().unwrap();
            let done = polled(polls, program(&session)).await;
            if let Some(done) = done {
                done.unwrap();
                session.commit().await.unwrap();
                break;
            }
            dropped = polls;
            // Whatever it was in the middle of, a rollback helps, and the session goes on.
            session.rollback().await.unwrap();
            assert_eq!((held.email.as_str(), held.state()), ("ada", State::Persistent), "after {polls} polls");
            assert_eq!((rows::<User>(&db).await, rows::<Post>(&db).await), (1, 1), "after {polls} polls");
            held.edit().password_hash = Some(format!("{polls}"));
            session.commit().await.unwrap();
            assert_eq!(held.posts.all().await.unwrap().len(), 1, "after {polls} polls");
        }
        // Without a server every statement is ready at once.
        assert!(dropped > 0 || test.backend() == rebis_testkit::Backend::Sqlite);
        assert_eq!((rows::<User>(&db).await, rows::<Post>(&db).await), (2, 1));
        let last = db.get(User, 1).await.unwrap().unwrap();
        assert_eq!((last.email.as_str(), last.password_hash.is_some()), ("changed", dropped > 0));
    }

    async fn a_dropped_commit_leaves_a_pool_that_serves_everybody(test: TestDatabase) {
        let db = tables(&test).await;
        for polls in 1..40 {
            let session = db.session();
            let name = format!("u{polls}");
            session.add(User::builder().username(name.as_str()).email(name.as_str()));
            session.flush().await.unwrap();
            let done = polled(polls, session.commit()).await;
            // Sent or not: the row is there or it is not, and whoever asks gets an answer.
            let there = || select(User).filter(User::username.eq(name.as_str())).exists(&db);
            if let Some(done) = done {
                done.unwrap();
                assert!(there().await.unwrap());
                break;
            }
            drop(session);
            let _ = there().await.unwrap();
        }
        // As many sessions at once as the pool has connections, and more.
        let tasks: Vec<_> = (0..12)
            .map(|i| {
                let db = db.clone();
                tokio::spawn(async move {
                    let session = db.session();
                    session.add(User::builder().username(format!("t{i}")).email(format!("t{i}")));
                    session.commit().await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(select(User).filter(User::username.like("t%")).count(&db).await.unwrap(), 12);
    }

    async fn a_session_whose_flush_was_dropped_says_so_until_it_is_rolled_back(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let user = session.add(User::builder().username("a").email("a"));
        if polled(1, session.flush()).await.is_some() {
            return;
        }
        for error in [session.flush().await.unwrap_err(), session.commit().await.unwrap_err(), session.begin_nested().await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InactiveTransaction, "{error:?}");
            let text = error.to_string();
            assert!(text.contains("interrupted") || text.contains("cancelled"), "{text}");
        }
        session.rollback().await.unwrap();
        session.add(&user);
        session.commit().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 1);
    }
}
