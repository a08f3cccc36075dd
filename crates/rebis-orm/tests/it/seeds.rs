//! The relationship examples of the Flask and SQLAlchemy tutorials, one test for each of what they show. Other files try the same further.

use rebis::{Addable, State, select};
use rebis_orm::__private::Given;
use rebis_testkit::each_database;

use crate::handwritten::{Post, User, UserBuilder};
use crate::many::{Course, Enlisted, Pupil};
use crate::models::{Article, Blog};
use crate::support::{rows, sql, tables};

fn user(name: &str) -> UserBuilder<Given<String>, Given<String>> {
    User::builder().username(name).email(name)
}

each_database! {
    /// A4.1: `sa.ForeignKey(User.id)`.
    async fn a_foreign_key_is_declared_and_kept(test: TestDatabase) {
        let db = tables(&test).await;
        let key = &rebis::models![Post][0].table().foreign_keys[0];
        assert_eq!((key.columns.join(","), key.ref_table.as_str(), key.ref_columns.join(",")), ("user_id".to_owned(), "user", "id".to_owned()));
        let session = db.session();
        session.add(Post::builder().body("nobody's").user_id(77));
        assert!(session.commit().await.unwrap_err().is_foreign_key_violation());
    }

    /// A4.2: `relationship('Post', backref='author', lazy=True)`: loaded when it is asked for.
    async fn a_collection_is_loaded_when_it_is_asked_for(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(user("susan").posts([Post::builder().body("one"), Post::builder().body("two")]));
        session.commit().await.unwrap();
        let session = db.session();
        let susan = session.get_or_404(User, 1).await.unwrap();
        assert!(susan.posts.loaded().unwrap_err().is_not_loaded());
        let _ = test.statements();
        let posts = susan.posts.all().await.unwrap();
        assert_eq!(posts.iter().map(|p| p.body.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(posts[1].author.get().await.unwrap(), susan);
        assert_eq!(sql(&test).len(), 1);
    }

    /// A4.3: `back_populates`: what is said on one side is seen on the other, before anything is written.
    async fn both_sides_are_in_step(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let susan = session.add(user("susan"));
        let post = session.add(Post::builder().body("hi").author(&susan));
        let other = susan.posts.add(Post::builder().body("again"));
        assert_eq!(susan.posts.loaded().unwrap(), [post.clone(), other.clone()]);
        assert_eq!(other.author.loaded().unwrap(), susan);
        session.commit().await.unwrap();
        assert_eq!((post.user_id, other.user_id), (susan.id, susan.id));
    }

    /// A4.4: `WriteOnlyMapped`: `u.posts.select()` is a query, and nothing loads the whole.
    async fn a_collection_is_added_to_and_asked_without_being_loaded(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(user("susan").posts([Post::builder().body("one")]));
        session.commit().await.unwrap();
        let session = db.session();
        let susan = session.get_or_404(User, 1).await.unwrap();
        let _ = test.statements();
        let second = susan.posts.add(Post::builder().body("two"));
        session.commit().await.unwrap();
        let of_susan = susan.posts.select().order_by(Post::id.desc()).all(&session).await.unwrap();
        assert_eq!(of_susan[0], second);
        susan.posts.remove(&second).unwrap();
        session.commit().await.unwrap();
        assert!(!susan.posts.is_loaded());
        assert!(sql(&test).iter().all(|text| !text.starts_with("SELECT") || text.contains("ORDER BY")), "the whole was loaded");
        assert_eq!(rows::<Post>(&db).await, 1);
    }

    /// A4.5: `lazy='dynamic'`: the attribute is a query: `[0]`, `.order_by(…).all()`, `.count()`, and its text.
    async fn a_collection_is_a_query(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(user("susan").posts(["b", "a"].map(|body| Post::builder().body(body))));
        session.add(user("david").posts([Post::builder().body("c")]));
        session.commit().await.unwrap();
        let session = db.session();
        let susan = session.get_or_404(User, 1).await.unwrap();
        assert_eq!(susan.posts.select().first(&session).await.unwrap().unwrap().body, "b");
        let sorted = susan.posts.select().order_by(Post::body).all(&session).await.unwrap();
        assert_eq!(sorted.iter().map(|p| p.body.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((susan.posts.count().await.unwrap(), susan.posts.is_loaded()), (2, false));
        let text = crate::support::plain(&susan.posts.select().sql(test.dialect()));
        assert!(text.starts_with("SELECT post.id") && text.ends_with("FROM post WHERE post.user_id = ?"), "{text}");
    }

    /// A4.6: `db.Table('enrollments', …)`, `secondary=`, `backref='students'`, `.append()`. The tutorial forgets `add(student)`: nothing is saved.
    async fn many_to_many_through_an_association(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let forgotten = Pupil::builder().name("Forgotten").courses([Course::builder().name("None")]).into_entity();
        session.commit().await.unwrap();
        assert_eq!((forgotten.state(), rows::<Pupil>(&db).await, rows::<Enlisted>(&db).await), (State::Transient, 0, 0));
        let alice = session.add(Pupil::builder().name("Alice"));
        let maths = session.add(Course::builder().name("Maths"));
        let _ = test.statements();
        alice.courses.add(&maths);
        session.commit().await.unwrap();
        assert_eq!(maths.pupils.loaded().unwrap(), std::slice::from_ref(&alice));
        let session = db.session();
        let maths = session.get_or_404(Course, maths.id).await.unwrap();
        assert_eq!(maths.pupils.all().await.unwrap()[0].name, "Alice");
    }

    /// A4.7: `lazy='subquery'`, `joinedload()`: one statement more, or none, however many objects.
    async fn collections_come_with_the_query(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add_all(["a", "b", "c"].map(|name| user(name).posts([Post::builder().body(name)])));
        session.commit().await.unwrap();
        for (loading, statements) in [(User::posts.subquery(), 2), (User::posts.joined(), 1), (User::posts.selectin(), 2)] {
            let session = db.session();
            let _ = test.statements();
            let users = select(User).order_by(User::id).with(loading).all(&session).await.unwrap();
            let bodies: Vec<String> = users.iter().map(|u| u.posts.loaded().unwrap()[0].body.clone()).collect();
            assert_eq!(bodies, ["a", "b", "c"]);
            let texts: Vec<String> = sql(&test).into_iter().filter(|text| text.starts_with("SELECT")).collect();
            assert_eq!(texts.len(), statements, "{texts:?}");
        }
    }

    /// A4.8: `cascade='all, delete-orphan'`.
    async fn children_are_deleted_with_their_parent(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let susan = session.add(user("susan").posts(["a", "b"].map(|body| Post::builder().body(body))));
        session.commit().await.unwrap();
        let _ = test.statements();
        session.delete(&susan);
        session.commit().await.unwrap();
        let texts: Vec<String> = sql(&test).into_iter().filter(|text| text.starts_with("DELETE")).collect();
        assert_eq!(texts, ["DELETE FROM post WHERE id IN (?, ?)", "DELETE FROM user WHERE id = ?"]);
    }

    /// A4.9: without a cascade a deleted parent's children stay, and refer to nothing.
    async fn children_stay_without_a_cascade(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let blog = session.add(Blog::builder().name("x").articles([Article::builder().title("one")]));
        session.commit().await.unwrap();
        let article = blog.articles.loaded().unwrap()[0].clone();
        let _ = test.statements();
        session.delete(&blog);
        session.commit().await.unwrap();
        let texts: Vec<String> = sql(&test).into_iter().filter(|t| t.starts_with("UPDATE") || t.starts_with("DELETE")).collect();
        assert_eq!(texts, ["UPDATE article SET blog_id = ? WHERE id = ?", "DELETE FROM blog WHERE id = ?"]);
        assert_eq!((article.blog_id, article.blog.get().await.unwrap()), (None, None));
    }

    /// A4.10: the loops `for post in user.posts` and `post.author`: two statements each, however many objects.
    async fn loops_over_relations_do_not_ask_row_by_row(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add_all(["a", "b", "c", "d"].map(|name| user(name).posts([Post::builder().body(name)])));
        session.commit().await.unwrap();
        let session = db.session();
        let _ = test.statements();
        for user in select(User).order_by(User::id).all(&session).await.unwrap() {
            assert_eq!(user.posts.all().await.unwrap()[0].body, user.username);
        }
        assert_eq!(sql(&test).iter().filter(|text| text.starts_with("SELECT")).count(), 2);
        let session = db.session();
        for post in select(Post).order_by(Post::id).all(&session).await.unwrap() {
            assert_eq!(post.author.get().await.unwrap().username, post.body);
        }
        assert_eq!(sql(&test).iter().filter(|text| text.starts_with("SELECT")).count(), 2);
    }
}
