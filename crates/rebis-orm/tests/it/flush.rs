//! The unit of work: order, batches, keys.

use rebis::select;
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::models::Loop;
use crate::support::{rows, sql, tables};
use crate::tree::Node;

each_database! {
    async fn a_thousand_rows_get_their_own_keys(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let users = session
            .add_all((0..1500).map(|i| User::builder().username(format!("u{i}")).email(format!("e{i}"))));
        session.commit().await.unwrap();
        let read = select((User::id, User::username)).order_by(User::id).all(&db).await.unwrap();
        let ours: Vec<(i64, String)> = users.iter().map(|u| (u.id, u.username.clone())).collect();
        assert_eq!(read, ours);
    }
}

each_database! {
    async fn trees_are_inserted_in_any_order_of_add(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let root = rebis::Addable::into_entity(Node::builder().name("root"));
        let child = rebis::Addable::into_entity(Node::builder().name("child").parent(&root));
        let leaf = session.add(Node::builder().name("leaf").parent(&child));
        session.commit().await.unwrap();
        assert_eq!((root.parent_id, child.parent_id, leaf.parent_id), (None, Some(root.id), Some(child.id)));
        assert!(root.id < child.id && child.id < leaf.id);
        assert_eq!(root.children.all().await.unwrap(), std::slice::from_ref(&child));

        // Without a cascade the children stay, and refer to nothing.
        session.delete(&child);
        session.commit().await.unwrap();
        assert_eq!(leaf.parent_id, None);
        assert_eq!(leaf.parent.get().await.unwrap(), None);
        assert_eq!(rows::<Node>(&db).await, 2);
    }
}

each_database! {
    async fn a_whole_tree_is_deleted_leaves_first(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let root = session.add(Node::builder().name("0"));
        let mut last = root.clone();
        for i in 1..5 {
            last = session.add(Node::builder().name(i.to_string()).parent(&last));
        }
        session.commit().await.unwrap();
        for node in select(Node).all(&session).await.unwrap() {
            session.delete(&node);
        }
        session.commit().await.unwrap();
        assert_eq!(rows::<Node>(&db).await, 0);
    }
}

each_database! {
    async fn a_circle_is_broken_by_a_second_update(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let a = session.add(Node::builder().name("a"));
        let b = session.add(Node::builder().name("b").parent(&a));
        a.parent.set(&b).unwrap();
        session.commit().await.unwrap();
        assert_eq!((a.parent_id, b.parent_id), (Some(b.id), Some(a.id)));
        let stored = select(Node::parent_id).order_by(Node::id).all(&db).await.unwrap();
        assert!(stored.iter().all(Option::is_some), "{stored:?}");
    }
}

each_database! {
    async fn a_circle_whose_keys_are_known_is_broken_too(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let raw = |id, parent_id, name: &str| Node {
            id,
            name: name.into(),
            parent_id,
            parent: rebis::BelongsTo::default(),
            children: rebis::HasMany::default(),
        };
        let nodes = session.add_all([raw(5, Some(7), "a"), raw(6, Some(5), "b"), raw(7, Some(6), "c"), raw(8, Some(8), "self")]);
        session.commit().await.unwrap();
        assert_eq!(nodes[0].parent_id, Some(7));
        let stored = select(Node::parent_id).order_by(Node::id).all(&db).await.unwrap();
        assert_eq!(stored, [Some(7), Some(5), Some(6), Some(8)]);
        let updates = sql(&test).iter().filter(|s| s.starts_with("UPDATE")).count();
        assert_eq!(updates, 1);
        // A circle goes as it came.
        for node in &nodes {
            session.delete(node);
        }
        session.commit().await.unwrap();
        assert_eq!(rows::<Node>(&db).await, 0);
    }

    async fn rows_that_cannot_wait_for_each_other_are_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let one = session.add(Loop { id: 1, next_id: 2, next: rebis::BelongsTo::default() });
        session.add(Loop { id: 2, next_id: 1, next: rebis::BelongsTo::default() });
        let error = session.commit().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (rebis::ErrorKind::Cycle, "R110"));
        assert!(error.to_string().contains("Loop, Loop") && error.to_string().contains("Option"), "{error}");
        session.rollback().await.unwrap();
        one.edit().next_id = 1;
        session.add(&one);
        session.commit().await.unwrap();
        assert_eq!(rows::<Loop>(&db).await, 1);
    }

    async fn only_what_changed_is_written(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let john = session.add(User::builder().username("john").email("j"));
        session.commit().await.unwrap();
        // Someone else changes another column; writing the whole row would undo it.
        rebis::update(User).set(User::email, "elsewhere").execute(&db).await.unwrap();
        john.edit().username = "johnny".into();
        session.commit().await.unwrap();
        let stored = db.get(User, john.id).await.unwrap().unwrap();
        assert_eq!((stored.username.as_str(), stored.email.as_str()), ("johnny", "elsewhere"));
    }
}

each_database! {
    async fn a_struct_is_added_as_it_is(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let user = session.add(User {
            id: 0,
            username: "s".into(),
            email: "e".into(),
            password_hash: None,
            posts: rebis::HasMany::default(),
        });
        session.commit().await.unwrap();
        assert_eq!(user.id, 1);
        session.add(Post::builder().body("raw").user_id(user.id));
        session.commit().await.unwrap();
        assert_eq!(user.posts.all().await.unwrap().len(), 1);
    }
}
