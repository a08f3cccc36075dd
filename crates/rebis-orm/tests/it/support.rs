//! What the tests share: the tables of their models, and statements in a form that all databases have in common.

use rebis::Database;
use rebis_orm::__private::Model;
use rebis_sql::{Ddl, GeneratedKeys};
use rebis_testkit::TestDatabase;

/// The test's database with the tables of the models created and no statement noted yet.
pub async fn tables(test: &TestDatabase) -> Database {
    let db = Database::with_engine(test.engine().clone()).models(crate::models::all());
    db.create_all().await.expect("create_all");
    let mut connection = test.acquire().await;
    for meta in crate::models::broken() {
        let create = Ddl::CreateTable { table: meta.table().clone(), if_not_exists: false };
        for sql in test.dialect().ddl(&create).expect("ddl") {
            connection.execute(&sql, &[]).await.expect("create table");
        }
    }
    drop(connection);
    let _ = test.statements();
    db
}

/// The number of rows of a model's table.
pub async fn rows<M: Model>(db: &Database) -> u64 {
    rebis::select(rebis::EntityOf::<M>::new()).count(db).await.expect("count")
}

/// The statements since the last call, without quotes, each placeholder written `?`.
pub fn sql(test: &TestDatabase) -> Vec<String> {
    test.statements().iter().map(|text| plain(text)).collect()
}

pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '`' => {}
            '$' => {
                while chars.next_if(char::is_ascii_digit).is_some() {}
                out.push('?');
                // The type of an array of values.
                if chars.peek() == Some(&':') {
                    while chars.next_if(|c| !matches!(c, ',' | ')')).is_some() {}
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// The INSERT of so many rows whose key `key` the database makes, as this database takes it: one prepared statement that runs for each row
/// (and is noted once), or one statement for all rows, of arrays where there are some, that tells the keys or the first of them.
pub fn insert(test: &TestDatabase, table: &str, columns: &str, rows: usize, key: &str) -> String {
    let row = vec!["?"; columns.split(", ").count()].join(", ");
    let capabilities = test.dialect().capabilities();
    let head = format!("INSERT INTO {table} ({columns})");
    let values = |n: usize| format!("{head} VALUES {}", vec![format!("({row})"); n].join(", "));
    match capabilities.generated_keys {
        GeneratedKeys::PerRow => values(1),
        GeneratedKeys::FirstOfStatement => values(rows),
        _ if capabilities.arrays && rows > 1 => {
            format!("{head} SELECT * FROM unnest({row}) RETURNING {key}")
        }
        _ => format!("{} RETURNING {key}", values(rows)),
    }
}

/// As [`insert`], of rows whose keys the program knows.
pub fn insert_all(test: &TestDatabase, table: &str, columns: &str, rows: usize) -> String {
    let text = insert(test, table, columns, rows, "");
    text.strip_suffix(" RETURNING ").map(str::to_owned).unwrap_or(text)
}
