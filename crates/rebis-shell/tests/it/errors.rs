//! What is typed wrongly is an error in words, with its place; nothing of it is done.

use rebis_testkit::each_database;

use crate::models::{refused, tables, typed, value};

async fn db() -> rebis::Database {
    let db = rebis::Database::connect("sqlite://").unwrap();
    db.create_all().await.unwrap();
    db
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_and_types() {
    let db = db().await;
    for (line, wanted) in [
        (
            "User.usrname",
            "User has no column `usrname`; there are id, username, email, password_hash [R112] (position 5)",
        ),
        ("Usr.all()", "there is no `Usr`; help() lists what there is, `let Usr = …` makes one (position 1)"),
        ("User.new(#{username: 5})", "User.username is a text, and 5 was given [R111] (position 6)"),
        ("User.new(#{})", "a new User needs username, email [R111] (position 6)"),
        ("User.new(#{nme: \"x\"})", "User has no field `nme`; there are id, username"),
        ("User.fltr(1)", "there is no function fltr (Model, i64); help() lists what there is (position 6)"),
        ("User.filter(User.id == \"x\")", "User.id is an integer, and \"x\" was given [R111]"),
        ("User.filter(User.id.like(\"1%\"))", "User.id is an integer, and only texts are searched"),
        ("User.one()", "no row of `user` matches"),
        (
            "let u = User.new(#{username: \"a\", email: \"b\"}); u.emial",
            "User has no field `emial`; there are id, username",
        ),
        (
            "let u = User.new(#{username: \"a\", email: \"b\"}); u.emial = 1",
            "User has no field `emial`; there are id, username",
        ),
        (
            "let u = User.new(#{username: \"a\", email: \"b\"}); u.username = ()",
            "User.username cannot be NULL",
        ),
        (
            "Post.new(#{body: \"x\", author: \"susan\"})",
            "Post.author is a relation to User, and a value was given",
        ),
        ("User.order_by(1)", "a query is sorted by a column"),
        ("User.limit(-1)", "-1 is no number of rows"),
        ("sql(\"SELECT {}\")", "the SQL has 1 `{}` and 0 values"),
        ("session.add(1)", "there is no function add (Session, i64)"),
        (
            "User.create(#{})",
            "`create` is no word of a model: `let it = User.new(#{…})` makes an object, `session.add(it)` and `session.commit()` write it (position 6)",
        ),
        ("Post.add(1)", "`let it = Post.new(#{…})`"),
        ("User.query.insert(#{})", "`let it = User.new(#{…})`"),
        ("User.objects.create(#{})", "a query begins with the model: `User.filter(…)`"),
        ("User.query()", "`User.query`, without parentheses, is the query of all"),
        (
            "User.filter_by(User.id == 1)",
            "`User.filter_by(#{id: …})` takes a map, `User.filter(User.id == …)` a condition",
        ),
        ("User.query.filter(#{id: 1})", "`User.filter_by(#{id: …})` takes a map"),
        (
            "User.filter_by(username = \"a\")",
            "fields stand in a map: `User.new(#{username: \"susan\"})` (position 25)",
        ),
        ("User.new(#{username: \"a\", email: \"b\"}).save()", "`session.add(…)` takes an object that is new"),
        ("session.insert(Role.new(#{name: \"a\"}))", "`session.add(…)` takes an object that is new"),
        ("User.all().create(1)", "there is no function create (array, i64)"),
        (
            "Elsewhere.all()",
            "Elsewhere lives in the database `archive`, which `shell --bind archive` opens (position 1)",
        ),
        ("Elsewhere(#{id: 1})", "`shell --bind archive` opens (position 1)"),
        ("let Elsewhere = 1; Elsewhere.all()", "there is no function all (i64)"),
        ("let a = ;", "(position 9)"),
        ("session = 1", "session"),
    ] {
        let error = refused(&db, line).await;
        assert!(error.contains(wanted), "{line}\n  gave   {error}\n  wanted {wanted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_says_the_line_and_does_nothing_when_it_does_not_parse() {
    let db = db().await;
    let error = refused(&db, "let a = 1;\nlet b = 2;\n  User.usrname").await;
    assert!(error.ends_with("(line 3, position 7)"), "{error}");
    let script = "session.add(Role(#{name: \"a\"}));\nsession.commit();\nlet b = (";
    assert!(typed(&db, script).await.is_err());
    assert_eq!(value(&db, "Role.count()").await, "0", "not even its first line ran");
    let error = refused(&db, "fn f(x) {\n  x.nothing()\n}\nf(1)").await;
    assert!(error.contains("nothing") && error.contains("line 2"), "{error}");
}

each_database! {
    async fn the_database_refuses_and_the_session_goes_on(test: TestDatabase) {
        let db = tables(&test).await;
        let line = r#"
            session.add(Role(#{name: "a"}));
            session.commit();
            let told = "";
            session.add(Role(#{name: "a"}));
            try { session.commit(); } catch (error) { told = error; }
            session.rollback();
            [told.to_lower().contains("unique") || told.to_lower().contains("duplicate"), Role.count()]
        "#;
        assert_eq!(value(&db, line).await, "[true, 1]");
        let error = refused(&db, r#"session.add(Post(#{body: "of nobody"})); session.commit()"#).await;
        assert!(error.contains("user_id"), "{error}");
    }
}
