//! What the language has beside the tutorials.

use rebis::select;
use rebis_shell::Shell;
use rebis_testkit::each_database;

use crate::models::{Role, User, answers, tables, typed, value};

/// As it could be typed in again, and without a stroke before each quote where that can be.
#[tokio::test]
async fn sql_reads_as_it_is_written() {
    let db = rebis::Database::connect("sqlite://").unwrap();
    let sql = typed(&db, "Role.filter(Role.id == 1).sql()").await.unwrap().text.unwrap();
    assert!(sql.starts_with("`SELECT \"roles\".\"id\"") && sql.ends_with('`'), "{sql}");
    for (line, shown) in [
        (r#""it's" + " so""#, r#""it's so""#),
        (r#""a \"b\"""#, r#"`a "b"`"#),
        (r#""\"\n""#, r#""\"\n""#),
        (r#""\" ${x}""#, r#""\" ${x}""#),
    ] {
        assert_eq!(typed(&db, line).await.unwrap().text.as_deref(), Some(shown), "{line}");
    }
}

each_database! {
    async fn conditions_and_values(test: TestDatabase) {
        let db = tables(&test).await;
        let said = answers(
            &db,
            &[
                r#"session.add_all([Role(#{name: "a"}), Role(#{name: "b"}), Role(#{name: "c"})])"#,
                "session.commit()",
                r#"= Role.filter(Role.name > "a" & Role.name <= "b").all()"#,
                r#"= Role.filter(!(Role.name == "a")).order_by(Role.name.desc()).all()"#,
                r#"= Role.filter(Role.name != "a").limit(1).offset(1).order_by([Role.name]).all()"#,
                r#"= Role.filter(Role.name.not_in(["a", "b"])).one()"#,
                r#"= Role.filter(Role.users.any()).count()"#,
                r#"= Role.filter(!Role.users.any()).count()"#,
                r#"let m = Member(#{username: "m"})"#,
                "session.add(m)",
                "session.commit()",
                "= m.role == ()",
                "= Member.filter(Member.role == ()).all()",
                "= Member.filter(Member.role_id == ()).all()",
                "m.role = Role.get(2)",
                "session.commit()",
                "= m.role_id",
                "= Member.filter(Member.role == Role.get(2)).count()",
                "= Role.join(Role.users).filter(Member.username == \"m\").one()",
                "m.role = ()",
                "session.commit()",
                "= Member.filter(Member.role_id.is_null()).count()",
                "= m.state()",
                "m.username = \"lost\"",
                "session.rollback()",
                "= m.username",
                "m.update(#{username: \"n\", role: Role.get(1)})",
                "= m.is_modified()",
                "session.commit()",
                "= m.to_map().role_id",
                "m.role.name = \"renamed\"",
                "session.commit()",
                "= Role.get(1)",
                "= Role.filter(Role.name == \"c\").delete()",
                "session.commit()",
                "= Role.count()",
                "fn names(list) { list.map(|r| r.name) }",
                "= names(Role.order_by(Role.name).all())",
                "for role in Role.order_by(Role.id) { answers.push(`${role.name} ${role.users.len()}`); }",
                "let n = 0; for role in Role { n += role.users.count(); }",
                "= n",
            ],
        )
        .await;
        let wanted = [
            "[<Role b>]", "[<Role c>, <Role b>]", "[<Role c>]", "<Role c>", "0", "3", "true", "[<Member m>]", "[<Member m>]",
            "2", "1", "<Role b>", "1", "persistent", "m", "true", "1", "<Role renamed>", "1", "2", "[\"b\", \"renamed\"]",
            "renamed 1",
            "b 0",
            "1",
        ];
        assert_eq!(said, wanted);
    }
}

each_database! {
    async fn sql_by_hand_and_tables(test: TestDatabase) {
        let db = tables(&test).await;
        let said = answers(
            &db,
            &[
                r#"session.add_all([Role(#{name: "a"}), Role(#{name: "b"})])"#,
                r#"= sql("SELECT name FROM roles WHERE id > {} ORDER BY id", [1]).scalar()"#,
                r#"for row in sql("SELECT id, name FROM roles ORDER BY id") { answers.push(`${row.id}${row.name}`); }"#,
                r#"= sql("UPDATE roles SET name = {} WHERE id = {}", ["z", 2])"#,
                "session.commit()",
                r#"= sql("SELECT COUNT(*) AS n FROM roles").first().n"#,
            ],
        )
        .await;
        assert_eq!(said, ["b", "1a", "2b", "1 row changed", "2"]);
        let shown = value(&db, r#"sql("SELECT id, name FROM roles ORDER BY id")"#).await;
        assert_eq!(shown, "id  name\n--  ----\n1   a\n2   z\n(2 rows)");
    }
}

each_database! {
    async fn what_is_not_committed_is_told_and_lost(test: TestDatabase) {
        let db = tables(&test).await;
        let done = typed(&db, r#"session.add(Role(#{name: "a"}))"#).await.unwrap();
        assert!(done.uncommitted && done.text.is_none());
        let done = typed(&db, r#"session.add(Role(#{name: "a"})); session.flush(); Role.count()"#).await.unwrap();
        assert!(done.uncommitted && done.text.as_deref() == Some("1"));
        let done = typed(&db, r#"sql("DELETE FROM roles")"#).await.unwrap();
        assert!(done.uncommitted);
        let done = typed(&db, "Role.count()").await.unwrap();
        assert_eq!((done.uncommitted, done.text.as_deref(), done.code), (false, Some("0"), 0));
        let done = typed(&db, r#"session.add(Role(#{name: "a"})); session.commit(); exit(3)"#).await.unwrap();
        assert_eq!((done.uncommitted, done.code), (false, 3));
        assert_eq!(select(Role).count(&db).await.unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_gives_its_own() {
    let db = rebis::Database::connect("sqlite://").unwrap();
    db.create_all().await.unwrap();
    let done = Shell::new(db)
        .context(|context| {
            let session = context.session().clone();
            let susan = session.add(User::builder().username("susan").email("s@example.com"));
            context.entity("susan", &susan).text("greeting", "hello").set("answer", 42_i64);
            context.engine().register_fn("double", |n: i64| n * 2);
        })
        .script("session.commit(); let greeting = greeting + \"!\"; `${greeting} ${susan} ${double(answer)} ${User.count()}`")
        .await
        .unwrap();
    assert_eq!(done.text.as_deref(), Some("\"hello! <User susan> 84 1\""));
}
