//! Typed queries: what they read as, and what they give.

use rebis::{Page, func, select, sql};
use rebis_sql::Dialect;
use rebis_testkit::each_database;

use crate::handwritten::{Post, User};
use crate::support::tables;

async fn people(db: &rebis::Database) {
    let session = db.session();
    for (name, email) in
        [("alice", "a@gmail.com"), ("bob", "b@example.com"), ("susan", "s@gmail.com"), ("steve", "st@x.org")]
    {
        session.add(User::builder().username(name).email(email));
    }
    session.commit().await.unwrap();
    let susan = select(User).filter(User::username.eq("susan")).one(&session).await.unwrap();
    for i in 0..3 {
        susan.posts.add(Post::builder().body(format!("post {i}")));
    }
    susan.edit().password_hash = Some("secret".into());
    session.commit().await.unwrap();
}

#[test]
fn sql_is_readable_before_it_runs() {
    let query = select(User::username)
        .filter(User::username.like("s%"))
        .filter(User::password_hash.eq(None::<String>) | !User::id.in_([1, 2]))
        .order_by(User::username.desc())
        .limit(5);
    assert_eq!(
        query.sql(Dialect::Postgres),
        "SELECT \"user\".username FROM \"user\" WHERE \"user\".username LIKE $1 AND (\"user\".password_hash IS NULL OR NOT \
         (\"user\".id IN ($2, $3))) ORDER BY \"user\".username DESC LIMIT 5"
            .replace("\"user\".username", &col(Dialect::Postgres, "username"))
            .replace("\"user\".password_hash", &col(Dialect::Postgres, "password_hash"))
            .replace("\"user\".id", &col(Dialect::Postgres, "id"))
    );
}

fn col(dialect: Dialect, name: &str) -> String {
    let mut out = String::new();
    dialect.quote_into("user", &mut out);
    out.push('.');
    dialect.quote_into(name, &mut out);
    out
}

each_database! {
    async fn one_statement_two_ways_to_run_it(test: TestDatabase) {
        let db = tables(&test).await;
        people(&db).await;
        let session = db.session();
        let query = || select(User).filter(User::username.like("s%")).order_by(User::username.desc());
        let entities: Vec<rebis::Entity<User>> = query().all(&session).await.unwrap();
        let plain: Vec<User> = query().all(&db).await.unwrap();
        assert_eq!(entities.iter().map(|u| &u.username).collect::<Vec<_>>(), ["susan", "steve"]);
        assert_eq!(plain.iter().map(|u| &u.username).collect::<Vec<_>>(), ["susan", "steve"]);
        drop(session);
        let mut connection = db.engine().unwrap().acquire().await.unwrap();
        assert_eq!(query().all(&mut connection).await.unwrap().len(), 2);
    }
}

each_database! {
    async fn filters(test: TestDatabase) {
        let db = tables(&test).await;
        people(&db).await;
        let names = async |condition: rebis::Predicate| {
            select(User::username).filter(condition).order_by(User::id).all(&db).await.unwrap()
        };
        assert_eq!(
            names(User::username.eq("alice") | User::email.like("%@gmail.com")).await,
            ["alice", "susan"]
        );
        assert_eq!(names(User::id.in_([1, 3])).await, ["alice", "susan"]);
        assert_eq!(names(User::id.between(2, 3)).await, ["bob", "susan"]);
        assert_eq!(names(User::password_hash.is_null() & User::id.gt(1)).await, ["bob", "steve"]);
        assert_eq!(names(User::password_hash.eq("secret")).await, ["susan"]);
        assert_eq!(names(User::username.starts_with("s_")).await, [""; 0]);
        assert_eq!(names(User::username.ilike("BO%")).await, ["bob"]);
        assert_eq!(names(User::username.eq(User::email)).await, [""; 0]);
        assert_eq!(names(User::id.in_([0_i64; 0])).await, [""; 0]);
        assert_eq!(names(func::lower(User::username).eq("bob")).await, ["bob"]);
        assert_eq!(names(User::id.in_select(select(Post::user_id))).await, ["susan"]);
    }
}

