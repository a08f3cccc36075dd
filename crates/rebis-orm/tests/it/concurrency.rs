//! Transactions that meet others: run again, or read under a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use rebis::{Database, ErrorKind, Retry, RowLock, Session, select, update};
use rebis_engine::{Isolation, TransactionOptions};
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::handwritten::{Post, User};
use crate::support::{rows, sql, tables};

async fn two(test: &TestDatabase) -> Database {
    let db = tables(test).await;
    let session = db.session();
    for name in ["a", "b"] {
        session.add(User::builder().username(name).email(name));
    }
    session.commit().await.unwrap();
    db
}

/// Writes a row that someone else has written since this transaction saw it.
async fn collide(db: &Database, session: &Session, meet: bool) -> rebis::Result<()> {
    let user = session.get_or_404(User, 1).await?;
    if meet {
        update(User).set(User::email, "outside").filter(User::id.eq(1)).execute(db).await?;
    }
    user.edit().username = "inside".into();
    Ok(())
}

/// Two transactions that each hold what the other needs; gives how often they ran.
async fn deadlock(db: &Database) -> u32 {
    let meeting = Arc::new(tokio::sync::Barrier::new(2));
    let runs = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = [(1, 2), (2, 1)]
        .map(|(first, second)| {
            let (db, meeting, runs) = (db.clone(), Arc::clone(&meeting), Arc::clone(&runs));
            tokio::spawn(async move {
                let met = AtomicBool::new(false);
                db.transaction(async |session| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    session.get_or_404(User, first).await?.edit().password_hash =
                        Some(format!("{first} first"));
                    session.flush().await?;
                    if !met.swap(true, Ordering::SeqCst) {
                        meeting.wait().await;
                    }
                    session.get_or_404(User, second).await?.edit().email = format!("by {first}");
                    Ok::<_, rebis::Error>(())
                })
                .await
            })
        })
        .into();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    runs.load(Ordering::SeqCst)
}

fn options(test: &TestDatabase) -> TransactionOptions {
    let isolation = (test.backend() == Backend::Postgres).then_some(Isolation::RepeatableRead);
    TransactionOptions { isolation, ..TransactionOptions::default() }
}

