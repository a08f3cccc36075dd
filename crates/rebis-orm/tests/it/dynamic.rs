//! Models and objects by name: the same session, unit of work and links as with their types.
#![allow(clippy::cloned_ref_to_slice_refs)]

use chrono::Utc;
use rebis::dynamic::{AnyEntity, AnyModel, Given, RelationshipKind};
use rebis::{ErrorKind, Page, State, select};
use rebis_macros::Model;
use rebis_sql::{SqlType, Value};
use rebis_testkit::each_database;

use crate::deferred::Volume;
use crate::handwritten::{Post, User};
use crate::models::{Account, Profile, Ticket};
use crate::support::{insert, rows, sql, tables};

/// Says how it reads in one line.
#[derive(Model, Clone, Debug)]
#[model(table = "tag_of_dynamic")]
pub struct Tag {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40, unique)]
    pub label: String,
    pub weight: i32,
    #[column(default = 3)]
    pub depth: i32,
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.label)
    }
}

fn user(name: &str) -> AnyEntity {
    let email = format!("{name}@example.com");
    AnyModel::of::<User>().create([("username", name), ("email", &email)]).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn a_model_tells_what_it_declares() {
    let db = rebis::Database::new().models(crate::models::all());
    let users = db.any_model("User").unwrap();
    assert_eq!((users.name(), users.table()), ("User", "user"));
    let columns: Vec<&str> = users.columns().map(|c| c.field()).collect();
    assert_eq!(columns, ["id", "username", "email", "password_hash"]);
    let name = users.column("username").unwrap();
    assert_eq!(
        (name.sql_type(), name.length(), name.is_nullable()),
        (SqlType::String(Some(64)), Some(64), false)
    );
    assert!(name.is_unique() && name.is_required() && !name.is_primary_key());
    assert!(users.column("password_hash").unwrap().is_nullable());
    let id = users.column("id").unwrap();
    assert!(id.is_primary_key() && id.is_made_by_the_database() && !id.is_required());
    let posts = users.relation("posts").unwrap();
    assert_eq!((posts.target().name(), posts.kind()), ("Post", RelationshipKind::HasMany));
    assert_eq!(posts.inverse().unwrap().unwrap().field(), "author");

    let post = db.any_model("Post").unwrap();
    let author = post.relation("author").unwrap();
    assert_eq!(
        (author.kind(), author.key().unwrap()),
        (RelationshipKind::BelongsTo, vec![post.column("user_id").unwrap()])
    );
    let user_id = post.column("user_id").unwrap();
    assert_eq!(user_id.refers_to(), Some((users, "id")));
    assert!(!user_id.is_required(), "a relation fills it in");
    assert!(!post.column("timestamp").unwrap().is_required(), "it has a default");
    let account = db.any_model("Account").unwrap();
    assert_eq!(account.relation("profile").unwrap().kind(), RelationshipKind::HasOne);

    let error = db.any_model("Usr").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unknown);
    assert!(error.to_string().contains("no model `Usr`") && error.to_string().contains("User"), "{error}");
    let error = users.column("usrname").unwrap_err();
    assert_eq!(
        error.to_string(),
        "User has no column `usrname`; there are id, username, email, password_hash [R112]"
    );
    assert!(users.relation("post").unwrap_err().to_string().contains("there are posts"));
}

