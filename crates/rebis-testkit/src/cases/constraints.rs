//! Each kind of violation is told apart, with the names that the database gives and without the values of the row.

use rebis_engine::{Error, ErrorKind};
use rebis_sql::Value;

use super::tables::{INSERT, create, row};
use crate::{Backend, TestDatabase};

async fn fails(db: &TestDatabase, sql: &str, binds: &[Value]) -> Error {
    let sql = db.sql(sql);
    let error = db.acquire().await.execute(&sql, binds).await.expect_err("a violation");
    assert_eq!(error.sql(), Some(sql.as_str()));
    // What a log shows.
    assert!(!format!("{error:?} {}", chain(Some(&error))).contains("s3cret"), "{error:?}");
    error
}

/// An error's words and those of its causes.
fn chain(mut next: Option<&(dyn std::error::Error + 'static)>) -> String {
    let mut words = String::new();
    while let Some(error) = next {
        words.push_str(&format!("{error}\n"));
        next = error.source();
    }
    words
}

/// A unique constraint: the kind, and the constraint's name (SQLite: its columns).
pub async fn unique_violation(db: TestDatabase) {
    create(&db).await;
    db.acquire().await.execute(&db.sql(INSERT), &row("s3cret", 1)).await.unwrap();
    let error = fails(&db, INSERT, &row("s3cret", 2)).await;
    assert_eq!(error.kind(), ErrorKind::UniqueViolation, "{error}");
    let expected = if db.backend() == Backend::Sqlite { "item.name" } else { "uq_item_name" };
    assert_eq!(error.constraint(), Some(expected));
    let own = chain(error.report());
    assert_eq!(
        own.contains("s3cret"),
        db.backend() != Backend::Sqlite,
        "the database's own words are kept: {own}"
    );
    assert!(error.is_unique_violation() && error.is_constraint_violation() && !error.is_retryable());
}

/// A primary key is unique too.
pub async fn duplicate_key(db: TestDatabase) {
    create(&db).await;
    db.acquire().await.execute("INSERT INTO part (id) VALUES (1)", &[]).await.unwrap();
    let error = fails(&db, "INSERT INTO part (id) VALUES (?)", &[Value::Int(1)]).await;
    assert_eq!(error.kind(), ErrorKind::UniqueViolation, "{error}");
}

/// A foreign key, from both of its sides. SQLite names no constraint.
pub async fn foreign_key_violation(db: TestDatabase) {
    create(&db).await;
    let named = (db.backend() != Backend::Sqlite).then_some("fk_part_item");
    let error =
        fails(&db, "INSERT INTO part (id, item_id) VALUES (?, ?)", &[Value::Int(1), Value::Int(99)]).await;
    assert_eq!((error.kind(), error.constraint()), (ErrorKind::ForeignKeyViolation, named), "{error}");

    let mut connection = db.acquire().await;
    connection.execute("INSERT INTO item (id, name) VALUES (7, 'a')", &[]).await.unwrap();
    connection.execute("INSERT INTO part (id, item_id) VALUES (1, 7)", &[]).await.unwrap();
    drop(connection);
    let error = fails(&db, "DELETE FROM item WHERE id = ?", &[Value::Int(7)]).await;
    assert_eq!((error.kind(), error.constraint()), (ErrorKind::ForeignKeyViolation, named), "{error}");
}

/// NULL where it is forbidden, with the column's name.
pub async fn not_null_violation(db: TestDatabase) {
    create(&db).await;
    let error = fails(&db, INSERT, &[Value::Null, Value::Int(1)]).await;
    assert_eq!((error.kind(), error.column()), (ErrorKind::NotNullViolation, Some("name")), "{error}");
}

/// A check, with its name.
pub async fn check_violation(db: TestDatabase) {
    create(&db).await;
    let error = fails(&db, INSERT, &row("s3cret", -1)).await;
    assert_eq!(
        (error.kind(), error.constraint()),
        (ErrorKind::CheckViolation, Some("ck_item_amount")),
        "{error}"
    );
}

/// What is missing, and what is no SQL.
pub async fn missing_and_syntax(db: TestDatabase) {
    create(&db).await;
    let error = fails(&db, "SELECT * FROM nowhere", &[]).await;
    assert_eq!(error.kind(), ErrorKind::Missing, "{error}");
    let error = fails(&db, "SELECT nowhere FROM item", &[]).await;
    assert_eq!(error.kind(), ErrorKind::Missing, "{error}");
    let error = fails(&db, "SELEKT 1", &[]).await;
    assert_eq!(error.kind(), ErrorKind::Syntax, "{error}");
    let error = fails(&db, "SELECT name FROM item WHERE name = ?", &[]).await;
    assert_eq!(error.kind(), ErrorKind::Syntax, "{error}");
}
