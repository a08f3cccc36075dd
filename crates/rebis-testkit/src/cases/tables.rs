//! The tables that the cases use.

use rebis_sql::SqlType;
use rebis_sql::schema::{Check, Column, ForeignKey, PrimaryKey, Table, Unique};

use crate::TestDatabase;

/// `item (id generated key, name text unique, amount integer)`.
#[must_use]
pub fn item() -> Table {
    let mut table = Table::new("item");
    let mut id = Column::new("id", SqlType::BigInteger).not_null();
    id.autoincrement = true;
    table.columns = vec![
        id,
        Column::new("name", SqlType::String(Some(80))).not_null(),
        Column::new("amount", SqlType::Integer),
    ];
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    table.uniques = vec![Unique {
        name: Some("uq_item_name".into()),
        columns: vec!["name".into()],
        deferrable: None,
        nulls_not_distinct: false,
    }];
    table.checks = vec![Check { name: Some("ck_item_amount".into()), sql: "amount >= 0".into() }];
    table
}

/// `part (id, item_id → item.id)`, the foreign key named.
#[must_use]
pub fn part() -> Table {
    let mut table = Table::new("part");
    table.columns =
        vec![Column::new("id", SqlType::BigInteger).not_null(), Column::new("item_id", SqlType::BigInteger)];
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    table.foreign_keys = vec![ForeignKey {
        name: Some("fk_part_item".into()),
        columns: vec!["item_id".into()],
        ref_table: "item".into(),
        ref_columns: vec!["id".into()],
        ..ForeignKey::default()
    }];
    table
}

pub(crate) async fn create(db: &TestDatabase) {
    // The first connection tells MySQL from MariaDB.
    drop(db.acquire().await);
    db.create_table(&item()).await;
    db.create_table(&part()).await;
    let _ = db.statements();
}

/// The names in the table, in order, read through a connection of its own.
pub(crate) async fn names(db: &TestDatabase) -> Vec<String> {
    db.acquire().await.fetch_values("SELECT name FROM item ORDER BY name", &[]).await.unwrap()
}

pub(crate) const INSERT: &str = "INSERT INTO item (name, amount) VALUES (?, ?)";

/// The binds of [`INSERT`].
pub(crate) fn row(name: &str, amount: i64) -> Vec<rebis_sql::Value> {
    vec![rebis_sql::Value::Text(name.into()), rebis_sql::Value::Int(amount)]
}
