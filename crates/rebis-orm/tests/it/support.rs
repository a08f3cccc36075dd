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
            }
            c => out.push(c),
        }
    }
    out
}

/// The INSERT of so many rows whose key `key` the database makes, as this database takes it: in one statement where it tells the keys of
/// all rows, else as one prepared statement that runs for each row (and is noted once).
pub fn insert(test: &TestDatabase, table: &str, columns: &str, rows: usize, key: &str) -> String {
    let row = vec!["?"; columns.split(", ").count()].join(", ");
    let values = |n: usize| vec![format!("({row})"); n].join(", ");
    let head = format!("INSERT INTO {table} ({columns}) VALUES ");
    match test.dialect().capabilities().generated_keys {
        GeneratedKeys::PerRow => format!("{head}{}", values(1)),
        GeneratedKeys::FirstOfStatement => format!("{head}{}", values(rows)),
        _ => format!("{head}{} RETURNING {key}", values(rows)),
    }
}