#[test]
fn what_is_missing_or_of_another_type_is_said() {
    let users = AnyModel::of::<User>();
    let none: [(&str, &str); 0] = [];
    assert_eq!(users.create(none).unwrap_err().to_string(), "a new User needs username, email [R111]");
    let error = users.create([("username", "susan")]).unwrap_err();
    assert_eq!(
        (error.kind(), error.model(), error.field()),
        (ErrorKind::Invalid, Some("User"), Some("email"))
    );
    let error = users.create([("name", "susan")]).unwrap_err();
    assert!(
        error.to_string().contains("User has no field `name`") && error.to_string().contains("posts"),
        "{error}"
    );
    let error = users.create([("username", 5_i64)]).unwrap_err();
    assert_eq!(error.to_string(), "User.username is a text, and 5 was given [R111]");
    let error = users.create([("id", "x")]).unwrap_err();
    assert_eq!(error.to_string(), "User.id is an integer, and \"x\" was given [R111]");
    let error = users.create([("username", Value::Null)]).unwrap_err();
    assert_eq!(error.to_string(), "User.username cannot be NULL [R111]");

    let susan = user("susan");
    let error = AnyModel::of::<Post>().create([("user_id", &susan)]).unwrap_err();
    assert!(
        error.to_string().ends_with("an object was given; give the object to `author` [R111]"),
        "{error}"
    );
    let error = AnyModel::of::<Post>().create([("author", "susan")]).unwrap_err();
    assert_eq!(error.to_string(), "Post.author is a relation to User, and a value was given [R111]");
    let error = AnyModel::of::<Profile>()
        .create([("motto", Given::from("x")), ("account", Given::from(&susan))])
        .unwrap_err();
    assert!(
        error.to_string().contains("Profile.account leads to Account, and <User susan> is a User"),
        "{error}"
    );
    assert!(susan.set("username", Value::Null).is_err());
    assert_eq!(susan.value("username").unwrap(), text("susan"), "nothing has changed");
    let both = susan.update([("email", Given::from("new")), ("id", Given::from("x"))]);
    assert!(both.is_err());
    assert_eq!(susan.value("email").unwrap(), text("susan@example.com"), "all or nothing");
    // A condition keeps its error until it is run.
    let wrong = users.column("id").unwrap().eq("x");
    assert!(wrong.into_expr().unwrap_err().to_string().contains("User.id is an integer"));
    let wrong = users.column("id").unwrap().like("1%").into_expr();
    assert!(wrong.unwrap_err().to_string().contains("only texts are searched"));
}

#[test]
fn texts_become_what_the_column_holds() {
    let post = AnyModel::of::<Post>();
    let at = post.column("timestamp").unwrap();
    let read = at.read(text("2026-01-31 14:30:00")).unwrap();
    assert!(
        matches!(read, Value::DateTimeUtc(at) if at.to_string() == "2026-01-31 14:30:00 UTC"),
        "{read:?}"
    );
    let error = at.read(text("soon")).unwrap_err();
    assert!(
        error.to_string().contains("a date and time like 2026-01-31 14:30:00, and \"soon\" was given"),
        "{error}"
    );
}

#[test]
fn an_object_reads_in_one_line() {
    assert_eq!(user("susan").to_string(), "<User susan>");
    let post = AnyModel::of::<Post>().create([("body", "hi")]).unwrap();
    assert_eq!(post.to_string(), "<Post (transient)>");
    let tag = AnyModel::of::<Tag>()
        .create([("label", Given::from("new")), ("weight", Given::from(1_i64))])
        .unwrap();
    assert_eq!(tag.to_string(), "#new", "the struct's own Display");
    assert_eq!(tag.value("depth").unwrap(), Value::Int(3), "the default of the struct");
    let now = post.value("timestamp").unwrap();
    assert!(matches!(now, Value::DateTimeUtc(at) if Utc::now() - at < chrono::TimeDelta::minutes(1)));
    assert_eq!(post.value("id").unwrap(), Value::Null, "not known yet");
}

