//! One object per row: keys, edits, the identity map, commit and rollback.

use rebis::{State, select};
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::support::{rows, tables};

fn john() -> impl rebis::Addable<Model = User> {
    User::builder().username("john").email("john@example.com")
}

each_database! {
    async fn the_first_page_of_the_documentation(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(john());
        assert_eq!((john.key(), john.state()), (None, State::Pending));
        session.commit().await.unwrap();
        assert_eq!((john.id, john.key(), john.state()), (1, Some(1), State::Persistent));

        john.edit().username = "johnny".into();
        session.commit().await.unwrap();
        assert_eq!(select(User::username).all(&db).await.unwrap(), ["johnny"]);

        let again = session.get(User, 1).await.unwrap().unwrap();
        assert_eq!(again, john);
        again.edit().email = "j@example.com".into();
        assert_eq!(john.email, "j@example.com");
        session.rollback().await.unwrap();
        assert_eq!(john.email, "john@example.com");
        assert_eq!(john.username, "johnny");
    }
}

each_database! {
    async fn a_rollback_restores_objects(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let kept = session.add(john());
        session.commit().await.unwrap();

        let new = session.add(User::builder().username("new").email("new@example.com"));
        kept.edit().password_hash = Some("x".into());
        session.flush().await.unwrap();
        assert_eq!(new.id, 2);
        session.delete(&kept);
        session.flush().await.unwrap();
        assert_eq!(kept.state(), State::Deleted);
        session.rollback().await.unwrap();

        assert_eq!((kept.state(), kept.password_hash.clone()), (State::Persistent, None));
        assert_eq!((new.state(), new.key()), (State::Transient, None));
        assert_eq!(session.get(User, 1).await.unwrap().unwrap(), kept);
        assert!(session.get(User, 2).await.unwrap().is_none());
        session.rollback().await.unwrap();

        // What became transient can be added again.
        session.add(&new);
        session.commit().await.unwrap();
        assert_eq!(new.state(), State::Persistent);
        assert_eq!(rows::<User>(&db).await, 2);
    }
}

each_database! {
    async fn a_failed_flush_says_what_to_do_and_is_usable_after_rollback(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(john());
        session.commit().await.unwrap();
        let twin = session.add(User::builder().username("john").email("other@example.com"));
        let error = session.flush().await.unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
        let error = session.get(User, 99).await.unwrap_err();
        assert_eq!(error.code(), "R106");
        assert!(error.to_string().contains("session.rollback()"), "{error}");
        session.rollback().await.unwrap();
        assert_eq!(twin.state(), State::Transient);
        twin.edit().username = "twin".into();
        session.add(&twin);
        session.commit().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 2);
    }
}

each_database! {
    async fn two_guards_of_one_object_are_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(john());
        let first = john.edit();
        let error = john.try_edit().expect_err("refused");
        assert!(error.to_string().contains("another guard"), "{error}");
        drop(first);
        john.edit().username = "x".into();
        assert_eq!(john.username, "x");
    }
}

each_database! {
    async fn a_row_that_someone_else_deleted_is_stale(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(john());
        session.commit().await.unwrap();
        rebis::delete(User).execute(&db).await.unwrap();
        john.edit().username = "x".into();
        let error = session.flush().await.unwrap_err();
        assert!(error.is_stale(), "{error:?}");
        assert!(error.to_string().contains("User(1)"), "{error}");
    }
}

each_database! {
    async fn the_identity_map_holds_weakly(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(john());
        session.commit().await.unwrap();
        let first = session.get(User, 1).await.unwrap().unwrap();
        first.edit().username = "held".into();
        drop(first);
        // A changed object is held until it is written.
        session.commit().await.unwrap();
        assert_eq!(session.get(User, 1).await.unwrap().unwrap().username, "held");
        session.commit().await.unwrap();
        rebis::update(User).set(User::username, "outside").execute(&db).await.unwrap();
        // Nobody held the clean one, so this reads again.
        assert_eq!(session.get(User, 1).await.unwrap().unwrap().username, "outside");
    }
}

each_database! {
    async fn refresh_expunge_and_missing_rows(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(john());
        session.commit().await.unwrap();
        rebis::update(User).set(User::email, "new").execute(&db).await.unwrap();
        session.refresh(&john).await.unwrap();
        assert_eq!(john.email, "new");
        session.expunge(&john);
        assert_eq!(john.state(), State::Detached);
        let error = session.get_or_404(User, 7).await.unwrap_err();
        assert!(
            error.is_not_found() && error.to_string().contains("User") && error.to_string().contains('7'),
            "{error}"
        );
    }
}

each_database! {
    async fn a_transaction_commits_or_rolls_back(test: TestDatabase) {
        let db = tables(&test).await;
        let key = db
            .transaction(async |session| {
                let user = session.add(john());
                session.flush().await?;
                Ok::<_, rebis::Error>(user.id)
            })
            .await
            .unwrap();
        assert_eq!(key, 1);
        let failed: Result<(), rebis::Error> = db
            .transaction(async |session| {
                session.add(User::builder().username("b").email("b"));
                session.flush().await?;
                session.get_or_404(Post, 5).await?;
                Ok(())
            })
            .await;
        assert!(failed.unwrap_err().is_not_found());
        assert_eq!(rows::<User>(&db).await, 1);
    }
}

#[test]
fn an_unbound_database_says_so() {
    let db = rebis::Database::new();
    let error = db.engine().expect_err("unbound");
    assert_eq!(error.kind(), rebis::ErrorKind::Unbound);
    assert!(error.to_string().contains("Database::connect"), "{error}");
}
