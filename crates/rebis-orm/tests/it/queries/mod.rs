//! The query language: each part with its SQL in every dialect, and its rows on every database that is there.

mod by_hand;
mod documents;
mod functions;
mod joins;
mod modify;
mod pages;
mod sets;
mod streams;
mod subqueries;
mod windows;

use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use rebis::{BelongsTo, Database, HasMany, Result};
use rebis_macros::Model;
use rebis_sql::Dialect;
use rebis_testkit::TestDatabase;

#[derive(Model, Clone, Debug)]
pub struct Employee {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[column(length = 40)]
    pub town: Option<String>,
    pub salary: i32,
    pub hired: NaiveDate,
    #[column(foreign_key = Employee::id)]
    pub manager_id: Option<i64>,
    #[relation(back_populates = reports)]
    pub manager: BelongsTo<Option<Employee>>,
    #[relation(back_populates = manager)]
    pub reports: HasMany<Employee>,
    #[relation(back_populates = seller)]
    pub sales: HasMany<Sale>,
}

#[derive(Model, Clone, Debug)]
pub struct Sale {
    #[column(primary_key)]
    pub id: i64,
    pub amount: i64,
    pub at: DateTime<Utc>,
    #[column(foreign_key = Employee::id)]
    pub seller_id: Option<i64>,
    #[relation(back_populates = sales)]
    pub seller: BelongsTo<Option<Employee>>,
}

/// ann leads bob and cid, bob leads dora; bob sold 10 and 30, cid 20, nobody 5.
async fn shop(test: &TestDatabase) -> Result<Database> {
    let db = Database::with_engine(test.engine().clone()).models(rebis::models![Employee, Sale]);
    db.create_all().await?;
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a day");
    let person = |id: i64, name: &str, salary: i32, hired| {
        Employee::builder().id(id).name(name).salary(salary).hired(hired)
    };
    rebis::insert(Employee)
        .values([person(1, "ann", 900, day(2019, 1, 31)).town("Ulm")])
        .execute(&db)
        .await?;
    rebis::insert(Employee)
        .values([
            person(2, "bob", 500, day(2020, 2, 29)).town("Bonn").manager_id(1),
            person(3, "cid", 500, day(2021, 7, 1)).manager_id(1),
        ])
        .execute(&db)
        .await?;
    rebis::insert(Employee)
        .values([person(4, "Dora", 300, day(2024, 12, 24)).town("Ulm").manager_id(2)])
        .execute(&db)
        .await?;
    let at = |hour| Utc.with_ymd_and_hms(2026, 11, 20, hour, 30, 59).single().expect("a moment");
    let sale = |id: i64, amount: i64, hour| Sale::builder().id(id).amount(amount).at(at(hour));
    rebis::insert(Sale)
        .values([
            sale(1, 10, 8).seller_id(2),
            sale(2, 20, 9).seller_id(3),
            sale(3, 30, 10).seller_id(2),
            sale(4, 5, 23),
        ])
        .execute(&db)
        .await?;
    let _ = test.statements();
    Ok(db)
}

/// The SQL in every dialect, one line for each different text, names without quotes.
fn sql(write: impl Fn(Dialect) -> String) -> String {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for dialect in Dialect::ALL {
        let text = crate::support::plain(&write(dialect));
        match lines.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => names.push(dialect.name()),
            None => lines.push((vec![dialect.name()], text)),
        }
    }
    lines.iter().map(|(names, text)| format!("{}: {text}", names.join(", "))).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn same(got: &str, wanted: &str) {
    let trim = |s: &str| s.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert!(trim(got) == trim(wanted), "got:\n{got}\n\nwanted:\n{wanted}");
}
