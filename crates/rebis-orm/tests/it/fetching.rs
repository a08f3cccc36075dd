//! How relations are fetched later, said by the session, the query and the path; and relations to one that are many.

use rebis::{ErrorKind, FetchMode, select};
use rebis_testkit::each_database;

use crate::models::{Article, Blog, Comment, Driver, Licence};
use crate::support::tables;

async fn some(db: &rebis::Database) {
    let session = db.session();
    for name in ["a", "b"] {
        let blog = session.add(Blog::builder().name(name));
        for title in ["1", "2"] {
            let article = blog.articles.add(Article::builder().title(title));
            article.comments.add(Comment::builder().text("x"));
        }
    }
    session.commit().await.unwrap();
}

each_database! {
    async fn a_path_that_raises_does_no_hidden_statement(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let query = select(Blog).order_by(Blog::id).with(Blog::articles.raise());
        let blogs = query.all(&session).await.unwrap();
        let _ = test.statements();
        let error = blogs[0].articles.all().await.unwrap_err();
        assert!(error.is_not_loaded(), "{error}");
        for part in ["Blog.articles of Blog(1)", "with(Blog::articles)", "raise()"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        assert!(test.statements().is_empty());
        assert_eq!(blogs[0].articles.select().count(&session).await.unwrap(), 2);

        // A later query that loads it, or says nothing, allows it again.
        select(Blog).filter(Blog::id.eq(1)).with(Blog::articles).all(&session).await.unwrap();
        assert_eq!(blogs[0].articles.all().await.unwrap().len(), 2);
        assert!(blogs[1].articles.all().await.unwrap_err().is_not_loaded());
        select(Blog).all(&session).await.unwrap();
        assert_eq!(blogs[1].articles.all().await.unwrap().len(), 2);
    }

    async fn deeper_paths_raise_too(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let query = select(Blog).order_by(Blog::id).with(Blog::articles.with(Article::comments.raise()));
        let blogs = query.all(&session).await.unwrap();
        let article = &blogs[1].articles.loaded().unwrap()[0];
        assert!(article.comments.all().await.unwrap_err().is_not_loaded());
        assert_eq!(article.blog.get().await.unwrap(), Some(blogs[1].clone()));
    }

    async fn a_query_says_how_its_objects_fetch(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let query = select(Blog).order_by(Blog::id).with(Blog::articles).fetch(FetchMode::Raise);
        let strict = query.all(&session).await.unwrap();
        let articles = strict[0].articles.all().await.unwrap();
        assert!(articles[0].comments.all().await.unwrap_err().is_not_loaded());

        // The session forbids, the query allows; one path of it loads for one object only.
        let session = db.session();
        session.fetch(FetchMode::Raise);
        let query = select(Article).order_by(Article::id).with(Article::blog.fetch(FetchMode::One));
        let articles = query.fetch(FetchMode::Peers).all(&session).await.unwrap();
        articles[0].comments.all().await.unwrap();
        assert!(articles[3].comments.is_loaded());
        let _ = test.statements();
        articles[0].blog.get().await.unwrap();
        assert!(!articles[3].blog.is_loaded());
        articles[3].blog.get().await.unwrap();
        assert_eq!(test.statements().len(), 2);
    }

    async fn several_rows_where_one_is_meant_are_an_error(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let drivers = session.add_all(["none", "one", "two"].map(|name| Driver::builder().name(name)));
        session.flush().await.unwrap();
        let ids = [drivers[1].id, drivers[2].id, drivers[2].id];
        session.add_all(ids.map(|id| Licence::builder().driver_id(id)));
        session.commit().await.unwrap();

        let session = db.session();
        let drivers = select(Driver).order_by(Driver::id).all(&session).await.unwrap();
        // The fault of one peer is not the others'.
        assert_eq!(drivers[0].licence.get().await.unwrap(), None);
        assert_eq!(drivers[1].licence.loaded().unwrap().unwrap().driver_id, Some(2));
        let error = drivers[2].licence.get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MultipleFound);
        for part in ["Driver(3) has 2 rows of Licence in Driver.licence", "unique", "HasMany<Licence>"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        let error = select(Driver).with(Driver::licence).all(&db.session()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MultipleFound);
    }
}
