//! What is created through `Dialect::ddl` is found again by inspection, as `as_inspected` says.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use rebis_engine::sql::schema::{
    Check, Column, Computed, ForeignKey, Identity, Index, IndexKey, PrimaryKey, ReferentialAction, Schema,
    ServerDefault, Table, Unique, create_statements,
};
use rebis_engine::sql::{Ddl, Dialect, SqlType, Value};
use rebis_engine::{Connection, InspectOptions, as_inspected, inspect};
use rebis_testkit::{TestDatabase, each_database};

/// Every generic type that the dialect has, once without and once with a constant default.
fn types(dialect: Dialect) -> Vec<(SqlType, Option<Value>)> {
    let date = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let time = NaiveTime::from_hms_micro_opt(10, 12, 33, 123_400).unwrap();
    let at = date.and_time(time);
    let text = |t: &str| Some(Value::Text(t.into()));
    let mood = SqlType::Enum {
        name: "mood".into(),
        values: vec!["glad".into(), "it's".into(), "a, b".into(), "back\\slash".into()],
    };
    let mut all = vec![
        (SqlType::SmallInteger, Some(Value::Int(-3))),
        (SqlType::Integer, Some(Value::Int(0))),
        (SqlType::BigInteger, Some(Value::Int(i64::MAX))),
        (SqlType::Float, Some(Value::Float(0.5))),
        (SqlType::Double, Some(Value::Float(-2.25))),
        (SqlType::Numeric { precision: None, scale: None }, Some(Value::Decimal("1.5".parse().unwrap()))),
        (SqlType::Numeric { precision: Some(10), scale: None }, Some(Value::Int(7))),
        (
            SqlType::Numeric { precision: Some(10), scale: Some(2) },
            Some(Value::Decimal("-9.75".parse().unwrap())),
        ),
        (SqlType::String(None), text("it's \\ \"x\"")),
        (SqlType::String(Some(64)), text("")),
        (SqlType::Text, text("long (text) :: 'a'")),
        (SqlType::Boolean, Some(Value::Bool(true))),
        (SqlType::Boolean, Some(Value::Bool(false))),
        (SqlType::Date, Some(Value::Date(date))),
        (SqlType::Time, Some(Value::Time(time))),
        (SqlType::DateTime { timezone: false }, Some(Value::DateTime(at))),
        (SqlType::DateTime { timezone: true }, Some(Value::DateTimeUtc(at.and_utc()))),
        (SqlType::Interval, Some(Value::Interval(TimeDelta::microseconds(86_400_000_005)))),
        (mood, text("it's")),
        (SqlType::LargeBinary, Some(Value::Bytes(vec![0, 255, 39]))),
        (SqlType::Json, Some(Value::Json(serde_json::json!({"a": [1, "it's"]})))),
        (SqlType::Uuid, Some(Value::Uuid(uuid::Uuid::from_u128(7)))),
    ];
    if dialect.capabilities().arrays {
        let array = |of| SqlType::Array(Box::new(of));
        all.push((array(SqlType::Text), Some(Value::Array(Vec::new()))));
        all.push((array(SqlType::String(Some(9))), None));
        all.push((array(SqlType::Enum { name: "mood2".into(), values: vec!["x".into()] }), None));
    }
    all
}

fn key(names: &[&str]) -> Option<PrimaryKey> {
    Some(PrimaryKey { name: None, columns: names.iter().map(|n| (*n).to_owned()).collect() })
}

fn wide(dialect: Dialect) -> Table {
    let mut table = Table::new("wide \"table\"");
    let mut id = Column::new("id", SqlType::BigInteger).not_null();
    id.autoincrement = true;
    table.columns.push(id);
    for (i, (ty, default)) in types(dialect).into_iter().enumerate() {
        table.columns.push(Column::new(format!("plain_{i}"), ty.clone()));
        let mut column = Column::new(format!("filled_{i}"), ty.clone()).not_null();
        column.default = default.map(ServerDefault::Value);
        table.columns.push(column);
        if matches!(ty, SqlType::Date | SqlType::Time | SqlType::DateTime { .. }) {
            let mut column = Column::new(format!("now_{i}"), ty);
            column.default = Some(ServerDefault::Now);
            table.columns.push(column);
        }
    }
    table.primary_key = key(&["id"]);
    table
}

