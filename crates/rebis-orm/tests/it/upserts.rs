//! Inserts that meet rows that are there, and inserts that give rows back.

use rebis::{insert, select};
use rebis_sql::Dialect;
use rebis_testkit::each_database;

use crate::handwritten::User;
use crate::models::{Enrolment, Student, Ticket};
use crate::support::{rows, tables};

fn user(name: &str, email: &str) -> impl rebis::Addable<Model = User> + use<> {
    User::builder().username(name).email(email)
}

each_database! {
    async fn a_row_that_is_there_is_left(test: TestDatabase) {
        let db = tables(&test).await;
        insert(User).values([user("a", "old")]).execute(&db).await.unwrap();
        let both = [user("a", "new"), user("b", "b")];
        insert(User).values(both).on_conflict(User::username).do_nothing().execute(&db).await.unwrap();
        let found = select((User::username, User::email)).order_by(User::username).all(&db).await.unwrap();
        assert_eq!(found, [("a".into(), "old".into()), ("b".into(), "b".into())]);
        let error = insert(User).values([user("a", "x")]).execute(&db).await.unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
    }

    async fn a_row_that_is_there_is_changed_and_loaded_objects_follow(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let a = session.add(User::builder().username("a").email("old"));
        session.commit().await.unwrap();
        let both = [user("a", "new"), user("b", "b")];
        insert(User).values(both).on_conflict(User::username).update(User::email).execute(&session).await.unwrap();
        assert_eq!((a.email.as_str(), a.id), ("new", 1));
        session.rollback().await.unwrap();
        assert_eq!((a.email.as_str(), rows::<User>(&db).await), ("old", 1));
    }

    async fn a_key_of_two_columns_and_an_expression(test: TestDatabase) {
        let db = tables(&test).await;
        let student = db.session();
        student.add(Student::builder().name("s"));
        student.commit().await.unwrap();
        let row = |credits| Enrolment::builder().student_id(1).course("math").credits(credits);
        let key = (Enrolment::student_id, Enrolment::course);
        for _ in 0..3 {
            let count = insert(Enrolment).values([row(1)]).on_conflict(key);
            count.set_to(Enrolment::credits, Enrolment::credits.plus(10)).execute(&db).await.unwrap();
        }
        assert_eq!(select(Enrolment::credits).all(&db).await.unwrap(), [21]);
        insert(Enrolment).values([row(5)]).on_conflict(key).update(Enrolment::credits).execute(&db).await.unwrap();
        assert_eq!(select(Enrolment::credits).all(&db).await.unwrap(), [5]);
    }

    async fn what_was_written_comes_back_where_the_database_can(test: TestDatabase) {
        let db = tables(&test).await;
        let tickets = || insert(Ticket).values([2, 5].map(|price| Ticket::builder().price(price)));
        let done = tickets().returning((Ticket::id, Ticket::total)).all(&db).await;
        if !test.dialect().capabilities().insert_returning {
            let error = done.unwrap_err();
            assert!(error.to_string().contains("insert_returning"), "{error}");
            assert_eq!(rows::<Ticket>(&db).await, 0);
            return;
        }
        assert_eq!(done.unwrap(), [(1, 6), (2, 15)]);
        let session = db.session();
        let whole = tickets().returning(Ticket).all(&session).await.unwrap();
        assert_eq!((whole[1].id, whole[1].status.as_str()), (4, "open"));
        session.rollback().await.unwrap();
        assert_eq!(rows::<Ticket>(&db).await, 2);
        let none = insert(Ticket).values(Vec::<Ticket>::new()).returning(Ticket::id).all(&db).await.unwrap();
        assert!(none.is_empty());

        insert(User).values([user("a", "old")]).execute(&db).await.unwrap();
        let again = insert(User).values([user("a", "new")]).on_conflict(User::username);
        assert_eq!(again.update(User::email).returning((User::id, User::email)).all(&db).await.unwrap(), [(1, "new".into())]);
        let left = insert(User).values([user("a", "newer")]).on_conflict(User::username).do_nothing();
        // MariaDB gives the row that was left, the others nothing; none has the new value.
        assert!(left.returning(User::email).all(&db).await.unwrap().iter().all(|email| email == "new"));
    }
}

#[test]
fn the_sql_says_what_happens_to_rows_that_are_there() {
    let statement = insert(User).values([user("a", "x")]).on_conflict(User::username).update(User::email);
    let tail = |dialect| {
        let sql = statement.sql(dialect);
        sql.split_once(") ON ").map(|(_, tail)| tail.to_owned()).unwrap_or(sql)
    };
    assert_eq!(tail(Dialect::Postgres), r#"CONFLICT ("username") DO UPDATE SET "email" = excluded."email""#);
    assert_eq!(tail(Dialect::MySql), "DUPLICATE KEY UPDATE `email` = VALUES(`email`)");
}
