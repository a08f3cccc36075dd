//! Relations loaded with a query: by keys, by a join, by repeating the query; nested, in part, and said in any order.

use rebis::{ErrorKind, FetchMode, select};
use rebis_testkit::each_database;

use crate::many::{Course, Enlisted, Member, Pupil};
use crate::models::{Account, Article, Blog, Comment, Enrolment, Mark, Profile, Student};
use crate::support::{sql, tables};
use crate::tree::Node;

/// Two blogs of three articles of two comments, and a blog without.
async fn some(db: &rebis::Database) {
    let session = db.session();
    for name in ["a", "b"] {
        let blog = session.add(Blog::builder().name(name));
        for title in ["1", "2", "3"] {
            let article = blog.articles.add(Article::builder().title(format!("{name}{title}")));
            article.comments.add(Comment::builder().text(format!("{name}{title}x")));
            article.comments.add(Comment::builder().text(format!("{name}{title}y")));
        }
    }
    session.add(Blog::builder().name("c"));
    session.add(Article::builder().title("alone"));
    session.commit().await.unwrap();
}

fn titles(blog: &Blog) -> Vec<String> {
    blog.articles.loaded().unwrap().iter().map(|a| a.title.clone()).collect()
}

each_database! {
    async fn a_relation_to_one_joins(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let _ = test.statements();
        let query = select(Comment).order_by(Comment::id).limit(3).with(Comment::article.joined().with(Article::blog.joined()));
        let comments = query.all(&session).await.unwrap();
        assert_eq!(sql(&test), [
            "SELECT comment.id, comment.text, comment.article_id, article_1.id, article_1.title, article_1.blog_id, \
             blog_2.id, blog_2.name FROM comment LEFT JOIN article AS article_1 ON article_1.id = comment.article_id \
             LEFT JOIN blog AS blog_2 ON blog_2.id = article_1.blog_id ORDER BY comment.id LIMIT 3"
        ]);
        let article = comments[2].article.loaded().unwrap();
        assert_eq!((article.title.as_str(), article.blog.loaded().unwrap().unwrap().name.as_str()), ("a2", "a"));
        assert_eq!(comments[0].article.loaded().unwrap(), comments[1].article.loaded().unwrap());
        // None is loaded too.
        let session = db.session();
        let alone = select(Article).filter(Article::title.eq("alone")).with(Article::blog.joined());
        assert_eq!(alone.one(&session).await.unwrap().blog.loaded().unwrap(), None);
    }

    async fn a_collection_joins_and_gives_each_object_once(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let _ = test.statements();
        let path = || Blog::articles.joined().with(Article::comments.joined());
        let blogs = select(Blog).order_by(Blog::name.desc()).with(path()).all(&session).await.unwrap();
        assert_eq!(sql(&test), [
            "SELECT blog.id, blog.name, articles_1.id, articles_1.title, articles_1.blog_id, \
             comments_2.id, comments_2.text, comments_2.article_id FROM blog \
             LEFT JOIN article AS articles_1 ON articles_1.blog_id = blog.id \
             LEFT JOIN comment AS comments_2 ON comments_2.article_id = articles_1.id \
             ORDER BY blog.name DESC, articles_1.id, comments_2.id"
        ]);
        assert_eq!(blogs.iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!((titles(&blogs[0]), titles(&blogs[2])), (vec![], vec!["a1".into(), "a2".into(), "a3".into()]));
        let comments = blogs[1].articles.loaded().unwrap()[2].comments.loaded().unwrap();
        assert_eq!(comments.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["b3x", "b3y"]);
        assert_eq!(comments[0].article.loaded().unwrap().title, "b3");

        // A limit counts the query's own rows.
        let session = db.session();
        let query = select(Blog).filter(Blog::name.ne("c")).order_by(Blog::name.desc()).limit(1).offset(1).with(path());
        let blogs = query.all(&session).await.unwrap();
        assert_eq!((blogs.len(), titles(&blogs[0]).len()), (1, 3));
        assert!(sql(&test)[0].contains("FROM (SELECT blog.id AS c0, blog.name AS c1, blog.name AS o0 FROM blog WHERE blog.name <> ? \
            ORDER BY blog.name DESC LIMIT 1 OFFSET 1) AS page LEFT JOIN article AS articles_1 ON articles_1.blog_id = page.c0"));
    }

    async fn a_joined_collection_that_comes_again_and_again_holds_each_object_once(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        // Their articles refer back to them weakly.
        let blogs = select(Blog).filter(Blog::name.ne("c")).order_by(Blog::name).all(&session).await.unwrap();
        let path = Article::blog.joined().with(Blog::articles.joined());
        let query = select(Article).filter(Article::title.ne("alone")).order_by(Article::title).with(path);
        let articles = query.all(&session).await.unwrap();
        assert_eq!(articles.iter().map(|a| a.title.as_str()).collect::<Vec<_>>(), ["a1", "a2", "a3", "b1", "b2", "b3"]);
        for (i, article) in articles.iter().enumerate() {
            assert_eq!(article.blog.loaded().unwrap().as_ref(), Some(&blogs[i / 3]));
        }
        assert_eq!(blogs.iter().map(|b| titles(b)).collect::<Vec<_>>(), [["a1", "a2", "a3"], ["b1", "b2", "b3"]]);
    }

    async fn joins_go_through_associations_and_within_one_table(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let courses = session.add_all(["x", "y"].map(|name| Course::builder().name(name)));
        session.add_all(["a", "b"].map(|name| Pupil::builder().name(name).courses(&courses)));
        session.add(Pupil::builder().name("c"));
        let root = session.add(Node::builder().name("root"));
        root.children.add(Node::builder().name("child")).children.add(Node::builder().name("leaf"));
        let [ada, bob] = ["ada", "bob"].map(|name| session.add(Member::builder().name(name)));
        ada.followed.add(&bob);
        session.commit().await.unwrap();
        let session = db.session();
        let _ = test.statements();
        let pupils = select(Pupil).order_by(Pupil::id).with(Pupil::courses.joined()).all(&session).await.unwrap();
        assert_eq!(test.statements().len(), 1);
        assert_eq!(pupils.iter().map(|p| p.courses.loaded().unwrap().len()).collect::<Vec<_>>(), [2, 2, 0]);
        assert_eq!(select(Enlisted).count(&session).await.unwrap(), 4);
        let path = Node::children.joined().with(Node::children.joined().with(Node::parent));
        let root = select(Node).filter(Node::name.eq("root")).with(path).one(&session).await.unwrap();
        let leaf = root.children.loaded().unwrap()[0].children.loaded().unwrap()[0].clone();
        assert_eq!((leaf.name.as_str(), leaf.parent.loaded().unwrap().unwrap().name.as_str()), ("leaf", "child"));
        let members = select(Member).order_by(Member::id).with(Member::followers.joined()).all(&session).await.unwrap();
        assert_eq!(members[1].followers.loaded().unwrap(), members[..1]);
    }

    async fn a_subquery_repeats_the_query(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let _ = test.statements();
        let path = Blog::articles.subquery().with(Article::comments.subquery());
        let blogs = select(Blog).filter(Blog::name.lt("c")).order_by(Blog::id).with(path).all(&session).await.unwrap();
        assert_eq!(sql(&test)[1..], [
            "SELECT article.id, article.title, article.blog_id FROM article \
             JOIN (SELECT DISTINCT blog.id AS k0 FROM blog WHERE blog.name < ?) AS owners ON owners.k0 = article.blog_id",
            "SELECT comment.id, comment.text, comment.article_id FROM comment \
             JOIN (SELECT DISTINCT article.id AS k0 FROM article \
             JOIN (SELECT DISTINCT blog.id AS k0 FROM blog WHERE blog.name < ?) AS owners ON owners.k0 = article.blog_id) AS owners \
             ON owners.k0 = comment.article_id",
        ]);
        assert_eq!(titles(&blogs[1]), ["b1", "b2", "b3"]);
        assert_eq!(blogs[1].articles.loaded().unwrap()[0].comments.loaded().unwrap().len(), 2);
        // Under a limit, of relations to one, and of keys of two columns.
        let session = db.session();
        let query = select(Article).order_by(Article::id.desc()).offset(2).limit(2).with(Article::blog.subquery());
        let articles = query.all(&session).await.unwrap();
        assert_eq!(articles[0].blog.loaded().unwrap().unwrap().name, "b");
        let error = select(Blog).with(Blog::articles.with(Article::comments.subquery())).all(&session).await.unwrap_err();
        for part in ["Article.comments", "`.subquery()` of the relations before it"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        let ada = session.add(Student::builder().name("ada"));
        let maths = ada.enrolments.add(Enrolment::builder().course("maths").credits(1));
        maths.marks.add(Mark::builder().points(3));
        session.commit().await.unwrap();
        let session = db.session();
        let path = Student::enrolments.subquery().with(Enrolment::marks.subquery());
        let students = select(Student).with(path).all(&session).await.unwrap();
        assert_eq!(students[0].enrolments.loaded().unwrap()[0].marks.loaded().unwrap()[0].points, 3);
        let marks = select(Mark).with(Mark::enrolment.joined()).all(&db.session()).await.unwrap();
        assert_eq!(marks[0].enrolment.loaded().unwrap().course, "maths");
    }

    async fn a_part_is_never_taken_for_the_whole(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let _ = test.statements();
        let path = Blog::articles.filter(Article::title.like("%2") | Article::title.like("%3")).order_by(Article::title.desc());
        let blogs = select(Blog).order_by(Blog::id).with(path).all(&session).await.unwrap();
        assert_eq!(sql(&test)[1], "SELECT article.id, article.title, article.blog_id FROM article \
            WHERE article.blog_id IN (?, ?, ?) AND (article.title LIKE ? OR article.title LIKE ?) ORDER BY article.title DESC");
        assert_eq!((titles(&blogs[0]), titles(&blogs[2])), (vec!["a3".into(), "a2".into()], vec![]));
        assert!(!blogs[0].articles.is_loaded());
        blogs[0].articles.add(Article::builder().title("new"));
        assert_eq!(titles(&blogs[0]).len(), 3);
        // The whole loads when it is asked for, for the peers too.
        assert_eq!(blogs[0].articles.all().await.unwrap().len(), 4);
        assert_eq!(titles(&blogs[1]).len(), 3);
        // What was whole is a part again, as the last query says.
        let first = || Blog::articles.order_by(Article::title.desc()).limit(2).with(Article::comments.limit(1));
        let blogs = select(Blog).order_by(Blog::id).with(first()).all(&session).await.unwrap();
        assert_eq!((titles(&blogs[0]), titles(&blogs[1])), (vec!["new".into(), "a3".into()], vec!["b3".into(), "b2".into()]));
        let comments = blogs[1].articles.loaded().unwrap()[0].comments.loaded().unwrap();
        assert_eq!(comments.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["b3x"]);
        // Deleting the owner of a part deletes the whole.
        let article = blogs[1].articles.loaded().unwrap()[0].clone();
        session.delete(&article);
        session.commit().await.unwrap();
        assert_eq!(select(Comment).filter(Comment::text.like("b3%")).count(&db).await.unwrap(), 0);
    }

    async fn a_part_of_what_is_shared(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let courses = session.add_all(["x", "y", "z"].map(|name| Course::builder().name(name)));
        session.add_all(["a", "b"].map(|name| Pupil::builder().name(name).courses(&courses)));
        session.commit().await.unwrap();
        let session = db.session();
        let path = Pupil::courses.filter(Course::name.ne("y")).order_by(Course::name.desc()).limit(1);
        let pupils = select(Pupil).with(path).all(&session).await.unwrap();
        for pupil in &pupils {
            assert_eq!(pupil.courses.loaded().unwrap()[0].name, "z");
        }
        // What is there already is not related twice.
        pupils[1].courses.add(&pupils[1].courses.loaded().unwrap()[0]);
        assert_eq!(pupils[1].courses.loaded().unwrap().len(), 1);
        pupils[0].courses.remove(&pupils[0].courses.loaded().unwrap()[0]).unwrap();
        session.commit().await.unwrap();
        assert_eq!(pupils[0].courses.all().await.unwrap().len(), 2);
    }

    async fn what_is_said_in_several_places_is_put_together(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let _ = test.statements();
        let deep = || Blog::articles.with(Article::comments);
        for query in [
            select(Blog).with(Blog::articles.joined()).with(deep()),
            select(Blog).with(deep()).with(Blog::articles.joined()).with(Blog::articles),
        ] {
            let session = db.session();
            let blogs = query.order_by(Blog::id).all(&session).await.unwrap();
            assert_eq!(blogs[0].articles.loaded().unwrap()[0].comments.loaded().unwrap().len(), 2);
            assert_eq!(test.statements().len(), 2);
        }
        let session = db.session();
        let wrong = [
            select(Blog).with(Blog::articles.joined()).with(Blog::articles.selectin()),
            select(Blog).with(Blog::articles.raise()).with(Blog::articles.selectin()),
            select(Blog).with(Blog::articles.limit(1)).with(Blog::articles.limit(2)),
            select(Blog).with(Blog::articles.limit(1).with(Article::blog.limit(1))),
            select(Blog).with(Blog::articles.joined().limit(1)),
            select(Blog).with(Blog::articles.fetch(FetchMode::One).with(Article::comments)),
            select(Blog).distinct().with(Blog::articles.joined()),
        ];
        for query in wrong {
            let error = query.all(&session).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State, "{error}");
            assert!(error.advice().is_some() && error.to_string().contains("Blog") || error.to_string().contains("Article.blog"), "{error}");
        }
        assert!(test.statements().is_empty());
        // A join beside other things that are selected.
        let pairs = select((Article, Article::title)).order_by(Article::id).with(Article::blog.joined()).all(&session).await.unwrap();
        assert_eq!(pairs[0].0.blog.loaded().unwrap().unwrap().name, "a");
        let error = select((Blog, Blog::name)).with(Blog::articles.joined()).all(&session).await.unwrap_err();
        assert!(error.to_string().contains("more than one model"), "{error}");
    }

    async fn one_to_one_joins(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(Account::builder().login("ada").profile(Profile::builder().motto("first")));
        session.add(Account::builder().login("bob"));
        session.commit().await.unwrap();
        let session = db.session();
        let _ = test.statements();
        let accounts = select(Account).order_by(Account::id).with(Account::profile.joined()).all(&session).await.unwrap();
        assert_eq!(test.statements().len(), 1);
        let profile = accounts[0].profile.loaded().unwrap().unwrap();
        assert_eq!((profile.motto.as_str(), profile.account.loaded().unwrap()), ("first", accounts[0].clone()));
        assert!(accounts[1].profile.loaded().unwrap().is_none());
    }

    async fn keys_beyond_the_limit_of_binds_are_several_statements(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add_all((0..1200).map(|i| Blog::builder().name(format!("b{i}")).articles([Article::builder().title("t")])));
        session.commit().await.unwrap();
        let session = db.session();
        let _ = test.statements();
        let blogs = select(Blog).with(Blog::articles).all(&session).await.unwrap();
        assert_eq!(test.statements().len(), 4);
        assert!(blogs.iter().all(|b| b.articles.loaded().unwrap().len() == 1));
    }
}
