//! Relations: both sides in step, loading for peers, cascades.

use rebis::{FetchMode, select};
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::support::{rows, tables};
use crate::tree::Node;

async fn some(db: &rebis::Database) {
    let session = db.session();
    for name in ["ada", "bob", "cid"] {
        let posts = [Post::builder().body(format!("{name} 1")), Post::builder().body(format!("{name} 2"))];
        let user = session.add(User::builder().username(name).email(name));
        for post in posts {
            session.add(post.author(&user));
        }
    }
    session.commit().await.unwrap();
}

each_database! {
    async fn a_graph_is_added_with_its_root(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let author = User::builder().username("susan").email("s");
        let post = session.add(Post::builder().body("hi").author(author));
        let susan = post.author.loaded().unwrap();
        let second = susan.posts.add(Post::builder().body("two"));
        assert_eq!(second.author.loaded().unwrap(), susan);
        session.commit().await.unwrap();
        assert_eq!((post.user_id, second.user_id), (susan.id, susan.id));
        assert_eq!(susan.posts.all().await.unwrap(), [post, second]);
    }
}

each_database! {
    async fn peers_load_together(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let posts = select(Post).order_by(Post::id).all(&session).await.unwrap();
        assert_eq!(posts.len(), 6);
        let error = posts[3].author.loaded().unwrap_err();
        assert!(error.is_not_loaded());
        assert!(
            error.to_string().contains("Post.author") && error.to_string().contains("with(Post::author)"),
            "{error}"
        );
        assert_eq!(posts[0].author.get().await.unwrap().username, "ada");
        // One call loaded it for all of the query.
        assert_eq!(posts[5].author.loaded().unwrap().username, "cid");
        assert_eq!(posts[0].author.loaded().unwrap(), posts[1].author.loaded().unwrap());

        let other = db.session();
        let users = select(User).order_by(User::id).all(&other).await.unwrap();
        assert_eq!(users[1].posts.all().await.unwrap().len(), 2);
        assert!(users[2].posts.is_loaded());
        assert_eq!(users[2].posts.loaded().unwrap()[1].body, "cid 2");
        assert_eq!(users[2].posts.loaded().unwrap()[1].author.loaded().unwrap(), users[2]);

        let single = db.session();
        single.fetch(FetchMode::One);
        let users = select(User).all(&single).await.unwrap();
        users[0].posts.all().await.unwrap();
        assert!(!users[1].posts.is_loaded());
        single.fetch(FetchMode::Raise);
        assert!(users[1].posts.all().await.unwrap_err().is_not_loaded());
    }
}

each_database! {
    /// What a loaded collection says of its objects is known before anyone asks one of them, and stays known whatever happens to the object next.
    async fn a_loaded_collection_is_known_from_the_other_side(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let users = select(User).order_by(User::id).all(&session).await.unwrap();
        let posts = users[0].posts.all().await.unwrap();
        users[1].posts.all().await.unwrap();

        // Another query brings the object, and makes it a member of another group.
        let again = select(Post).filter(Post::id.eq(posts[0].id)).one(&session).await.unwrap();
        assert!(again.same(&posts[0]));
        assert_eq!(again.author.loaded().unwrap(), users[0]);

        // A savepoint that is undone gives back what was known.
        let savepoint = session.begin_nested().await.unwrap();
        posts[1].author.set(&users[1]).unwrap();
        assert_eq!(posts[1].author.loaded().unwrap(), users[1]);
        savepoint.rollback().await.unwrap();
        assert_eq!(posts[1].author.loaded().unwrap(), users[0]);

        // A key that is set by hand leads elsewhere, and what has expired is not known.
        let other = users[1].posts.loaded().unwrap();
        other[0].edit().user_id = users[2].id;
        assert!(!other[0].author.is_loaded());
        session.expire(&other[1]).unwrap();
        assert!(!other[1].author.is_loaded());
        session.rollback().await.unwrap();

        // Without its session, what is held is still there.
        let fresh = db.session();
        let users = select(User).order_by(User::id).with(User::posts).all(&fresh).await.unwrap();
        let posts = users[2].posts.loaded().unwrap();
        fresh.expunge(&posts[1]);
        drop(fresh);
        assert_eq!(posts[0].author.loaded().unwrap(), users[2]);
        assert_eq!(posts[1].author.loaded().unwrap(), users[2]);
        let witness = users[2].downgrade();
        drop(users);
        assert!(witness.upgrade().is_none() && !posts[0].author.is_loaded());
    }
}

each_database! {
    async fn eager_loading_comes_with_the_query(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let users =
            select(User).order_by(User::id).with(User::posts.with(Post::author)).all(&session).await.unwrap();
        assert_eq!(users[0].posts.loaded().unwrap().len(), 2);
        assert_eq!(users[0].posts.loaded().unwrap()[0].author.loaded().unwrap(), users[0]);
        let error = select(User).with(User::posts).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("Session"), "{error}");
        let plain = select(User).first(&db).await.unwrap().unwrap();
        assert!(plain.posts.all().await.unwrap_err().to_string().contains("plain struct"));
    }
}

