//! Savepoints: what is rolled back to them, in the database and in the objects.

use rebis::{ErrorKind, State, select};
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::models::{Article, Blog};
use crate::support::{rows, tables};

fn user(name: &str) -> impl rebis::Addable<Model = User> {
    User::builder().username(name).email(format!("{name}@example.com"))
}

each_database! {
    async fn a_savepoint_is_rolled_back_alone(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let old = session.add(user("old"));
        session.commit().await.unwrap();
        let outer = session.add(user("outer"));
        old.edit().username = "edited".into();

        let savepoint = session.begin_nested().await.unwrap();
        assert_eq!((outer.id, outer.state()), (2, State::Persistent));
        old.edit().username = "inside".into();
        outer.edit().username = "inside too".into();
        let inner = session.add(user("inner"));
        session.flush().await.unwrap();
        session.delete(&old);
        session.flush().await.unwrap();
        outer.edit().email = "not written".into();
        savepoint.rollback().await.unwrap();

        assert_eq!((old.username.as_str(), old.state()), ("edited", State::Persistent));
        assert_eq!((outer.username.as_str(), outer.email.as_str()), ("outer", "outer@example.com"));
        assert_eq!((inner.state(), inner.key()), (State::Transient, None));
        assert!(!session.is_dirty());
        assert_eq!(session.get(User, 1).await.unwrap().unwrap(), old);
        session.add(&inner);
        session.commit().await.unwrap();
        let mut names = select(User::username).all(&db).await.unwrap();
        names.sort();
        assert_eq!(names, ["edited", "inner", "outer"]);
        // What follows is a transaction like any other.
        old.edit().username = "again".into();
        session.flush().await.unwrap();
        session.rollback().await.unwrap();
        assert_eq!(old.username, "edited");
    }
}

each_database! {
    async fn a_rollback_after_a_savepoint_restores_what_was_committed(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let old = session.add(user("old"));
        session.commit().await.unwrap();
        let before = session.add(user("before"));
        let savepoint = session.begin_nested().await.unwrap();
        let kept = session.add(user("kept"));
        old.edit().username = "kept edit".into();
        savepoint.commit().await.unwrap();
        let savepoint = session.begin_nested().await.unwrap();
        let lost = session.add(user("lost"));
        before.edit().username = "x".into();
        session.flush().await.unwrap();
        savepoint.rollback().await.unwrap();
        assert_eq!((old.username.as_str(), kept.state()), ("kept edit", State::Persistent));
        session.rollback().await.unwrap();
        assert_eq!((old.username.as_str(), old.state()), ("old", State::Persistent));
        for (object, name) in [(&before, "before"), (&kept, "kept"), (&lost, "lost")] {
            assert_eq!((object.state(), object.key(), object.username.as_str()), (State::Transient, None, name));
        }
        session.add_all([&before, &kept, &lost]);
        session.commit().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 4);
    }
}

each_database! {
    async fn savepoints_nest(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let user = session.add(user("0"));
        let outer = session.begin_nested().await.unwrap();
        user.edit().username = "1".into();
        let inner = session.begin_nested().await.unwrap();
        user.edit().username = "2".into();
        inner.commit().await.unwrap();
        let inner = session.begin_nested().await.unwrap();
        user.edit().username = "3".into();
        session.flush().await.unwrap();
        inner.rollback().await.unwrap();
        assert_eq!(user.username, "2");
        let inner = session.begin_nested().await.unwrap();
        user.edit().username = "4".into();
        inner.commit().await.unwrap();
        let late = session.begin_nested().await.unwrap();
        user.edit().username = "5".into();
        outer.rollback().await.unwrap();
        assert_eq!((user.username.as_str(), user.state()), ("0", State::Persistent));
        let error = late.commit().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State, "{error}");
        session.commit().await.unwrap();
        assert_eq!(select(User::username).all(&db).await.unwrap(), ["0"]);
    }
}

each_database! {
    async fn an_insert_that_is_refused_is_undone_and_the_session_goes_on(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        let savepoint = session.begin_nested().await.unwrap();
        let twin = session.add(User::builder().username("john").email("other@example.com"));
        let error = savepoint.commit().await.unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
        assert_eq!((twin.state(), john.state()), (State::Transient, State::Persistent));

        let error = session
            .nested(async |session| {
                session.add(User::builder().username("john").email("third@example.com"));
                session.flush().await
            })
            .await
            .unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
        let key = session
            .nested(async |session| {
                let jane = session.add(user("jane"));
                session.flush().await?;
                Ok::<_, rebis::Error>(jane.id)
            })
            .await
            .unwrap();
        assert_eq!(session.get(User, key).await.unwrap().unwrap().username, "jane");
        session.commit().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 2);
    }
}

