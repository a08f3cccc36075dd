//! Every column type comes back as it was stored.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rebis_sql::schema::{Column, PrimaryKey, Table};
use rebis_sql::{ColumnType, SqlType, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{Backend, TestDatabase};

/// Stores each value in a column of the type and reads it back; NULL as well.
async fn round_trip<T: ColumnType + PartialEq + Debug + Send + Sync>(
    db: &TestDatabase,
    ty: SqlType,
    values: &[T],
) {
    drop(db.acquire().await);
    let mut table = Table::new("sample");
    table.columns = vec![Column::new("id", SqlType::Integer).not_null(), Column::new("v", ty.clone())];
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    if let SqlType::Enum { name, values } = &ty {
        let change = rebis_sql::Ddl::CreateType { name: name.clone(), values: values.clone() };
        for sql in db.dialect().ddl(&change).unwrap() {
            // Creating the table may create its types as well.
            let _ = db.acquire().await.script(&sql).await;
        }
    }
    db.create_table(&table).await;
    let mut c = db.acquire().await;
    let insert = db.sql("INSERT INTO sample (id, v) VALUES (?, ?)");
    for (i, value) in values.iter().enumerate() {
        c.execute(&insert, &[Value::Int(i as i64), value.to_value()])
            .await
            .unwrap_or_else(|e| panic!("{ty:?} {value:?}: {e}"));
    }
    c.execute(&insert, &[Value::Int(1000), Value::Null]).await.unwrap();
    let back: Vec<T> = c
        .fetch_values("SELECT v FROM sample WHERE id < 1000 ORDER BY id", &[])
        .await
        .unwrap_or_else(|e| panic!("{ty:?}: {e}"));
    assert_eq!(back, values, "{ty:?}");
    assert_eq!(
        c.fetch_all::<(Option<T>,)>("SELECT v FROM sample WHERE id = 1000", &[]).await.unwrap(),
        [(None,)],
        "{ty:?}"
    );
    c.script("DROP TABLE sample").await.unwrap();
}

/// Integers of every width, to their ends, and what does not fit is refused.
pub async fn integers(db: TestDatabase) {
    round_trip(&db, SqlType::SmallInteger, &[i16::MIN, 0, i16::MAX]).await;
    round_trip(&db, SqlType::Integer, &[i32::MIN, 0, i32::MAX]).await;
    round_trip(&db, SqlType::BigInteger, &[i64::MIN, 0, i64::MAX]).await;
    round_trip(&db, SqlType::Boolean, &[true, false]).await;
    if db.backend() == Backend::Sqlite {
        return;
    }
    let mut c = db.acquire().await;
    c.script("CREATE TABLE narrow (v SMALLINT)").await.unwrap();
    let e = c.execute(&db.sql("INSERT INTO narrow (v) VALUES (?)"), &[Value::Int(70_000)]).await.unwrap_err();
    assert_eq!(e.kind(), rebis_engine::ErrorKind::Data, "{e}");
    c.script("CREATE TABLE short (v VARCHAR(3))").await.unwrap();
    let e = c.execute("INSERT INTO short (v) VALUES ('long')", &[]).await.unwrap_err();
    assert_eq!(e.kind(), rebis_engine::ErrorKind::Data, "{e}");
    assert!(e.to_string().contains("; the value does not fit: shorten or correct it"), "{e}");
}

/// Floats to the last digit, decimals with their scale.
pub async fn numbers(db: TestDatabase) {
    round_trip(&db, SqlType::Double, &[0.0, -1.5, 0.1, 1e300, f64::MIN_POSITIVE]).await;
    round_trip(&db, SqlType::Float, &[0.0_f32, -1.5, 0.1, 3.25e10]).await;
    let decimals = ["0.00", "12.30", "-0.01", "99999999.99"].map(|d| Decimal::from_str_exact(d).unwrap());
    round_trip(&db, SqlType::Numeric { precision: Some(10), scale: Some(2) }, &decimals).await;
}

/// Text, bytes, JSON, UUIDs.
pub async fn texts(db: TestDatabase) {
    let texts = ["", "plain", "Zoë 🦀", "'quote' \\ \"", "line\nbreak"].map(String::from);
    round_trip(&db, SqlType::String(Some(40)), &texts).await;
    round_trip(&db, SqlType::Text, &[texts[2].clone(), "x".repeat(1_000_000)]).await;
    round_trip(&db, SqlType::LargeBinary, &[vec![], vec![0, 255, 10, 0], vec![7; 100_000]]).await;
    let json = serde_json::json!({ "a": [1, 2.5, null, "ü"], "b": { "c": true } });
    round_trip(&db, SqlType::Json, &[json, serde_json::json!([]), serde_json::json!("text")]).await;
    round_trip(&db, SqlType::Uuid, &[Uuid::nil(), Uuid::new_v4(), Uuid::max()]).await;
}

/// Dates and times to the microsecond.
pub async fn times(db: TestDatabase) {
    let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let time = |h, m, s, us| NaiveTime::from_hms_micro_opt(h, m, s, us).unwrap();
    round_trip(
        &db,
        SqlType::Date,
        &[date(1999, 12, 31), date(2000, 2, 29), date(1000, 1, 1), date(9999, 12, 31)],
    )
    .await;
    round_trip(&db, SqlType::Time, &[time(0, 0, 0, 0), time(23, 59, 59, 999_999)]).await;
    let moments =
        [date(2026, 11, 20).and_time(time(10, 12, 33, 123_456)), date(1970, 1, 1).and_time(time(0, 0, 0, 0))];
    round_trip(&db, SqlType::DateTime { timezone: false }, &moments).await;
    let utc: Vec<DateTime<Utc>> = moments.iter().map(chrono::NaiveDateTime::and_utc).collect();
    round_trip(&db, SqlType::DateTime { timezone: true }, &utc).await;
    let intervals =
        [TimeDelta::zero(), TimeDelta::microseconds(-1), TimeDelta::days(400) + TimeDelta::microseconds(1)];
    round_trip(&db, SqlType::Interval, &intervals).await;
}

/// Enum labels.
pub async fn enums(db: TestDatabase) {
    let ty = SqlType::Enum {
        name: "mood".into(),
        values: vec!["happy".into(), "so-so".into(), "it's bad".into()],
    };
    round_trip(&db, ty, &["happy".to_owned(), "it's bad".to_owned()]).await;
}

/// Arrays where there are some.
pub async fn arrays(db: TestDatabase) {
    if !db.dialect().capabilities().arrays {
        return;
    }
    let ints = |v: &[i64]| rebis_sql::Array(v.to_vec());
    round_trip(&db, SqlType::Array(Box::new(SqlType::BigInteger)), &[ints(&[]), ints(&[1, -2, 3])]).await;
    let texts = rebis_sql::Array(vec![Some("a,\"b\"".to_owned()), None]);
    round_trip(&db, SqlType::Array(Box::new(SqlType::Text)), &[texts]).await;
}
