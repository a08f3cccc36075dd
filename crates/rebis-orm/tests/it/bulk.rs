//! Many rows at once: keys come back to the rows they belong to, and what a column refuses for one row it refuses for many.

use rebis::{Database, select};
use rebis_macros::Model;
use rebis_sql::Array;
use rebis_testkit::each_database;

use crate::handwritten::User;
use crate::support::{insert, sql, tables};

/// Text and numbers as this program sees them; the table has the narrower types that another program may have made.
#[derive(Model, Clone, Debug)]
pub struct Odd {
    #[column(primary_key)]
    pub id: i64,
    pub code: String,
    pub mood: Option<String>,
    pub uid: Option<String>,
    pub amount: Option<rust_decimal::Decimal>,
    pub at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Model, Clone, Debug)]
pub struct Tagged {
    #[column(primary_key)]
    pub id: i64,
    pub tags: Array<String>,
}

fn odd(code: &str) -> Odd {
    let at = chrono::DateTime::from_timestamp(1_700_000_000, 0);
    let (mood, uid) = (Some("sad".into()), Some("00000000-0000-0000-0000-000000000001".into()));
    Odd { id: 0, code: code.into(), mood, uid, amount: Some(rust_decimal::Decimal::new(125, 2)), at }
}

each_database! {
    async fn keys_come_back_in_the_order_of_the_rows(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let users = session.add_all((0..2500).map(|i| User::builder().username(format!("u{i}")).email(format!("e{i}"))));
        session.flush().await.unwrap();
        let texts = sql(&test);
        assert!(texts.contains(&insert(&test, "user", "username, email, password_hash", 1000, "id")), "{texts:?}");
        session.commit().await.unwrap();
        let stored = select((User::id, User::username)).order_by(User::id).all(&db).await.unwrap();
        let ours: Vec<_> = users.iter().map(|u| (u.id, u.username.clone())).collect();
        assert_eq!(ours, stored);
        // What is loaded again is what was inserted.
        let again = session.get(User, users[1700].id).await.unwrap().unwrap();
        assert!(again.same(&users[1700]));
    }

    async fn a_narrower_column_decides_for_many_rows_as_for_one(test: TestDatabase) {
        if !test.dialect().capabilities().arrays {
            return;
        }
        let db = Database::with_engine(test.engine().clone());
        test.acquire().await.script(
            "CREATE TYPE mood AS ENUM ('sad', 'glad'); \
             CREATE TABLE odd (id bigserial PRIMARY KEY, code varchar(3), mood mood, uid uuid, amount numeric(8, 1), at timestamp); \
             CREATE TABLE tagged (id bigserial PRIMARY KEY, tags text[])",
        ).await.unwrap();
        let session = db.session();
        session.add_all([odd("a"), odd("b")]);
        session.commit().await.unwrap();
        // A moment is stored as UTC, whatever zone the server lives in.
        let text: Vec<String> = test.acquire().await
            .fetch_values("SELECT concat_ws(' ', code, mood, uid, amount, at) FROM odd ORDER BY id", &[]).await.unwrap();
        let rest = "sad 00000000-0000-0000-0000-000000000001 1.3 2023-11-14 22:13:20";
        assert_eq!(text, [format!("a {rest}"), format!("b {rest}")]);

        session.add_all([odd("c"), odd("much too long")]);
        let error = session.commit().await.unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
        session.rollback().await.unwrap();

        // Arrays of arrays cannot be taken apart row by row, so these are sent as VALUES.
        let _ = test.statements();
        let tags = session.add_all([vec!["x", "y"], vec![]].map(|tags| Tagged {
            id: 0,
            tags: Array(tags.into_iter().map(String::from).collect()),
        }));
        session.flush().await.unwrap();
        assert_eq!(sql(&test).last().unwrap(), "INSERT INTO tagged (tags) VALUES (?), (?) RETURNING id");
        session.refresh(&tags[0]).await.unwrap();
        assert_eq!(tags[0].tags.0, ["x", "y"]);
    }
}