async fn create(c: &mut Connection, tables: Vec<Table>) -> Schema {
    let dialect = c.dialect();
    let schema = Schema { tables };
    for sql in create_statements(&schema, dialect).unwrap() {
        c.execute(&sql, &[]).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    let mut expected: Vec<Table> = schema.tables.iter().map(|t| as_inspected(dialect, t)).collect();
    expected.sort_by(|a, b| a.name.cmp(&b.name));
    Schema { tables: expected }
}

/// Column by column, so that a failure says which.
fn assert_same(found: &Schema, expected: &Schema) {
    let names = |s: &Schema| s.tables.iter().map(|t| t.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (found, expected) in found.tables.iter().zip(&expected.tables) {
        for (f, e) in found.columns.iter().zip(&expected.columns) {
            assert_eq!(f, e, "column of {}", found.name);
        }
        assert_eq!(found, expected);
    }
}

fn blog() -> Vec<Table> {
    let mut user = Table::new("user");
    user.comment = Some("Who writes; it's \\ them".into());
    let mut id = Column::new("id", SqlType::Integer).not_null();
    id.autoincrement = true;
    let mut email = Column::new("email", SqlType::String(Some(120))).not_null();
    email.comment = Some("where to write".into());
    user.columns = vec![id.clone(), email, Column::new("name", SqlType::String(Some(64)))];
    user.primary_key = key(&["id"]);
    user.uniques.push(Unique {
        name: Some("uq_user_email".into()),
        columns: vec!["email".into()],
        deferrable: None,
        nulls_not_distinct: false,
    });
    user.indexes.push(Index::new("ix_user_name", ["name"]).unique());

    let mut post = Table::new("post");
    post.columns = vec![id, Column::new("user_id", SqlType::Integer), Column::new("body", SqlType::Text)];
    post.columns.push(Column::new("other_id", SqlType::Integer).not_null());
    post.primary_key = key(&["id"]);
    let refers = |name: &str, column: &str, on_delete, on_update| ForeignKey {
        name: Some(name.into()),
        columns: vec![column.into()],
        ref_table: "user".into(),
        ref_columns: vec!["id".into()],
        on_delete,
        on_update,
        ..ForeignKey::default()
    };
    post.foreign_keys = vec![
        refers("fk_post_user", "user_id", ReferentialAction::SetNull, ReferentialAction::Cascade),
        refers("fk_post_other", "other_id", ReferentialAction::Restrict, ReferentialAction::NoAction),
    ];
    post.indexes.push(Index {
        name: "ix_post_both".into(),
        keys: vec![
            IndexKey::Column { name: "other_id".into(), descending: true },
            IndexKey::Column { name: "id".into(), descending: false },
        ],
        ..Index::default()
    });

    let mut follow = Table::new("follow");
    follow.columns =
        vec![Column::new("b", SqlType::Integer).not_null(), Column::new("a", SqlType::Integer).not_null()];
    follow.primary_key = key(&["a", "b"]);
    follow.foreign_keys.push(ForeignKey {
        name: Some("fk_follow_itself".into()),
        columns: vec!["b".into(), "a".into()],
        ref_table: "follow".into(),
        ref_columns: vec!["a".into(), "b".into()],
        ..ForeignKey::default()
    });
    vec![user, post, follow]
}

each_database! {
    async fn every_type_is_found_again(db: TestDatabase) {
        let mut c = db.engine().acquire().await.unwrap();
        let wide = wide(c.dialect());
        let expected = create(&mut c, vec![wide]).await;
        assert_same(&inspect(&mut c, &InspectOptions::default()).await.unwrap(), &expected);
    }

    async fn keys_and_indexes_are_found_again(db: TestDatabase) {
        let mut c = db.engine().acquire().await.unwrap();
        let expected = create(&mut c, blog()).await;
        assert_same(&inspect(&mut c, &InspectOptions::default()).await.unwrap(), &expected);
    }

    async fn only_the_tables_asked_for(db: TestDatabase) {
        let mut c = db.engine().acquire().await.unwrap();
        create(&mut c, blog()).await;
        c.execute("CREATE VIEW seen AS SELECT id FROM post", &[]).await.unwrap();
        let options = InspectOptions { tables: vec!["post".into(), "seen".into()], ..Default::default() };
        let found = inspect(&mut c, &options).await.unwrap();
        assert_eq!(found.tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["post"]);
        assert_eq!(found.tables[0].foreign_keys.len(), 2);
    }

    async fn the_number_of_queries_is_constant(db: TestDatabase) {
        let mut c = db.engine().acquire().await.unwrap();
        let recording = db.engine().record();
        inspect(&mut c, &InspectOptions::default()).await.unwrap();
        let empty = recording.statements().len();
        assert!((3..=6).contains(&empty), "{empty}");
        create(&mut c, blog()).await;
        let before = recording.statements().len();
        inspect(&mut c, &InspectOptions::default()).await.unwrap();
        assert_eq!(recording.statements().len() - before, empty);
    }

    async fn added_columns_are_found_again(db: TestDatabase) {
        let mut c = db.engine().acquire().await.unwrap();
        let dialect = c.dialect();
        let mut table = Table::new("t");
        table.columns.push(Column::new("id", SqlType::Integer));
        create(&mut c, vec![table.clone()]).await;
        let late = types(dialect).into_iter().enumerate();
        for (i, (ty, default)) in late {
            // SQLite fills the rows that are there, so a default is what lets a column be NOT NULL.
            let mut column = Column::new(format!("late '{i}\""), ty);
            column.nullable = default.as_ref().is_none_or(|_| i % 2 == 0);
            column.default = default.map(ServerDefault::Value);
            let add = Ddl::AddColumn { schema: None, table: "t".into(), column: column.clone() };
            for sql in dialect.ddl(&add).unwrap() {
                c.execute(&sql, &[]).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
            }
            table.columns.push(column);
        }
        let expected = Schema { tables: vec![as_inspected(dialect, &table)] };
        assert_same(&inspect(&mut c, &InspectOptions::default()).await.unwrap(), &expected);
    }

    async fn checks_generated_columns_and_expressions(db: TestDatabase) {
        let mut c = db.engine().acquire().await.unwrap();
        let dialect = c.dialect();
        let mut table = Table::new("t");
        let mut doubled = Column::new("doubled", SqlType::Integer);
        doubled.computed = Some(Computed { sql: "a * 2".into(), stored: true });
        let mut random = Column::new("random", SqlType::Integer);
        random.default = Some(ServerDefault::Sql("1 + 2".into()));
        table.columns = vec![Column::new("a", SqlType::Integer), doubled, random];
        table.checks.push(Check { name: Some("ck_t_a".into()), sql: "a > 0".into() });
        create(&mut c, vec![table]).await;
        let found = inspect(&mut c, &InspectOptions::default()).await.unwrap();
        let t = found.table("t").unwrap();
        assert_eq!(t.checks.len(), 1, "{:?}", t.checks);
        assert_eq!(t.checks[0].name.as_deref(), Some("ck_t_a"));
        assert_eq!(t.checks[0].sql.replace('`', ""), "a > 0");
        let computed = t.columns[1].computed.as_ref().unwrap();
        assert_eq!((computed.sql.replace('`', "").as_str(), computed.stored), ("a * 2", true), "{dialect:?}");
        assert_eq!(t.columns[1].default, None);
        assert_eq!(t.columns[2].default, Some(ServerDefault::Sql("1 + 2".into())));
        assert_eq!(t.primary_key, None);
    }
}

/// What only some databases have.
async fn partial(db: TestDatabase) {
    let mut c = db.engine().acquire().await.unwrap();
    let mut table = Table::new("t");
    table.columns = vec![Column::new("a", SqlType::Integer), Column::new("b", SqlType::Text)];
    table.foreign_keys.push(ForeignKey {
        name: Some("fk_t".into()),
        columns: vec!["a".into()],
        ref_table: "o".into(),
        ref_columns: vec!["id".into()],
        deferrable: Some(true),
        ..ForeignKey::default()
    });
    table.indexes.push(Index {
        name: "ix_t".into(),
        keys: vec![
            IndexKey::Expression("lower(b)".into()),
            IndexKey::Column { name: "a".into(), descending: true },
        ],
        unique: true,
        filter: Some("a > 0".into()),
        ..Index::default()
    });
    let mut other = Table::new("o");
    other.columns = vec![Column::new("id", SqlType::Integer).not_null()];
    other.primary_key = Some(PrimaryKey { name: Some("the_key".into()), columns: vec!["id".into()] });
    let expected = create(&mut c, vec![table, other]).await;
    assert_same(&inspect(&mut c, &InspectOptions::default()).await.unwrap(), &expected);
}

#[test]
fn partial_indexes_and_deferred_keys_on_sqlite() {
    rebis_testkit::run(rebis_testkit::Backend::Sqlite, partial);
}

#[test]
fn partial_indexes_and_deferred_keys_on_postgres() {
    rebis_testkit::run(rebis_testkit::Backend::Postgres, partial);
}

#[test]
fn what_only_postgres_has() {
    rebis_testkit::run(rebis_testkit::Backend::Postgres, |db| async move {
        let mut c = db.engine().acquire().await.unwrap();
        let mut table = Table::new("t");
        let mut id = Column::new("id", SqlType::BigInteger);
        id.identity =
            Some(Identity { always: true, start: Some(5), increment: Some(1), ..Identity::default() });
        table.columns = vec![id, Column::new("tags", SqlType::Array(Box::new(SqlType::Text)))];
        table.columns.push(Column::new("place", SqlType::Other("inet".into())));
        table.indexes.push(Index { method: Some("gin".into()), ..Index::new("ix_tags", ["tags"]) });
        table.indexes.push(Index { include: vec!["place".into()], ..Index::new("ix_id", ["id"]) });
        let expected = create(&mut c, vec![table]).await;
        c.script(
            "CREATE SCHEMA other; CREATE TABLE other.x (id INT PRIMARY KEY);
            CREATE TABLE parted (id INT NOT NULL) PARTITION BY RANGE (id);
            CREATE TABLE part_1 PARTITION OF parted FOR VALUES FROM (0) TO (9);
            CREATE TEMPORARY TABLE passing (id INT); CREATE SEQUENCE loose;
            CREATE TABLE z (id INT DEFAULT nextval('loose'), x INT REFERENCES other.x, gone INT); ALTER TABLE z DROP gone",
        )
        .await
        .unwrap();
        let only = |name: &str| InspectOptions { tables: vec![name.into()], ..Default::default() };
        assert_same(&inspect(&mut c, &only("t")).await.unwrap(), &expected);
        let names =
            |s: &Schema| s.tables.iter().map(|t| (t.schema.clone(), t.name.clone())).collect::<Vec<_>>();
        let own = |name: &str| (None, name.to_owned());
        let all = inspect(&mut c, &InspectOptions::default()).await.unwrap();
        assert_eq!(names(&all), [own("parted"), own("t"), own("z")]);
        let z = all.table("z").unwrap();
        assert!(!z.columns[0].autoincrement, "a sequence that the column does not own is a default");
        assert!(
            matches!(&z.columns[0].default, Some(ServerDefault::Sql(sql)) if sql.starts_with("nextval("))
        );
        assert_eq!(z.columns.len(), 2);
        assert_eq!(z.foreign_keys[0].ref_schema.as_deref(), Some("other"));
        let options = InspectOptions { schemas: vec!["other".into()], ..Default::default() };
        let both = inspect(&mut c, &options).await.unwrap();
        assert_eq!(names(&both).last(), Some(&(Some("other".into()), "x".into())));
    });
}

#[test]
fn sqlite_keys_without_a_rowid_do_not_count() {
    rebis_testkit::run(rebis_testkit::Backend::Sqlite, |db| async move {
        let mut c = db.engine().acquire().await.unwrap();
        c.script(
            "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n UNIQUE);
            CREATE TABLE b (id INTEGER NOT NULL PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE c (id INTEGER PRIMARY KEY DESC, a REFERENCES a);
            CREATE VIRTUAL TABLE v USING fts5(x); INSERT INTO a (n) VALUES (1); ANALYZE",
        )
        .await
        .unwrap();
        let found = inspect(&mut c, &InspectOptions::default()).await.unwrap();
        let counts: Vec<(&str, bool)> =
            found.tables.iter().map(|t| (t.name.as_str(), t.columns[0].autoincrement)).collect();
        assert_eq!(counts, [("a", true), ("b", false), ("c", false)]);
        assert_eq!(found.tables[2].foreign_keys[0].ref_columns, ["id"]);
        assert_eq!(
            found.tables[0].uniques,
            [Unique { name: None, columns: vec!["n".into()], deferrable: None, nulls_not_distinct: false }]
        );
        assert_eq!(found.tables[0].columns[1].ty, SqlType::Other(String::new()));
    });
}

#[test]
fn an_instant_keeps_its_moment() {
    // A default with a zone is the same moment whatever zone the session has.
    rebis_testkit::run(rebis_testkit::Backend::Postgres, |db| async move {
        let mut c = db.engine().acquire().await.unwrap();
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut column = Column::new("at", SqlType::DateTime { timezone: true });
        column.default = Some(ServerDefault::Value(Value::DateTimeUtc(at)));
        let mut table = Table::new("t");
        table.columns.push(column);
        let expected = create(&mut c, vec![table]).await;
        c.execute("SET TIME ZONE 'Asia/Kolkata'", &[]).await.unwrap();
        assert_same(&inspect(&mut c, &InspectOptions::default()).await.unwrap(), &expected);
    });
}