each_database! {
    async fn a_relation_is_a_query_too(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let bob = select(User).filter(User::username.eq("bob")).one(&session).await.unwrap();
        let recent = bob.posts.select().order_by(Post::id.desc()).limit(1).all(&session).await.unwrap();
        assert_eq!(recent[0].body, "bob 2");
        let with = select(User).filter(User::posts.any(Post::body.like("%cid%"))).all(&db).await.unwrap();
        assert_eq!(with.len(), 1);
        let posts = select(Post).filter(Post::author.has(User::username.eq("ada"))).count(&db).await.unwrap();
        assert_eq!(posts, 2);
    }
}

each_database! {
    async fn a_condition_over_a_relation_to_its_own_table(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        // root ─ child ─ leaf, and a second root.
        let root = session.add(Node::builder().name("root"));
        let child = session.add(Node::builder().name("child").parent(&root));
        session.add(Node::builder().name("leaf").parent(&child));
        session.add(Node::builder().name("other"));
        session.commit().await.unwrap();
        let names = async |condition: rebis::Predicate| {
            select(Node::name).filter(condition).order_by(Node::name).all(&db).await.unwrap()
        };
        assert_eq!(names(Node::parent.has(Node::name.eq("root"))).await, ["child"]);
        assert_eq!(names(!Node::parent.has(Node::name.eq("root"))).await, ["leaf", "other", "root"]);
        assert_eq!(names(Node::children.any(Node::name.eq("leaf"))).await, ["child"]);
        assert_eq!(names(Node::children.is_any()).await, ["child", "root"]);
        assert_eq!(names(!Node::children.is_any()).await, ["leaf", "other"]);
        let grandparents = Node::children.any(Node::children.is_any());
        assert_eq!(names(grandparents).await, ["root"]);
        let error = select(Node).join(Node::parent).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("`node` would stand twice") && error.to_string().contains("has("), "{error}");
        let error = select(Post).join(Post::author).outer_join(User::posts).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("`post` would stand twice"), "{error}");
    }

    async fn an_object_of_several_rows_keeps_its_collection(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let pairs = select((Post, User)).join(Post::author).order_by(Post::id).all(&session).await.unwrap();
        pairs[0].1.posts.all().await.unwrap();
        assert_eq!(pairs[5].1.posts.loaded().unwrap(), [pairs[4].0.clone(), pairs[5].0.clone()]);
    }

    async fn children_move_and_orphans_die(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let users = select(User).order_by(User::id).all(&session).await.unwrap();
        let (ada, bob) = (&users[0], &users[1]);
        let posts = ada.posts.all().await.unwrap();
        posts[0].author.set(bob).unwrap();
        assert_eq!(ada.posts.loaded().unwrap().len(), 1);
        assert_eq!(bob.posts.loaded().unwrap().len(), 3);
        ada.posts.remove(&posts[1]).unwrap();
        session.commit().await.unwrap();
        assert_eq!(posts[0].user_id, bob.id);
        assert_eq!(posts[1].state(), rebis::State::Deleted);
        assert_eq!(rows::<Post>(&db).await, 5);
    }
}

each_database! {
    async fn deleting_a_parent_deletes_its_children_first(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let ada = session.get_or_404(User, 1).await.unwrap();
        session.delete(&ada);
        session.commit().await.unwrap();
        assert_eq!((rows::<User>(&db).await, rows::<Post>(&db).await), (2, 4));
    }
}

each_database! {
    async fn setting_the_key_by_hand_forgets_the_loaded_parent(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let post = session.get_or_404(Post, 1).await.unwrap();
        assert_eq!(post.author.get().await.unwrap().username, "ada");
        post.edit().user_id = 3;
        assert_eq!(post.author.get().await.unwrap().username, "cid");
    }
}

each_database! {
    async fn printing_and_serializing_do_no_io_and_end(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let users = select(User).order_by(User::id).all(&session).await.unwrap();
        let json = serde_json::to_value(&users[0]).unwrap();
        assert!(json.get("posts").is_none(), "an unloaded relation is left out: {json}");
        assert!(format!("{:?}", users[0]).contains("<not loaded>"));
        users[0].posts.all().await.unwrap();
        let json = serde_json::to_value(&users[0]).unwrap();
        assert_eq!(json["posts"][0]["author"], serde_json::json!({ "id": 1 }));
        assert!(format!("{:?}", users[0]).contains("author: User(1)"));
    }
}

each_database! {
    async fn circles_of_relations_are_freed(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let posts = select(Post).all(&session).await.unwrap();
        for post in &posts {
            post.author.get().await.unwrap().posts.all().await.unwrap();
        }
        let witness = posts[0].downgrade();
        drop(posts);
        drop(session);
        assert!(witness.upgrade().is_none(), "the object outlived its session and every handle");
    }
}
