//! Loops that ask for one row at a time are said, and statements are counted.

use std::sync::Arc;

use parking_lot::Mutex;
use rebis::{Database, FetchMode, select};
use rebis_testkit::each_database;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::handwritten::{Post, User};
use crate::support::tables;

/// Keeps warnings of the ORM.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "rebis::orm"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Text(&self.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text<'a>(&'a Mutex<Vec<String>>);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0.lock().push(format!("{value:?}"));
        }
    }
}

async fn many(db: &Database) {
    let session = db.session();
    for i in 0..25 {
        let user = session.add(User::builder().username(format!("u{i}")).email(format!("e{i}")));
        session.add(Post::builder().body("x").author(&user));
    }
    session.commit().await.unwrap();
}

each_database! {
    async fn a_loop_is_said_once(test: TestDatabase) {
        let db = tables(&test).await;
        many(&db).await;
        let warnings = Warnings::default();
        let _here = tracing::subscriber::set_default(warnings.clone());
        let session = db.session();
        // The way to do it: two statements.
        for post in select(Post).all(&session).await.unwrap() {
            post.author.get().await.unwrap();
        }
        assert!(warnings.0.lock().is_empty());

        let session = db.session();
        session.fetch(FetchMode::One);
        let posts = select(Post).all(&session).await.unwrap();
        for post in &posts {
            post.author.get().await.unwrap();
        }
        let said = std::mem::take(&mut *warnings.0.lock());
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("Post.author") && said[0].contains("select(Post).with(Post::author)"), "{said:?}");

        let session = db.session();
        for id in 1..=25 {
            session.get(User, id).await.unwrap();
            select(Post).filter(Post::user_id.eq(id)).all(&session).await.unwrap();
        }
        let said = std::mem::take(&mut *warnings.0.lock());
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("get(User") && said[1].contains("the same query"), "{said:?}");

        // A transaction for each is another matter.
        for id in 1..=25 {
            session.expire_all();
            session.get(User, id).await.unwrap();
            session.commit().await.unwrap();
        }
        assert!(warnings.0.lock().is_empty());
    }

    async fn statements_are_counted(test: TestDatabase) {
        let db = tables(&test).await;
        many(&db).await;
        let session = db.session();
        let recording = db.record().unwrap();
        for user in select(User).all(&session).await.unwrap() {
            user.posts.all().await.unwrap();
        }
        assert_eq!(recording.len(), 2, "{recording:?}");
        let _ = recording.take();
        assert!(recording.is_empty());
    }
}
