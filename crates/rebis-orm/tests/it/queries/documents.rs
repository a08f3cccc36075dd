//! JSON, arrays and full text.

use rebis::{Database, func, select, sql};
use rebis_macros::Model;
use rebis_sql::{Array, Dialect};
use rebis_testkit::{TestDatabase, each_database};

use super::same;

#[derive(Model, Clone, Debug)]
pub struct Letter {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 80)]
    pub title: String,
    #[column(text)]
    pub body: Option<String>,
    pub facts: serde_json::Value,
}

#[derive(Model, Clone, Debug)]
pub struct Basket {
    #[column(primary_key)]
    pub id: i64,
    pub fruits: Array<String>,
}

async fn letters(test: &TestDatabase) -> Database {
    let db = Database::with_engine(test.engine().clone()).models(rebis::models![Letter]);
    db.create_all().await.unwrap();
    let letter = |title: &str, body: &str, facts| Letter::builder().title(title).body(body).facts(facts);
    rebis::insert(Letter)
        .values([
            letter(
                "Red wine",
                "from the old cellar",
                serde_json::json!({"a": {"b c": [1, "two"]}, "yes": true, "no": null}),
            ),
            letter(
                "White wine",
                "and some bread",
                serde_json::json!({"a": 2.5, "yes": false, "text": "null"}),
            ),
            letter("Old bread", "red with mould", serde_json::json!([{"deep": "x"}])),
        ])
        .execute(&db)
        .await
        .unwrap();
    db
}

#[test]
fn what_is_written() {
    same(
        &super::sql(|d| select(func::json_text(Letter::facts, "a.b[0]")).sql(d)),
        r#"
        SQLite: SELECT CASE json_type(letter.facts, '?.a.b[0]') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(letter.facts ->> '?.a.b[0]' AS TEXT) END FROM letter
        PostgreSQL: SELECT (CAST(letter.facts AS JSONB) #>> ARRAY['a', 'b', '0']) FROM letter
        MySQL, MariaDB: SELECT CASE WHEN JSON_TYPE(JSON_EXTRACT(letter.facts, '?.a.b[0]')) <> 'NULL' THEN JSON_UNQUOTE(JSON_EXTRACT(letter.facts, '?.a.b[0]')) END FROM letter"#,
    );
    same(
        &super::sql(|d| {
            select(Letter::id).filter(func::search((Letter::title, Letter::body), "red wine")).sql(d)
        }),
        r#"
        SQLite: -- SQLite has no full_text; make a full-text table (FTS5) and query it with sql(…)
        PostgreSQL: SELECT letter.id FROM letter WHERE to_tsvector('simple', concat_ws(' ', letter.title, letter.body)) @@ plainto_tsquery('simple', ?)
        MySQL, MariaDB: SELECT letter.id FROM letter WHERE MATCH (letter.title, letter.body) AGAINST (? IN BOOLEAN MODE)"#,
    );
    same(
        &super::sql(|d| select(Basket::id).filter(func::array_has(Basket::fruits, "fig")).sql(d)),
        r#"
        SQLite: -- SQLite has no arrays; store the list as JSON, or in a table of its own
        PostgreSQL: SELECT basket.id FROM basket WHERE ? = ANY(basket.fruits)
        MySQL: -- MySQL has no arrays; store the list as JSON, or in a table of its own
        MariaDB: -- MariaDB has no arrays; store the list as JSON, or in a table of its own"#,
    );
}

each_database! {
    async fn paths_into_documents(test: TestDatabase) {
        let db = letters(&test).await;
        let at = async |path: &str| {
            select(func::json_text(Letter::facts, path)).order_by(Letter::id).all(&db).await.unwrap()
        };
        let some = |text: &str| Some(String::from(text));
        assert_eq!(at("a.b c[1]").await, [some("two"), None, None]);
        assert_eq!(at("a.b c[0]").await, [some("1"), None, None]);
        assert_eq!(at("yes").await, [some("true"), some("false"), None]);
        // JSON's null is no text; a text that says so is one.
        assert_eq!(at("no").await, [None, None, None]);
        assert_eq!(at("text").await, [None, some("null"), None]);
        assert_eq!(at("[0].deep").await, [None, None, some("x")]);
        let found = select(Letter::id).filter(func::json_text(Letter::facts, "a").eq("2.5"));
        assert_eq!(found.all(&db).await.unwrap(), [2]);
    }

    async fn full_text(test: TestDatabase) {
        let db = letters(&test).await;
        let found = |words: &str| {
            select(Letter::id).filter(func::search((Letter::title, Letter::body), words)).order_by(Letter::id)
        };
        if !test.dialect().capabilities().full_text {
            let error = found("wine").all(&db).await.unwrap_err();
            assert!(error.to_string().contains("has no full_text"), "{error}");
            return;
        }
        if test.dialect() != Dialect::Postgres {
            db.execute(sql("CREATE FULLTEXT INDEX words ON letter (title, body)")).await.unwrap();
        }
        assert_eq!(found("wine").all(&db).await.unwrap(), [1, 2]);
        assert_eq!(found("red bread").all(&db).await.unwrap(), [3]);
        assert_eq!(found("wine -red").all(&db).await.unwrap(), [1]);
    }

    async fn arrays(test: TestDatabase) {
        let has = |fruit: &str| func::array_has(Basket::fruits, fruit);
        let db = Database::with_engine(test.engine().clone()).models(rebis::models![Basket]);
        if !test.dialect().capabilities().arrays {
            let error = select(Basket::id).filter(has("fig")).all(&db).await.unwrap_err();
            assert!(error.to_string().contains("has no arrays"), "{error}");
            return;
        }
        db.create_all().await.unwrap();
        let basket = |fruits: &[&str]| Basket::builder().fruits(Array(fruits.iter().map(|f| (*f).to_owned()).collect()));
        rebis::insert(Basket).values([basket(&["fig", "pear"]), basket(&["plum"]), basket(&[])]).execute(&db).await.unwrap();
        let ids = |p| select(Basket::id).filter(p).order_by(Basket::id);
        assert_eq!(ids(has("fig")).all(&db).await.unwrap(), [1]);
        assert_eq!(ids(!has("fig")).all(&db).await.unwrap(), [2, 3]);
        let some = |fruits: &[&str]| fruits.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(func::array_contains(Basket::fruits, some(&["pear", "fig"]))).all(&db).await.unwrap(), [1]);
        assert_eq!(ids(func::array_overlaps(Basket::fruits, some(&["plum", "fig"]))).all(&db).await.unwrap(), [1, 2]);
        let lengths = select(func::array_length(Basket::fruits)).order_by(Basket::id).all(&db).await.unwrap();
        assert_eq!(lengths, [2, 1, 0]);
    }
}
