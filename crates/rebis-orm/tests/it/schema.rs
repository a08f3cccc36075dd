//! `create_all` and `drop_all`: in the order of foreign keys, and only what is missing.

use rebis::{Database, models};
use rebis_testkit::each_database;

use crate::models::{Article, Blog, Comment, Enrolment, Mark, Student};
use crate::support::plain;
use crate::tree::Node;

/// The tables that the statements create or drop, in order.
fn names(statements: &[String], verb: &str) -> Vec<String> {
    let names = statements.iter().filter_map(|s| {
        let text = plain(s);
        let rest = text.strip_prefix(verb)?.trim_start().trim_start_matches("IF EXISTS ").to_owned();
        Some(rest.split([' ', '(']).next().unwrap_or_default().to_owned())
    });
    names.collect()
}

each_database! {
    async fn tables_come_after_those_they_refer_to(test: TestDatabase) {
        let all = || models![Mark, Comment, Node, Article, Enrolment, Blog, Student];
        let db = Database::with_engine(test.engine().clone()).models(all());
        db.create_all().await.unwrap();
        let made = names(&test.statements(), "CREATE TABLE");
        let place = |name: &str| made.iter().position(|n| n == name).unwrap_or_else(|| panic!("{name} is not in {made:?}"));
        assert_eq!(made.len(), 7);
        for (first, then) in
            [("blog", "article"), ("article", "comment"), ("student", "enrolment"), ("enrolment", "mark")]
        {
            assert!(place(first) < place(then), "{made:?}");
        }
        // Everything is there: nothing is created, nothing altered.
        db.create_all().await.unwrap();
        assert!(names(&test.statements(), "CREATE TABLE").is_empty());

        let session = db.session();
        session.add(Blog::builder().name("kept"));
        session.commit().await.unwrap();
        drop(session);
        let mut connection = test.acquire().await;
        connection.script("DROP TABLE comment").await.unwrap();
        drop(connection);
        let _ = test.statements();
        db.create_all().await.unwrap();
        assert_eq!(names(&test.statements(), "CREATE TABLE"), ["comment"]);
        assert_eq!(rebis::select(Blog).count(&db).await.unwrap(), 1);
        let _ = test.statements();

        db.drop_all().await.unwrap();
        let dropped = names(&test.statements(), "DROP TABLE");
        let place = |name: &str| dropped.iter().position(|n| n == name).unwrap_or_else(|| panic!("{name} is not in {dropped:?}"));
        for (first, then) in
            [("article", "blog"), ("comment", "article"), ("enrolment", "student"), ("mark", "enrolment")]
        {
            assert!(place(first) < place(then), "{dropped:?}");
        }
        // Nothing is there: dropping it is no error.
        db.drop_all().await.unwrap();
        db.create_all().await.unwrap();
        assert_eq!(rebis::select(Blog).count(&db).await.unwrap(), 0);
    }
}

/// Something that was called otherwise before.
#[derive(rebis_macros::Model, Clone, Debug)]
#[model(table = "account", was = "user")]
pub struct Account {
    #[column(primary_key)]
    pub id: i64,
    #[column(was = "mail")]
    pub email: String,
}

#[test]
fn what_a_model_was_stands_in_the_schema() {
    use rebis::Model as _;
    let table = Account::meta().table();
    assert_eq!(table.was.as_deref(), Some("user"));
    assert_eq!(table.column("email").unwrap().was.as_deref(), Some("mail"));
    assert_eq!(table.column("id").unwrap().was, None);
}
