//! SeaORM through its pool. Invariant: keys come back with RETURNING; where there is none (MySQL), each row is inserted by itself.

use std::hint::black_box;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectOptions, Database, DatabaseConnection, TransactionTrait};

use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, Work};

mod users {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub hair_color: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub struct SeaOrm(DatabaseConnection);

fn new(row: &NewUser) -> users::ActiveModel {
    users::ActiveModel {
        name: Set(row.name.clone()),
        hair_color: Set(row.hair_color.clone()),
        ..Default::default()
    }
}

impl SeaOrm {
    pub async fn new(url: &str) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options.sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(sqlx::sqlite::SqliteSynchronous::Normal)
        });
        Ok(SeaOrm(Database::connect(options).await?))
    }

    async fn load(&self) -> Result<usize> {
        Ok(black_box(users::Entity::find().all(&self.0).await?).len())
    }

    async fn get(&self, ids: &[i64]) -> Result<usize> {
        let mut found = 0;
        for id in ids {
            found += usize::from(black_box(users::Entity::find_by_id(*id).one(&self.0).await?).is_some());
        }
        Ok(found)
    }

    async fn insert(&self, rows: &[NewUser]) -> Result<usize> {
        let count = users::Entity::insert_many(rows.iter().map(new)).exec_without_returning(&self.0).await?;
        Ok(usize::try_from(count)?)
    }

    async fn insert_keys(&self, rows: &[NewUser]) -> Result<usize> {
        if self.0.support_returning() {
            let insert = users::Entity::insert_many(rows.iter().map(new));
            return Ok(black_box(insert.exec_with_returning(&self.0).await?).len());
        }
        let mut keys = Vec::with_capacity(rows.len());
        let transaction = self.0.begin().await?;
        for row in rows {
            keys.push(users::Entity::insert(new(row)).exec(&transaction).await?.last_insert_id);
        }
        transaction.commit().await?;
        Ok(black_box(keys).len())
    }
}

impl Contestant for SeaOrm {
    fn name(&self) -> &'static str {
        "SeaORM"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load().await?,
                    Work::Get(ids) => self.get(ids).await?,
                    Work::Insert(new) => self.insert(new).await?,
                    Work::InsertKeys(new) => self.insert_keys(new).await?,
                };
            }
            Ok(rows)
        }))
    }
}