each_database! {
    async fn relations_are_as_they_were(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let a = session.add(Blog::builder().name("a"));
        let b = session.add(Blog::builder().name("b"));
        let article = a.articles.add(Article::builder().title("one"));
        session.commit().await.unwrap();

        let savepoint = session.begin_nested().await.unwrap();
        b.articles.add(&article);
        let new = a.articles.add(Article::builder().title("two"));
        session.flush().await.unwrap();
        assert_eq!((article.blog_id, new.blog_id), (Some(b.id), Some(a.id)));
        savepoint.rollback().await.unwrap();
        assert_eq!(article.blog_id, Some(a.id));
        assert_eq!(a.articles.loaded().unwrap(), std::slice::from_ref(&article));
        assert!(b.articles.all().await.unwrap().is_empty());
        assert_eq!(article.blog.get().await.unwrap(), Some(a.clone()));

        // The same moves, kept by the savepoint and rolled back with the transaction.
        let savepoint = session.begin_nested().await.unwrap();
        b.articles.add(&article);
        savepoint.commit().await.unwrap();
        assert_eq!(article.blog_id, Some(b.id));
        session.rollback().await.unwrap();
        assert_eq!(article.blog_id, Some(a.id));
        assert_eq!(a.articles.all().await.unwrap(), std::slice::from_ref(&article));
        assert!(b.articles.all().await.unwrap().is_empty());
        // A row that was taken back still knows where it belongs when it is added again.
        session.add(&new);
        session.commit().await.unwrap();
        assert_eq!(new.blog_id, Some(a.id));
    }
}

each_database! {
    async fn a_moved_object_is_back_after_a_plain_rollback(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let a = session.add(Blog::builder().name("a"));
        let b = session.add(Blog::builder().name("b"));
        let article = a.articles.add(Article::builder().title("one"));
        session.commit().await.unwrap();
        article.blog.set(&b).unwrap();
        session.flush().await.unwrap();
        session.rollback().await.unwrap();
        assert_eq!(a.articles.all().await.unwrap(), std::slice::from_ref(&article));
        assert!(b.articles.all().await.unwrap().is_empty());
    }
}

each_database! {
    async fn a_savepoint_that_is_not_ended_is_an_error(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(user("john"));
        drop(session.begin_nested().await.unwrap());
        let error = session.commit().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InactiveTransaction);
        assert!(error.to_string().contains("savepoint was dropped"), "{error}");
        session.rollback().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 0);

        // The transaction's end ends its savepoints.
        let savepoint = session.begin_nested().await.unwrap();
        session.add(user("jane"));
        session.commit().await.unwrap();
        assert_eq!(savepoint.rollback().await.unwrap_err().kind(), ErrorKind::State);
        assert_eq!(rows::<User>(&db).await, 1);
    }
}

each_database! {
    async fn bulk_statements_and_objects_let_go_in_a_savepoint(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let users = session.add_all([user("a"), user("b")]);
        session.add(Post::builder().body("p").author(&users[1]));
        session.commit().await.unwrap();
        let savepoint = session.begin_nested().await.unwrap();
        rebis::delete(Post).execute(&session).await.unwrap();
        rebis::update(User).set(User::email, "all").filter(User::id.eq(1)).execute(&session).await.unwrap();
        rebis::delete(User).filter(User::id.eq(2)).execute(&session).await.unwrap();
        assert_eq!((users[0].email.as_str(), users[1].state()), ("all", State::Deleted));
        let unwanted = session.add(user("c"));
        session.delete(&unwanted);
        savepoint.rollback().await.unwrap();
        assert_eq!((users[0].email.as_str(), users[1].state()), ("a@example.com", State::Persistent));
        assert_eq!(unwanted.state(), State::Transient);
        session.rollback().await.unwrap();
        assert_eq!(unwanted.state(), State::Transient);
        assert_eq!(session.get(User, 2).await.unwrap().unwrap(), users[1]);
    }
}