each_database! {
    async fn objects_are_made_found_changed_and_deleted(test: TestDatabase) {
        let db = tables(&test).await;
        let users = db.any_model("User").unwrap();
        let session = db.session();
        let susan = session.add_any(&user("susan"));
        let john = session.add_any(&user("john"));
        assert_eq!((susan.key(), susan.state()), (None, State::Pending));
        assert_eq!(session.added_any(), [susan.clone(), john.clone()]);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), [insert(&test, "user", "username, email, password_hash", 2, "id")]);
        assert_eq!(susan.key(), Some(vec![Value::Int(1)]));

        // One object for a row, with or without its type.
        let typed = session.get(User, 1).await.unwrap().unwrap();
        assert_eq!(AnyEntity::from(&typed), susan);
        assert_eq!(susan.downcast::<User>().unwrap(), typed);
        assert!(susan.downcast::<Post>().is_none());
        assert_eq!(users.get(&session, [Value::Int(1)]).await.unwrap(), Some(susan.clone()));
        assert!(sql(&test).is_empty(), "the identity map knew");
        assert_eq!(users.get(&session, [Value::Int(99)]).await.unwrap(), None);
        assert!(users.get(&session, []).await.unwrap_err().to_string().contains("the key of User is (id)"));
        let _ = sql(&test);

        susan.set("email", "s@example.com").unwrap();
        assert_eq!(typed.email, "s@example.com");
        assert_eq!(session.changed_any(), [susan.clone()]);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE user SET email = ? WHERE id = ?"]);
        susan.set("email", "lost@example.com").unwrap();
        session.rollback().await.unwrap();
        assert_eq!(susan.value("email").unwrap(), text("s@example.com"));
        let _ = sql(&test);

        let name = users.column("username").unwrap();
        let found = users.select().filter(name.like("s%")).order_by(name.desc()).all(&session).await.unwrap();
        assert_eq!(found, [susan.clone()]);
        assert_eq!(
            sql(&test),
            ["SELECT user.id, user.username, user.email, user.password_hash FROM user WHERE user.username LIKE ? ORDER BY user.username DESC"]
        );
        let all = users.select().order_by(name.asc()).all(&session).await.unwrap();
        assert_eq!(all, [john.clone(), susan.clone()]);
        assert_eq!(users.select().order_by(name.asc()).offset(1).limit(5).all(&session).await.unwrap(), [susan.clone()]);
        assert_eq!(users.select().count(&session).await.unwrap(), 2);
        assert!(users.select().filter(name.in_(["john", "x"])).exists(&session).await.unwrap());
        let page = users.select().order_by(name.asc()).paginate(&session, Page::new(2, 1)).await.unwrap();
        assert_eq!((page.items.as_slice(), page.total, page.has_next), ([susan.clone()].as_slice(), 2, false));
        let none = users.select().filter_by([("username", "nobody")]).first(&session).await.unwrap();
        assert_eq!(none, None);
        assert!(users.select().one(&session).await.unwrap_err().to_string().contains("several rows"));
        let error = users.select().filter_by([("nme", "x")]).all(&session).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unknown);
        let hash = users.column("password_hash").unwrap();
        assert_eq!(users.select().filter(hash.eq(Value::Null)).count(&session).await.unwrap(), 2);

        session.delete_any(&john);
        assert_eq!(session.deleted_any(), [john.clone()]);
        session.commit().await.unwrap();
        assert_eq!((john.state(), rows::<User>(&db).await), (State::Deleted, 1));
    }
}

each_database! {
    async fn relations_are_followed_and_changed(test: TestDatabase) {
        let db = tables(&test).await;
        let (users, posts) = (db.any_model("User").unwrap(), db.any_model("Post").unwrap());
        let session = db.session();
        let susan = session.add_any(&user("susan"));
        let first = posts.create([("body", Given::from("first")), ("author", Given::from(&susan))]).unwrap();
        let second = posts.create([("body", "second")]).unwrap();
        susan.add("posts", &second).unwrap();
        session.commit().await.unwrap();
        assert_eq!(second.value("user_id").unwrap(), susan.value("id").unwrap());
        assert_eq!((first.state(), rows::<Post>(&db).await), (State::Persistent, 2));

        let session = db.session();
        let _ = sql(&test);
        let all = posts.select().order_by(posts.column("id").unwrap().asc()).all(&session).await.unwrap();
        let author = all[0].related_one("author").await.unwrap().unwrap();
        assert_eq!(all[1].related_one("author").await.unwrap(), Some(author.clone()));
        assert_eq!(sql(&test).len(), 2, "the peers were loaded with the first");
        assert_eq!(author.related_count("posts").await.unwrap(), 2);
        assert_eq!(author.related("posts").await.unwrap(), all);
        assert!(author.is_related_loaded("posts").unwrap());
        let body = posts.column("body").unwrap();
        let found = author.related_query("posts").unwrap().filter(body.eq("second")).all(&session).await.unwrap();
        assert_eq!(found, [all[1].clone()]);
        assert!(author.related_one("posts").await.unwrap_err().to_string().contains("leads to many objects"));
        assert!(all[0].related("author").await.unwrap_err().to_string().contains("leads to one object"));

        let of = posts.select().filter_by([("author", &author)]).count(&session).await.unwrap();
        assert_eq!(of, 2);
        let with = users.select().filter(users.relation("posts").unwrap().any(body.like("sec%")));
        assert_eq!(with.all(&session).await.unwrap(), [author.clone()]);
        let joined = posts
            .select()
            .join(posts.relation("author").unwrap())
            .filter(users.column("username").unwrap().eq("susan"));
        assert_eq!(joined.count(&session).await.unwrap(), 2);
        let with = users.select().with(users.relation("posts").unwrap()).all(&session).await.unwrap();
        assert!(with[0].is_related_loaded("posts").unwrap());

        // `all, delete-orphan`: what is taken out is deleted.
        author.remove("posts", &all[0]).unwrap();
        session.commit().await.unwrap();
        assert_eq!((all[0].state(), rows::<Post>(&db).await), (State::Deleted, 1));
        let john = session.add_any(&user("john"));
        all[1].set("author", &john).unwrap();
        session.commit().await.unwrap();
        assert_eq!(all[1].value("user_id").unwrap(), john.value("id").unwrap());
        assert_eq!(author.related("posts").await.unwrap(), []);
    }
}

