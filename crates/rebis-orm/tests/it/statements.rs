//! The statements themselves: how many, in which order, what they name.

use rebis::{Entity, FetchMode, select};
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::models::{Article, Blog, Comment};
use crate::support::{insert, sql, tables};

/// 4 blogs with 3 articles with 2 comments each.
async fn blogs(db: &rebis::Database) {
    let session = db.session();
    for b in 0..4 {
        let articles = (0..3).map(|a| {
            let comments = (0..2).map(move |c| Comment::builder().text(format!("{b}.{a}.{c}")));
            Article::builder().title(format!("{b}.{a}")).comments(comments)
        });
        session.add(Blog::builder().name(b.to_string()).articles(articles));
    }
    session.commit().await.unwrap();
}

each_database! {
    async fn adding_writes_parents_first_and_one_statement_for_each_shape(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        // Children are added before their parents.
        let later = User::builder().username("b").email("b");
        session.add(Post::builder().body("1").timestamp(chrono::Utc::now()).author(later));
        let first = session.add(User::builder().username("a").email("a"));
        session.add(Post::builder().body("2").timestamp(chrono::Utc::now()).author(&first));
        session.add(User::builder().id(77).username("c").email("c"));
        assert!(test.statements().is_empty(), "nothing is written before the flush");
        session.commit().await.unwrap();
        let posts = insert(&test, "post", "body, timestamp, user_id", 2, "id");
        assert_eq!(sql(&test), [
            insert(&test, "user", "username, email, password_hash", 2, "id"),
            // A row whose key is given has another shape.
            String::from("INSERT INTO user (id, username, email, password_hash) VALUES (?, ?, ?, ?)"),
            posts,
        ]);
        // Nothing is left to write.
        session.commit().await.unwrap();
        assert!(test.statements().is_empty());
    }

    async fn an_update_names_what_changed(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let users = session.add_all((0..3).map(|i| User::builder().username(i.to_string()).email(i.to_string())));
        session.commit().await.unwrap();
        let _ = test.statements();
        users[0].edit().email = "x".into();
        users[1].edit().email = "y".into();
        users[2].edit().password_hash = Some("z".into());
        session.commit().await.unwrap();
        assert_eq!(sql(&test), [
            "UPDATE user SET email = ? WHERE id = ?",
            "UPDATE user SET password_hash = ? WHERE id = ?",
        ]);
        // The same value again is no change, and neither is there and back.
        users[0].edit().email = "x".into();
        users[1].edit().email = "elsewhere".into();
        users[1].edit().email = "y".into();
        session.commit().await.unwrap();
        assert!(test.statements().is_empty());
    }

    async fn what_is_loaded_costs_no_statement(test: TestDatabase) {
        let db = tables(&test).await;
        db.transaction(async |session| { session.add(User::builder().username("a").email("a")); Ok::<_, rebis::Error>(()) })
            .await.unwrap();
        let _ = test.statements();
        let session = db.session();
        let user = session.get(User, 1).await.unwrap().unwrap();
        assert_eq!(sql(&test), ["SELECT user.id, user.username, user.email, user.password_hash FROM user WHERE user.id = ?"]);
        assert_eq!(session.get(User, 1).await.unwrap().unwrap(), user);
        assert!(test.statements().is_empty());
        assert!(session.get(User, 2).await.unwrap().is_none());
        assert_eq!(test.statements().len(), 1);
    }

    async fn a_nested_loop_takes_a_statement_for_each_level(test: TestDatabase) {
        let db = tables(&test).await;
        blogs(&db).await;
        let session = db.session();
        let _ = test.statements();
        let mut texts = Vec::new();
        for blog in select(Blog).order_by(Blog::id).all(&session).await.unwrap() {
            for article in blog.articles.all().await.unwrap() {
                for comment in article.comments.all().await.unwrap() {
                    assert_eq!(comment.article.get().await.unwrap().blog.get().await.unwrap().as_ref(), Some(&blog));
                    texts.push(comment.text.clone());
                }
            }
        }
        assert_eq!(texts.len(), 24);
        assert_eq!((texts[0].as_str(), texts[23].as_str()), ("0.0.0", "3.2.1"));
        assert_eq!(sql(&test), [
            "SELECT blog.id, blog.name FROM blog ORDER BY blog.id",
            "SELECT article.id, article.title, article.blog_id FROM article WHERE article.blog_id IN (?, ?, ?, ?)",
            "SELECT comment.id, comment.text, comment.article_id FROM comment WHERE comment.article_id IN \
             (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ]);
    }

    async fn parents_of_many_objects_take_one_statement(test: TestDatabase) {
        let db = tables(&test).await;
        blogs(&db).await;
        let session = db.session();
        let comments = select(Comment).order_by(Comment::id).all(&session).await.unwrap();
        let _ = test.statements();
        for comment in &comments {
            comment.article.get().await.unwrap();
        }
        assert_eq!(test.statements().len(), 1);

        let single = db.session();
        single.fetch(FetchMode::One);
        let comments = select(Comment).order_by(Comment::id).all(&single).await.unwrap();
        let _ = test.statements();
        for comment in &comments {
            comment.article.get().await.unwrap();
        }
        // Of two comments on one article the second finds it in the identity map.
        assert_eq!(test.statements().len(), 12);
    }

    async fn eager_loading_takes_a_statement_for_each_relation(test: TestDatabase) {
        let db = tables(&test).await;
        blogs(&db).await;
        let session = db.session();
        let _ = test.statements();
        let blogs: Vec<Entity<Blog>> =
            select(Blog).order_by(Blog::id).with(Blog::articles.with(Article::comments)).all(&session).await.unwrap();
        assert_eq!(test.statements().len(), 3);
        session.fetch(FetchMode::Raise);
        let n: usize = blogs
            .iter()
            .flat_map(|b| b.articles.loaded().unwrap())
            .map(|a| a.comments.loaded().unwrap().len())
            .sum();
        assert_eq!(n, 24);
        assert!(test.statements().is_empty());
    }

    async fn a_query_sees_what_was_changed_before_it(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.add(Blog::builder().name("new"));
        assert_eq!(select(Blog).filter(Blog::name.eq("new")).count(&session).await.unwrap(), 1);
        assert_eq!(sql(&test), [
            insert(&test, "blog", "name", 1, "id"),
            String::from("SELECT count(*) FROM blog WHERE blog.name = ?"),
        ]);
        session.autoflush(false);
        session.add(Blog::builder().name("new"));
        assert_eq!(select(Blog).filter(Blog::name.eq("new")).count(&session).await.unwrap(), 1);
    }
}
