//! One statement that is all there is to commit: no BEGIN, no COMMIT, and everything else as ever.

use std::sync::Arc;

use parking_lot::Mutex;
use rebis::{ErrorKind, State, insert};
use rebis_engine::{Observed, Observer};
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::handwritten::{Post, User};
use crate::support::{plain, rows, tables};

/// What ends transactions, as the database is told it.
#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<String>>>);

impl Observer for Ends {
    fn statement(&self, statement: &Observed<'_>) {
        if statement.control {
            self.0.lock().push(statement.sql.to_owned());
        }
    }
}

fn ends(test: &TestDatabase) -> Ends {
    let ends = Ends::default();
    test.engine().observe(ends.clone());
    ends
}

fn user(name: &str) -> impl rebis::Addable<Model = User> + use<> {
    User::builder().username(name).email(name)
}

each_database! {
    async fn a_lone_new_row_is_one_statement(test: TestDatabase) {
        let db = tables(&test).await;
        let ends = ends(&test);
        let session = db.session();
        let ada = session.add(user("ada"));
        session.commit().await.unwrap();
        assert_eq!((ada.id, ada.state()), (1, State::Persistent));
        assert_eq!(rows::<User>(&db).await, 1, "others see it");
        // The same session, and one whose key is given.
        let bob = session.add(User::builder().id(7).username("bob").email("bob"));
        session.commit().await.unwrap();
        assert_eq!(bob.id, 7);
        assert!(ends.0.lock().is_empty(), "{:?}", ends.0.lock());

        // What is written before the commit is in a transaction, which the next row joins.
        session.add(user("cid"));
        session.flush().await.unwrap();
        session.add(user("dan"));
        session.rollback().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 2);
        // So are rows of two tables.
        session.add(User::builder().username("eve").email("eve").posts([Post::builder().body("x").user_id(0)]));
        session.commit().await.unwrap();
        assert_eq!(*ends.0.lock(), ["ROLLBACK", "COMMIT"]);
    }

    async fn a_lone_new_row_that_fails_leaves_a_session_that_can_be_rolled_back(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(user("ada"));
        session.commit().await.unwrap();
        let again = session.add(user("ada"));
        assert!(session.commit().await.unwrap_err().is_unique_violation());
        assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::InactiveTransaction);
        session.rollback().await.unwrap();
        assert_eq!(again.state(), State::Transient);
        again.edit().username = "bob".into();
        again.edit().email = "bob".into();
        session.add(&again);
        session.commit().await.unwrap();
        assert_eq!((again.state(), rows::<User>(&db).await), (State::Persistent, 2));
    }

    /// Closures that are told of the flush may write more: it stays in one transaction.
    async fn a_lone_new_row_that_is_listened_to_has_a_transaction(test: TestDatabase) {
        let db = tables(&test).await;
        let ends = ends(&test);
        let session = db.session();
        session.events().after_insert(User, |user| if user.username == "no" { Err("not this one") } else { Ok(()) });
        session.add(user("yes"));
        session.commit().await.unwrap();
        session.add(user("no"));
        session.commit().await.unwrap_err();
        session.rollback().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 1);
        assert_eq!(*ends.0.lock(), ["COMMIT", "ROLLBACK"]);
    }

    /// SQLite tells the key of a row without RETURNING, which costs it more than the row.
    async fn a_row_that_gives_its_key_back(test: TestDatabase) {
        let db = tables(&test).await;
        if !test.dialect().capabilities().insert_returning {
            return;
        }
        let sqlite = test.backend() == Backend::Sqlite;
        let returns = |text: &str| text.contains(" RETURNING ");
        let one = || insert(User).values([user("a")]);
        assert_eq!(one().returning(User::id).all(&db).await.unwrap(), [1]);
        assert_eq!(test.statements().iter().map(|s| returns(s)).collect::<Vec<_>>(), [!sqlite]);

        let next = [user("b"), user("c")];
        assert_eq!(insert(User).values(next).returning(User::id).all(&db).await.unwrap(), [2, 3]);
        let known = insert(User).values([User::builder().id(9).username("d").email("d")]);
        assert_eq!(known.returning(User::id).all(&db).await.unwrap(), [9]);
        let more = insert(User).values([user("e")]).returning((User::id, User::email));
        assert_eq!(more.all(&db).await.unwrap().len(), 1);
        let upsert = one().on_conflict(User::email).update(User::username).returning(User::id);
        assert_eq!(upsert.all(&db).await.unwrap(), [1]);
        assert!(test.statements().iter().all(|s| returns(s)));

        if sqlite {
            // A row that a trigger leaves out gives nothing back, also where another one was written before.
            let mut connection = test.acquire().await;
            connection
                .script("CREATE TRIGGER none BEFORE INSERT ON user WHEN NEW.email = 'x' BEGIN SELECT RAISE(IGNORE); END")
                .await
                .unwrap();
            let left = insert(User).values([user("x")]).returning(User::id).all(&mut connection).await.unwrap();
            assert!(left.is_empty(), "{left:?}");
            // Nor does one that writes rows of its own change the key.
            connection
                .script("CREATE TRIGGER too AFTER INSERT ON user BEGIN INSERT INTO post (id, body, timestamp, user_id) VALUES (70, 'x', '2026-01-01 00:00:00', NEW.id); END")
                .await
                .unwrap();
            let last = insert(User).values([user("y")]).returning(User::id).all(&mut connection).await.unwrap();
            let there = connection.fetch_values::<i64>("SELECT id FROM user WHERE email = 'y'", &[]).await.unwrap();
            assert_eq!(last, there);
        }
    }

    async fn a_row_without_values_and_rows_of_two_shapes(test: TestDatabase) {
        let db = tables(&test).await;
        let given = User::builder().id(5).username("b").email("b");
        let both = insert(User).values([user("a")]).values([given]).values([user("c")]);
        let text = plain(&both.sql(test.dialect()));
        assert_eq!(text.matches("INSERT INTO user (username, email, password_hash) VALUES (?, ?, ?)").count(), 2, "{text}");
        assert!(text.contains("INSERT INTO user (id, username, email, password_hash) VALUES (?, ?, ?, ?)"), "{text}");
        assert_eq!(both.execute(&db).await.unwrap(), 3);
        assert_eq!(rows::<User>(&db).await, 3);
    }
}