each_database! {
    async fn a_transaction_that_met_another_is_run_again(test: TestDatabase) {
        let db = two(&test).await;
        if test.backend() == Backend::MySql {
            assert_eq!(deadlock(&db).await, 3);
        } else {
            let retry = Retry::new().options(options(&test)).pause(Duration::from_millis(1));
            let runs = AtomicU32::new(0);
            db.transaction_with(retry, async |session| {
                let first = runs.fetch_add(1, Ordering::SeqCst) == 0;
                collide(&db, &session, first).await
            })
            .await
            .unwrap();
            assert_eq!(runs.load(Ordering::SeqCst), 2);
            let user = db.get(User, 1).await.unwrap().unwrap();
            assert_eq!((user.username.as_str(), user.email.as_str()), ("inside", "outside"));
        }
    }

    async fn both_sides_of_a_deadlock_end_well(test: TestDatabase) {
        let db = two(&test).await;
        // One database is locked as a whole: no two transactions write at once.
        if test.backend() != Backend::Sqlite {
            // The one that was rolled back may take its row again before the other, which waits for it, is awake.
            let runs = deadlock(&db).await;
            assert!((3..=5).contains(&runs), "{runs}");
        }
    }

    async fn repetition_has_a_limit_and_a_reason(test: TestDatabase) {
        let db = two(&test).await;
        let runs = AtomicU32::new(0);
        if test.backend() != Backend::MySql {
            let retry = Retry::new().runs(3).options(options(&test)).pause(Duration::ZERO);
            let error = db
                .transaction_with(retry, async |session| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    collide(&db, &session, true).await
                })
                .await
                .unwrap_err();
            assert!(error.is_retryable(), "{error:?}");
            assert_eq!((runs.load(Ordering::SeqCst), db.get(User, 1).await.unwrap().unwrap().username), (3, String::from("a")));
        }
        // What a second run cannot mend is not run again.
        runs.store(0, Ordering::SeqCst);
        let error = db
            .transaction(async |session| {
                runs.fetch_add(1, Ordering::SeqCst);
                session.add(User::builder().username("a").email("twin"));
                Ok::<_, rebis::Error>(())
            })
            .await
            .unwrap_err();
        assert!(error.is_unique_violation() && runs.load(Ordering::SeqCst) == 1, "{error:?}");
        let error = db.transaction(async |session| session.get_or_404(User, 9).await.map(drop)).await.unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(rows::<User>(&db).await, 2);
    }

    async fn options_of_a_transaction(test: TestDatabase) {
        let db = two(&test).await;
        let session = db.session();
        session.transaction_options(TransactionOptions { read_only: true, ..TransactionOptions::default() });
        assert_eq!(select(User).count(&session).await.unwrap(), 2);
        session.add(User::builder().username("c").email("c"));
        session.commit().await.unwrap_err();
        session.rollback().await.unwrap();
        session.transaction_options(TransactionOptions::default());
        session.add(User::builder().username("c").email("c"));
        session.commit().await.unwrap();
    }

    async fn rows_are_locked_where_there_are_locks(test: TestDatabase) {
        let db = two(&test).await;
        let (one, two) = (db.session(), db.session());
        if !test.dialect().capabilities().row_locks {
            let error = select(User).for_update().all(&one).await.unwrap_err();
            assert!(error.to_string().contains("row_locks"), "{error}");
            return;
        }
        let _ = sql(&test);
        let first = select(User).filter(User::id.eq(1)).for_update().one(&one).await.unwrap();
        assert!(sql(&test)[0].ends_with("WHERE user.id = ? LIMIT 2 FOR UPDATE"));
        let rest = select(User).lock(RowLock::update().skip_locked()).all(&two).await.unwrap();
        assert_eq!(rest.iter().map(|u| u.id).collect::<Vec<_>>(), [2]);
        let error = two.get_locked(User, 1, RowLock::share().nowait()).await.unwrap_err();
        assert_eq!(error.engine().map(rebis_engine::Error::kind), Some(rebis_engine::ErrorKind::Locked), "{error:?}");
        two.rollback().await.unwrap();
        first.edit().email = "new".into();
        one.commit().await.unwrap();
        // Under the lock the object shows the row as it is now.
        let stale = two.get(User, 1).await.unwrap().unwrap();
        two.commit().await.unwrap();
        update(User).set(User::email, "newer").filter(User::id.eq(1)).execute(&db).await.unwrap();
        assert_eq!(stale.email, "new");
        let locked = two.get_locked(User, 1, RowLock::update()).await.unwrap().unwrap();
        assert!(locked.same(&stale) && stale.email == "newer");
        assert!(two.get_locked(User, 9, RowLock::update()).await.unwrap().is_none());
        two.commit().await.unwrap();

        let weaker = select(User).lock(RowLock::update().key()).all(&one).await;
        assert_eq!(weaker.is_ok(), test.dialect().capabilities().key_locks);
        if let Err(error) = weaker {
            assert!(error.to_string().contains("key_locks"), "{error}");
        }
        one.rollback().await.unwrap();
        if test.backend() == Backend::Postgres {
            let _ = sql(&test);
            select((User, Post)).join(User::posts).lock(RowLock::share().of(User)).all(&one).await.unwrap();
            assert!(sql(&test)[0].ends_with("FOR SHARE OF user"));
        }
    }

    async fn a_lock_that_cannot_hold_is_refused(test: TestDatabase) {
        let db = two(&test).await;
        let session = db.session();
        let _ = sql(&test);
        let error = select(User).for_update().all(&db).await.unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.to_string().contains("outside a transaction"), "{error}");
        let error = select(User).lock(RowLock::update().nowait().skip_locked()).all(&session).await.unwrap_err();
        assert!(error.to_string().contains("both"), "{error}");
        assert!(sql(&test).is_empty());
    }

    async fn known_objects_take_what_is_read_when_the_query_says_so(test: TestDatabase) {
        let db = two(&test).await;
        let session = db.session();
        let users = select(User).order_by(User::id).all(&session).await.unwrap();
        let post = session.add(Post::builder().body("x").author(&users[0]));
        session.commit().await.unwrap();
        update(User).set(User::password_hash, "p").execute(&db).await.unwrap();
        update(Post).set(Post::user_id, users[1].id).execute(&db).await.unwrap();
        users[1].edit().email = "mine".into();
        select(User).populate_existing().all(&session).await.unwrap();
        select(Post).populate_existing().all(&session).await.unwrap();
        assert_eq!((users[0].password_hash.as_deref(), users[1].email.as_str()), (Some("p"), "mine"));
        // The relation follows the key.
        assert_eq!(post.author.get().await.unwrap(), users[1]);
        session.commit().await.unwrap();
        assert_eq!(db.get(User, 2).await.unwrap().unwrap().email, "mine");
    }
}