each_database! {
    async fn one_to_one_and_many_to_many(test: TestDatabase) {
        let db = tables(&test).await;
        let (accounts, profiles) = (AnyModel::of::<Account>(), AnyModel::of::<Profile>());
        let session = db.session();
        let profile = profiles.create([("motto", "short")]).unwrap();
        let account = accounts
            .create([("login", Given::from("anna")), ("profile", Given::from(&profile))])
            .unwrap();
        session.add_any(&account);
        session.commit().await.unwrap();
        assert_eq!(account.related_one("profile").await.unwrap(), Some(profile.clone()));
        account.clear("profile").unwrap();
        session.commit().await.unwrap();
        assert_eq!((profile.state(), rows::<Profile>(&db).await), (State::Deleted, 0));

        let (pupils, courses) = (AnyModel::of::<crate::many::Pupil>(), AnyModel::of::<crate::many::Course>());
        let maths = courses.create([("name", "Maths")]).unwrap();
        let alice = pupils.create([("name", Given::from("Alice")), ("courses", Given::from(vec![maths.clone()]))]).unwrap();
        session.add_any(&alice);
        session.commit().await.unwrap();
        assert_eq!(courses.relation("pupils").unwrap().kind(), RelationshipKind::ManyToMany);
        assert_eq!(maths.related("pupils").await.unwrap(), [alice.clone()]);
        let in_maths = pupils.select().filter_by([("courses", &maths)]).all(&session).await.unwrap();
        assert_eq!(in_maths, [alice.clone()]);
        alice.remove("courses", &maths).unwrap();
        session.commit().await.unwrap();
        assert_eq!(rows::<crate::many::Enlisted>(&db).await, 0);
    }
}

each_database! {
    async fn the_database_fills_in_and_deferred_columns_load(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let ticket = AnyModel::of::<Ticket>().create([("price", 7_i64)]).unwrap();
        assert_eq!(ticket.value("amount").unwrap(), Value::Null);
        session.add_any(&ticket);
        session.commit().await.unwrap();
        let typed = ticket.downcast::<Ticket>().unwrap();
        assert_eq!((typed.amount, typed.total), (3, 21));
        let error = ticket.set("total", 1_i64).unwrap_err();
        assert!(error.to_string().contains("computed by the database"), "{error}");

        let papers = AnyModel::of::<Volume>();
        let fields: Vec<(&str, Value)> = papers
            .columns()
            .filter(|c| c.is_required())
            .map(|c| (c.field(), text("x")))
            .collect();
        session.add_any(&papers.create(fields).unwrap());
        session.commit().await.unwrap();
        let session = db.session();
        let paper = papers.select().first(&session).await.unwrap().unwrap();
        let deferred = papers.columns().find(|c| c.is_deferred()).unwrap().field();
        assert_eq!(paper.value(deferred).unwrap_err().kind(), ErrorKind::NotLoaded);
        assert_eq!(paper.load(deferred).await.unwrap(), text("x"));
        assert_eq!(paper.value(deferred).unwrap(), text("x"));
    }
}

each_database! {
    async fn events_and_the_flush_see_them_as_any_other(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.events().before_insert(User, |user| user.email = format!("{}@told.example", user.username));
        let susan = session.add_any(&user("susan"));
        session.commit().await.unwrap();
        assert_eq!(susan.value("email").unwrap(), text("susan@told.example"));
        // A key that no relation filled in.
        session.add_any(&AnyModel::of::<Post>().create([("body", "of nobody")]).unwrap());
        let error = session.commit().await.unwrap_err();
        assert!(error.to_string().contains("user_id"), "{error}");
        session.rollback().await.unwrap();
        assert_eq!(select(Post).count(&session).await.unwrap(), 0);
    }
}
