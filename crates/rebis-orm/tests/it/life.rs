//! Sessions in time: dropped, shared between tasks, interrupted.

use std::time::Duration;

use rebis::{ErrorKind, Session, State, select};
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::models::{Article, Blog, Comment};
use crate::support::{rows, sql, tables};

each_database! {
    async fn a_dropped_session_is_rolled_back(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let user = session.add(User::builder().username("a").email("a"));
        session.flush().await.unwrap();
        assert_eq!(user.state(), State::Persistent);
        drop(session);
        assert_eq!(user.state(), State::Detached);
        assert_eq!(rows::<User>(&db).await, 0);
        // Its locks are gone too.
        let work = async {
            let session = db.session();
            session.add(User::builder().username("a").email("a"));
            session.commit().await
        };
        tokio::time::timeout(Duration::from_secs(4), work).await.unwrap().unwrap();
        let error = user.posts.all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Detached);
        assert!(error.to_string().contains("its session is gone"), "{error}");
    }

    async fn one_session_serves_several_tasks(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let session: Session = session.clone();
                tokio::spawn(async move {
                    for i in 0..5 {
                        let name = format!("{task}-{i}");
                        let user = session.add(User::builder().username(name.as_str()).email(name.as_str()));
                        let found = select(User).filter(User::username.eq(name.as_str())).one(&session).await?;
                        assert!(found.same(&user), "one object per row, whoever asks");
                        user.posts.add(Post::builder().body(name.as_str()));
                    }
                    Ok::<_, rebis::Error>(())
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        session.commit().await.unwrap();
        assert_eq!((rows::<User>(&db).await, rows::<Post>(&db).await), (40, 40));
        for (user, body) in select((User::username, Post::body)).join(User::posts).all(&db).await.unwrap() {
            assert_eq!(user, body);
        }
    }

    async fn what_another_task_flushes_is_there_for_a_query(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let (taken, told) = std::sync::mpsc::channel();
        // The flush has taken the user up, and has not begun to write it.
        session.events().before_insert(User, move |_| {
            let _ = taken.send(());
            std::thread::sleep(Duration::from_millis(100));
        });
        session.add(User::builder().username("a").email("a"));
        let flushing = tokio::spawn({
            let session = session.clone();
            async move { session.flush().await }
        });
        tokio::task::spawn_blocking(move || told.recv()).await.unwrap().unwrap();
        assert_eq!(select(User).all(&session).await.unwrap().len(), 1);
        flushing.await.unwrap().unwrap();
    }

    async fn a_future_that_was_dropped_leaves_no_half_written_work(test: TestDatabase) {
        let db = tables(&test).await;
        // Each time a little further, until the flush runs to its end.
        for polls in 1..200 {
            let session = db.session();
            session.add_all((0..20).map(|i| {
                let posts = [Post::builder().body("x")];
                User::builder().username(format!("u{i}")).email(format!("e{i}")).posts(posts)
            }));
            let mut left = polls;
            let mut flush = Box::pin(session.flush());
            let done = std::future::poll_fn(|cx| {
                left -= 1;
                match flush.as_mut().poll(cx) {
                    std::task::Poll::Ready(result) => std::task::Poll::Ready(Some(result)),
                    std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
                    std::task::Poll::Pending => std::task::Poll::Pending,
                }
            })
            .await;
            drop(flush);
            if let Some(result) = done {
                result.unwrap();
                session.rollback().await.unwrap();
                break;
            }
            let error = session.commit().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InactiveTransaction, "{error:?}");
            session.rollback().await.unwrap();
            session.commit().await.unwrap();
            assert_eq!(rows::<User>(&db).await, 0);
        }
        assert_eq!(rows::<User>(&db).await, 0);
    }

    async fn a_deleted_parent_takes_children_along_or_lets_them_go(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let blog = session.add(Blog::builder().name("b"));
        for title in ["one", "two"] {
            let comments = ["x", "y"].map(|t| Comment::builder().text(t));
            blog.articles.add(Article::builder().title(title).comments(comments));
        }
        session.commit().await.unwrap();
        let articles = blog.articles.all().await.unwrap();
        let _ = test.statements();

        // An orphan: its comments first, then itself.
        let comments = articles[0].comments.all().await.unwrap();
        session.delete(&articles[0]);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["DELETE FROM comment WHERE id IN (?, ?)", "DELETE FROM article WHERE id = ?"]);
        assert!(comments.iter().all(|c| c.state() == State::Deleted));

        // Without a cascade the article stays and refers to nothing.
        session.delete(&blog);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE article SET blog_id = ? WHERE id = ?", "DELETE FROM blog WHERE id = ?"]);
        assert_eq!((articles[1].blog_id, articles[1].blog.get().await.unwrap()), (None, None));

        // What is taken out of a delete-orphan relation dies, also when it was loaded elsewhere.
        let gone = articles[1].comments.all().await.unwrap();
        articles[1].comments.remove(&gone[0]).unwrap();
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["DELETE FROM comment WHERE id = ?"]);
        assert_eq!(articles[1].comments.loaded().unwrap(), [gone[1].clone()]);
        assert_eq!((rows::<Blog>(&db).await, rows::<Article>(&db).await, rows::<Comment>(&db).await), (0, 1, 1));
    }
}