each_database! {
    async fn projections_joins_and_groups(test: TestDatabase) {
        let db = tables(&test).await;
        people(&db).await;
        let session = db.session();
        let pairs = select((User::id, User::username)).order_by(User::id).all(&db).await.unwrap();
        assert_eq!(pairs[1], (2, String::from("bob")));
        let counted = select((User, func::count(Post::id)))
            .outer_join(User::posts)
            .group_by(User::id)
            .group_by(User::username)
            .group_by(User::email)
            .group_by(User::password_hash)
            .order_by(User::id)
            .all(&session)
            .await
            .unwrap();
        assert_eq!(
            counted.iter().map(|(u, n)| (u.username.as_str(), *n)).collect::<Vec<_>>(),
            [("alice", 0), ("bob", 0), ("susan", 3), ("steve", 0)]
        );
        assert_eq!(select(func::count_all()).select_from(Post).scalar(&db).await.unwrap(), 3);
        assert_eq!(
            select(Post).join(Post::author).filter(User::username.eq("susan")).count(&session).await.unwrap(),
            3
        );
        assert_eq!(select(User::username).distinct().count(&db).await.unwrap(), 4);
        assert!(select(User).filter(User::id.eq(1)).exists(&db).await.unwrap());
        assert!(!select(User).filter(User::id.eq(9)).exists(&db).await.unwrap());
    }
}

each_database! {
    async fn one_first_and_pages(test: TestDatabase) {
        let db = tables(&test).await;
        people(&db).await;
        let session = db.session();
        assert!(select(User).filter(User::id.eq(9)).one(&session).await.unwrap_err().is_not_found());
        assert!(select(User).filter(User::id.eq(9)).first_or_404(&session).await.unwrap_err().is_not_found());
        assert_eq!(select(User).one(&session).await.unwrap_err().kind(), rebis::ErrorKind::MultipleFound);
        assert!(select(User).filter(User::id.eq(9)).first(&db).await.unwrap().is_none());
        let page = select(User).order_by(User::id).paginate(&session, Page::new(2, 3)).await.unwrap();
        assert_eq!((page.total, page.pages, page.has_next, page.items.len()), (4, 2, false, 1));
        assert_eq!(page.items[0].username, "steve");
    }
}

each_database! {
    async fn bulk_statements_keep_the_session_right(test: TestDatabase) {
        let db = tables(&test).await;
        people(&db).await;
        let session = db.session();
        let users = select(User).order_by(User::id).all(&session).await.unwrap();
        users[1].edit().email = "edited".into();
        let n = rebis::update(User)
            .filter(User::username.eq("alice"))
            .set(User::email, "new")
            .execute(&session)
            .await
            .unwrap();
        assert_eq!((n, users[0].email.as_str(), users[1].email.as_str()), (1, "new", "edited"));
        let n = rebis::delete(User).filter(User::username.eq("bob")).execute(&session).await.unwrap();
        assert_eq!((n, users[1].state()), (1, rebis::State::Deleted));
        session.rollback().await.unwrap();
        assert_eq!((users[0].email.as_str(), users[1].state()), ("a@gmail.com", rebis::State::Persistent));
        let rows = [User::builder().username("x").email("x"), User::builder().username("y").email("y")];
        drop(session);
        assert_eq!(rebis::insert(User).values(rows).execute(&db).await.unwrap(), 2);
        assert_eq!(select(User).count(&db).await.unwrap(), 6);
    }
}

each_database! {
    async fn raw_sql_has_binds(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let error = session.fetch_all::<(i64,)>(sql("SELECT {}")).await.unwrap_err();
        assert!(error.to_string().contains("bind"), "{error}");
        session.execute(sql("UPDATE post SET body = {} WHERE id = {}").bind("x").bind(1_i64)).await.unwrap();
    }
}
