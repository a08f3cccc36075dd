//! States of objects: how they come into a session, leave it, expire and are read again; and what a session refuses.

use rebis::{Addable, Database, Entity, ErrorKind, Session, State, select, update};
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::models::{Article, Blog, Comment, Document};
use crate::support::{rows, sql, tables};

fn user(name: &str) -> impl Addable<Model = User> + use<> {
    User::builder().username(name).email(format!("{name}@example.com"))
}

async fn rename(db: &Database, name: &str) {
    update(User).set(User::username, name).execute(db).await.unwrap();
}

/// The same row, read by a session that is gone.
async fn detached(db: &Database, id: i64) -> Entity<User> {
    let session = db.session();
    session.get(User, id).await.unwrap().unwrap()
}

each_database! {
    async fn an_object_goes_through_all_states(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = user("john").into_entity();
        assert_eq!((john.state(), john.original().is_none()), (State::Transient, true));
        session.add(&john);
        assert_eq!((john.state(), session.contains(&john)), (State::Pending, true));
        assert_eq!(session.added(User), std::slice::from_ref(&john));
        session.flush().await.unwrap();
        assert_eq!((john.state(), session.added(User).len()), (State::Persistent, 0));
        session.delete(&john);
        assert_eq!((john.state(), session.deleted(User)), (State::Persistent, vec![john.clone()]));
        session.flush().await.unwrap();
        assert_eq!((john.state(), session.contains(&john)), (State::Deleted, false));
        session.rollback().await.unwrap();
        assert_eq!((john.state(), john.key()), (State::Transient, None));
        session.add(&john);
        session.commit().await.unwrap();
        session.expunge(&john);
        assert_eq!((john.state(), john.key()), (State::Detached, Some(john.id)));
        session.add(&john);
        assert_eq!(john.state(), State::Persistent);
        drop(session);
        assert_eq!(john.state(), State::Detached);
    }

    async fn a_deleted_object_is_added_again_when_it_is_made_transient(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        session.commit().await.unwrap();
        session.delete(&john);
        session.commit().await.unwrap();
        session.add(&john);
        let error = session.commit().await.unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.to_string().contains("make_transient"), "{error}");
        session.rollback().await.unwrap();

        john.make_transient();
        assert_eq!((john.state(), john.key()), (State::Transient, Some(1)));
        session.add(&john);
        session.commit().await.unwrap();
        assert_eq!((john.id, rows::<User>(&db).await), (1, 1));

        // A second row of the same values.
        john.make_transient();
        {
            let mut edit = john.edit();
            edit.id = 0;
            edit.username = "twin".into();
            edit.email = "twin".into();
        }
        assert_eq!(john.key(), None);
        session.add(&john);
        session.commit().await.unwrap();
        assert_eq!((john.id > 1, rows::<User>(&db).await), (true, 2));
    }

    async fn what_was_changed_can_be_looked_at(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        let jane = session.add(user("jane"));
        let post = session.add(Post::builder().body("x").author(&john));
        session.commit().await.unwrap();
        assert!(!john.is_modified() && !post.is_modified() && session.changed(User).is_empty());
        john.edit().username = "johnny".into();
        assert_eq!(john.original().unwrap().username, "john");
        assert_eq!((john.is_modified(), session.changed(User)), (true, vec![john.clone()]));
        // Set back: nothing to write.
        john.edit().username = "john".into();
        assert!(!john.is_modified() && session.changed(User).is_empty());
        post.author.set(&jane).unwrap();
        assert!(post.is_modified());
        let _ = sql(&test);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE post SET user_id = ? WHERE id = ?"]);
        assert!(!post.is_modified());
    }

    async fn an_expired_object_follows_the_next_query(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        let post = john.posts.add(Post::builder().body("x"));
        session.commit().await.unwrap();
        rename(&db, "elsewhere").await;
        // One object per row, and what it shows is what this session knows.
        assert_eq!(select(User).one(&session).await.unwrap().username, "john");
        session.commit().await.unwrap();
        john.edit().email = "not written".into();
        session.expire(&john).unwrap();
        assert_eq!((john.username.as_str(), john.email.as_str()), ("john", "john@example.com"));
        assert!(!john.posts.is_loaded());
        let _ = sql(&test);
        assert!(session.get(User, 1).await.unwrap().unwrap().same(&john));
        assert_eq!((john.username.as_str(), sql(&test).len()), ("elsewhere", 1));
        session.get(User, 1).await.unwrap();
        assert!(sql(&test).is_empty(), "read once");

        // So with a query, for all of them, and what changed after it stays.
        session.commit().await.unwrap();
        rename(&db, "again").await;
        session.expire_all();
        assert_eq!(select(User).all(&session).await.unwrap()[0].username, "again");
        session.commit().await.unwrap();
        rename(&db, "third").await;
        session.expire_all();
        john.edit().email = "mine".into();
        session.autoflush(false);
        assert_eq!(select(User).one(&session).await.unwrap().email, "mine");
        session.commit().await.unwrap();
        let stored = db.get(User, 1).await.unwrap().unwrap();
        assert_eq!((stored.username.as_str(), stored.email.as_str()), ("third", "mine"));
        assert_eq!(john.posts.all().await.unwrap(), [post]);
    }

    async fn an_expired_object_whose_row_is_gone(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        let jane = session.add(user("jane"));
        session.commit().await.unwrap();
        rebis::delete(User).execute(&db).await.unwrap();
        session.expire(&john).unwrap();
        assert!(session.get(User, 1).await.unwrap().is_none());
        assert_eq!(john.state(), State::Detached);
        let error = session.refresh(&jane).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        for (object, word) in [(&john, "`expire`"), (&user("new").into_entity(), "`expire`")] {
            let error = session.expire(object).unwrap_err();
            assert!(error.kind() == ErrorKind::State && error.to_string().contains(word), "{error}");
        }
        assert!(session.refresh(&john).await.unwrap_err().to_string().contains("`refresh`"));
    }

    async fn expiry_and_rollbacks(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        session.commit().await.unwrap();
        let savepoint = session.begin_nested().await.unwrap();
        update(User).set(User::username, "inside").execute(&session).await.unwrap();
        session.expire(&john).unwrap();
        assert_eq!(session.get(User, 1).await.unwrap().unwrap().username, "inside");
        savepoint.rollback().await.unwrap();
        assert_eq!(john.username, "john");
        john.edit().username = "flushed".into();
        session.flush().await.unwrap();
        session.expire(&john).unwrap();
        assert_eq!(session.get(User, 1).await.unwrap().unwrap().username, "flushed");
        session.rollback().await.unwrap();
        assert_eq!((john.username.as_str(), john.is_modified()), ("john", false));
    }

    async fn cascades_of_expunge_and_expiry(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let blog = session.add(Blog::builder().name("b"));
        let comments = [Comment::builder().text("c")];
        let article = blog.articles.add(Article::builder().title("a").comments(comments));
        let comment = article.comments.loaded().unwrap()[0].clone();
        session.commit().await.unwrap();
        update(Comment).set(Comment::text, "new").execute(&db).await.unwrap();
        session.refresh(&article).await.unwrap();
        assert_eq!(article.comments.all().await.unwrap()[0].text, "new");
        // `articles` has no cascade beyond save-update and merge, `comments` has all.
        session.expunge(&blog);
        assert_eq!((blog.state(), article.state()), (State::Detached, State::Persistent));
        session.expunge(&article);
        assert_eq!((article.state(), comment.state()), (State::Detached, State::Detached));
        session.add(&article);
        assert_eq!(comment.state(), State::Persistent);
        let pending = session.add(Blog::builder().name("p"));
        session.delete(&article);
        session.expunge_all();
        assert_eq!((pending.state(), article.state(), comment.state()), (State::Transient, State::Detached, State::Detached));
        assert!(!session.contains(&article) && session.added(Blog).is_empty());
        session.commit().await.unwrap();
        assert_eq!((rows::<Article>(&db).await, rows::<Blog>(&db).await), (1, 1));
    }

    async fn merging_copies_to_the_object_of_the_row(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        session.commit().await.unwrap();
        let other = detached(&db, 1).await;
        other.edit().username = "merged".into();
        let _ = sql(&test);
        let merged = session.merge(&other).await.unwrap();
        assert!(merged.same(&john) && john.is_modified());
        assert_eq!((john.username.as_str(), other.state()), ("merged", State::Detached));
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE \"user\" SET username = ? WHERE id = ?".replace('"', "")]);

        // A builder sets what it names; the row is read when it is not known.
        let fresh = db.session();
        let merged = fresh.merge(User::builder().id(1).username("built").email("b")).await.unwrap();
        assert_eq!((merged.original().unwrap().username.as_str(), merged.username.as_str()), ("merged", "built"));
        fresh.rollback().await.unwrap();
        // No such row, or no key: a copy is added, and the given object is left alone.
        let given = User::builder().id(40).username("new").email("n").into_entity();
        let new = fresh.merge(&given).await.unwrap();
        assert_eq!((new.same(&given), new.state(), given.state()), (false, State::Pending, State::Transient));
        let unkeyed = fresh.merge(user("unkeyed")).await.unwrap();
        fresh.commit().await.unwrap();
        assert_eq!((new.id, unkeyed.id > 0, rows::<User>(&db).await), (40, true, 3));
        // An object of this session is itself.
        assert!(fresh.merge(&new).await.unwrap().same(&new));
    }

    async fn merging_follows_relations(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let comments = ["1", "2"].map(|t| Comment::builder().text(t));
        let blog = session.add(Blog::builder().name("b"));
        let article = blog.articles.add(Article::builder().title("a").comments(comments));
        session.commit().await.unwrap();

        let other = db.session();
        let given = other.get(Article, article.id).await.unwrap().unwrap();
        let theirs = given.comments.all().await.unwrap();
        given.blog.get().await.unwrap();
        drop(other);
        theirs[0].edit().text = "one".into();
        given.comments.remove(&theirs[1]).unwrap();
        given.comments.add(Comment::builder().text("3"));
        let merged = session.merge(&given).await.unwrap();
        assert!(merged.same(&article) && merged.blog.loaded().unwrap() == Some(blog.clone()));
        session.commit().await.unwrap();
        let texts: Vec<String> = select(Comment::text).order_by(Comment::id).all(&db).await.unwrap();
        assert_eq!(texts, ["one", "3"]);
        assert_eq!(article.comments.all().await.unwrap().len(), 2);
        // A relation that was not loaded is no empty one.
        let other = db.session();
        let given = other.get(Article, article.id).await.unwrap().unwrap();
        drop(other);
        session.merge(&given).await.unwrap();
        session.commit().await.unwrap();
        assert_eq!(rows::<Comment>(&db).await, 2);
    }

    async fn merging_an_old_version_is_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let doc = session.add(Document::builder().title("x").revision(1));
        session.commit().await.unwrap();
        let other = db.session();
        let old = other.get(Document, doc.id).await.unwrap().unwrap();
        drop(other);
        doc.edit().title = "y".into();
        session.commit().await.unwrap();
        old.edit().title = "z".into();
        let error = session.merge(&old).await.unwrap_err();
        assert!(error.is_stale() && error.to_string().contains("Document(1)"), "{error}");
    }

    async fn a_second_object_of_a_row_is_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        session.commit().await.unwrap();
        let twin = detached(&db, 1).await;
        session.add(&twin);
        let error = session.commit().await.unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.to_string().contains("`merge`"), "{error}");
        session.rollback().await.unwrap();
        assert_eq!(session.get(User, 1).await.unwrap().unwrap(), john);
        // Without the first one it may come in.
        session.expunge(&john);
        session.add(&twin);
        twin.edit().username = "twin".into();
        session.commit().await.unwrap();
        assert_eq!(select(User::username).all(&db).await.unwrap(), ["twin"]);
    }

    async fn objects_of_two_sessions_are_not_related(test: TestDatabase) {
        let db = tables(&test).await;
        let (one, two) = (db.session(), db.session());
        let author = one.add(user("a"));
        one.commit().await.unwrap();
        let post = two.add(Post::builder().body("x").author(user("b").into_entity()));
        let error = post.author.set(&author).unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.to_string().contains("in different sessions"), "{error}");
        assert_eq!(post.author.loaded().unwrap().username, "b");
        // What cannot give an error at once makes the flush fail.
        author.posts.add(&post);
        let error = one.flush().await.unwrap_err();
        assert!(error.to_string().contains("User(1) and Post(not written yet) are in different sessions"), "{error}");
        one.rollback().await.unwrap();
        two.rollback().await.unwrap();
        let copy = two.merge(&author).await.unwrap();
        two.add(Post::builder().body("x").author(&copy));
        two.commit().await.unwrap();
        assert_eq!((rows::<Post>(&db).await, rows::<User>(&db).await), (1, 1));
    }

    async fn a_closed_session_says_so(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        session.commit().await.unwrap();
        john.edit().username = "x".into();
        session.reset().await.unwrap();
        assert_eq!((john.username.as_str(), john.state()), ("john", State::Detached));
        let john = session.get(User, 1).await.unwrap().unwrap();
        let jane = session.add(user("jane"));
        session.flush().await.unwrap();
        let clone = session.clone();
        session.close().await.unwrap();
        assert_eq!((john.state(), jane.state()), (State::Detached, State::Transient));
        clone.add(&jane);
        for error in [
            clone.commit().await.unwrap_err(),
            clone.get(User, 1).await.unwrap_err(),
            select(User).all(&clone).await.unwrap_err(),
            clone.begin_nested().await.unwrap_err(),
        ] {
            assert!(error.kind() == ErrorKind::State && error.to_string().contains("was closed"), "{error}");
            assert!(error.to_string().contains("db.session()"), "{error}");
        }
        assert_eq!(rows::<User>(&db).await, 1);
    }

    async fn an_edit_that_is_held_over_a_flush_is_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        let mut edit = john.edit();
        edit.username = "held".into();
        let error = session.commit().await.unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.model() == Some("User"), "{error:?}");
        assert!(error.to_string().contains("User(not written yet) is being edited"), "{error}");
        drop(edit);
        // Nothing has failed: the session goes on.
        session.commit().await.unwrap();
        assert_eq!(select(User::username).all(&db).await.unwrap(), ["held"]);
        assert!(john.try_edit().is_ok());

        // A rollback does not wait: the edit begins anew on what it restores.
        let mut edit = john.edit();
        edit.email = "kept".into();
        session.rollback().await.unwrap();
        drop(edit);
        assert_eq!((john.username.as_str(), john.email.as_str()), ("held", "kept"));
        session.commit().await.unwrap();
        assert_eq!(db.get(User, 1).await.unwrap().unwrap().email, "kept");
    }

    async fn a_refresh_goes_past_a_guard_without_losing_anything(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(user("john"));
        session.commit().await.unwrap();
        rename(&db, "elsewhere").await;
        let mut edit = john.edit();
        edit.email = "mine".into();
        session.refresh(&john).await.unwrap();
        drop(edit);
        assert_eq!((john.username.as_str(), john.email.as_str()), ("elsewhere", "mine"));
        let _ = sql(&test);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE user SET email = ? WHERE id = ?"]);
    }

    async fn edits_of_other_tasks_are_waited_for(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let users = session.add_all((0..4).map(|i| user(&format!("u{i}"))));
        session.commit().await.unwrap();
        let edits = tokio::spawn(async move {
            for round in 0..200 {
                for user in &users {
                    let mut edit = user.edit();
                    std::thread::sleep(std::time::Duration::from_micros(20));
                    edit.email = format!("{round}-{}", user.id);
                }
                tokio::task::yield_now().await;
            }
        });
        let flushes = async |session: &Session| {
            for _ in 0..20 {
                session.flush().await.unwrap();
            }
        };
        flushes(&session).await;
        edits.await.unwrap();
        session.commit().await.unwrap();
        let emails = select(User::email).order_by(User::id).all(&db).await.unwrap();
        assert_eq!(emails, ["199-1", "199-2", "199-3", "199-4"]);
    }

    async fn a_failed_flush_leaves_objects_that_can_be_written_after_a_rollback(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let kept = session.add(user("kept"));
        session.commit().await.unwrap();
        kept.edit().email = "changed".into();
        let twin = session.add(User::builder().username("kept").email("twin").posts([Post::builder().body("x")]));
        let error = session.commit().await.unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
        for error in [session.flush().await.unwrap_err(), session.get(User, 7).await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InactiveTransaction);
            assert!(error.to_string().contains("session.rollback()"), "{error}");
        }
        // What is in memory can still be looked at.
        assert_eq!((kept.email.as_str(), twin.posts.loaded().unwrap().len()), ("changed", 1));
        session.rollback().await.unwrap();
        assert_eq!((kept.email.as_str(), kept.state()), ("kept@example.com", State::Persistent));
        assert_eq!((twin.state(), twin.key()), (State::Transient, None));
        twin.edit().username = "other".into();
        session.add(&twin);
        kept.edit().email = "changed".into();
        session.commit().await.unwrap();
        assert_eq!((rows::<User>(&db).await, rows::<Post>(&db).await), (2, 1));
        assert_eq!(db.get(User, kept.id).await.unwrap().unwrap().email, "changed");
    }

    async fn what_was_loaded_of_a_transactions_own_work_goes_with_it(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let users = session.add_all(["a", "b"].map(user));
        let post = session.add(Post::builder().body("x").author(&users[0]));
        session.commit().await.unwrap();
        for savepoint in [true, false] {
            session.expire_all();
            let savepoint = if savepoint { Some(session.begin_nested().await.unwrap()) } else { None };
            post.edit().user_id = users[1].id;
            session.flush().await.unwrap();
            assert_eq!(users[1].posts.all().await.unwrap(), std::slice::from_ref(&post));
            assert_eq!((users[0].posts.all().await.unwrap().len(), post.author.get().await.unwrap()), (0, users[1].clone()));
            match savepoint {
                Some(savepoint) => savepoint.rollback().await.unwrap(),
                None => session.rollback().await.unwrap(),
            }
            assert_eq!(post.user_id, users[0].id);
            assert_eq!(post.author.get().await.unwrap(), users[0]);
            assert_eq!(users[0].posts.all().await.unwrap(), std::slice::from_ref(&post));
            assert!(users[1].posts.all().await.unwrap().is_empty());
        }
    }

    async fn what_was_read_after_a_bulk_statement_is_read_again_after_a_rollback(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(user("a"));
        session.commit().await.unwrap();
        update(User).set(User::username, "inside").execute(&session).await.unwrap();
        rebis::insert(User).values([user("ghost")]).execute(&session).await.unwrap();
        let all = select(User).order_by(User::id).all(&session).await.unwrap();
        assert_eq!((all[0].username.as_str(), all.len()), ("inside", 2));
        session.rollback().await.unwrap();
        assert_eq!(session.get(User, all[0].id).await.unwrap().unwrap().username, "a");
        assert!(session.get(User, all[1].id).await.unwrap().is_none());
        // So with one object that is read again.
        let a = all[0].clone();
        session.execute(rebis::sql("UPDATE post SET body = {}").bind("x")).await.unwrap();
        update(User).set(User::email, "inside").execute(&session).await.unwrap();
        session.refresh(&a).await.unwrap();
        assert_eq!(a.email, "inside");
        session.rollback().await.unwrap();
        assert_eq!(a.email, "a@example.com");
    }

    async fn a_parent_is_deleted_with_children_that_are_not_written(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let author = session.add(user("a"));
        let blog = session.add(Blog::builder().name("b"));
        session.commit().await.unwrap();
        let post = author.posts.add(Post::builder().body("x").user_id(0));
        let article = blog.articles.add(Article::builder().title("t"));
        session.delete(&author);
        session.delete(&blog);
        session.commit().await.unwrap();
        assert_eq!((author.state(), post.state()), (State::Deleted, State::Transient));
        assert_eq!((blog.state(), article.state(), article.blog_id), (State::Deleted, State::Persistent, None));
    }

    async fn a_child_moves_although_its_parent_is_not_loaded(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let blogs = session.add_all(["a", "b"].map(|n| Blog::builder().name(n)));
        let article = blogs[0].articles.add(Article::builder().title("t"));
        session.commit().await.unwrap();
        session.refresh(&article).await.unwrap();
        blogs[1].articles.add(&article);
        assert!(blogs[0].articles.loaded().unwrap().is_empty());
        session.commit().await.unwrap();
        session.refresh(&article).await.unwrap();
        article.blog.clear().unwrap();
        assert!(blogs[1].articles.all().await.unwrap().is_empty());
    }

    async fn a_child_that_has_moved_does_not_go_with_its_old_parent(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let users = session.add_all(["a", "b", "c"].map(user));
        let posts = session.add_all([0, 0].map(|_: i32| Post::builder().body("x").author(&users[0])));
        session.commit().await.unwrap();
        session.refresh(&users[0]).await.unwrap();
        // By the relation, and by the key; neither is written when the old parent's posts are looked up.
        users[1].posts.add(&posts[0]);
        posts[1].edit().user_id = users[2].id;
        session.delete(&users[0]);
        session.commit().await.unwrap();
        assert_eq!((posts[0].user_id, posts[1].user_id), (users[1].id, users[2].id));
        assert_eq!((rows::<User>(&db).await, rows::<Post>(&db).await), (2, 2));
    }
}
