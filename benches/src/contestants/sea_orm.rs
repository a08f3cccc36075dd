//! SeaORM through its pool. Invariant: keys come back with RETURNING; where there is none (MySQL), each row is inserted by itself.

use std::hint::black_box;

use sea_orm::entity::prelude::*;
use sea_orm::{
    ActiveValue::Set, ConnectOptions, Database, DatabaseConnection, LoaderTrait, QueryOrder, TransactionTrait,
};

use super::{Contestant, Job, together};
use crate::Result;
use crate::work::{NewUser, POSTS, Work, title};

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
    pub enum Relation {
        #[sea_orm(has_many = "super::posts::Entity")]
        Posts,
    }

    impl Related<super::posts::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Posts.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod posts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "posts")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub user_id: i64,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::users::Entity",
            from = "Column::UserId",
            to = "super::users::Column::Id"
        )]
        Users,
    }

    impl Related<super::users::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Users.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub struct SeaOrm {
    database: DatabaseConnection,
    /// What was read before the work.
    kept: Vec<users::Model>,
    count: usize,
}

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
        Ok(SeaOrm { database: Database::connect(options).await?, kept: Vec::new(), count: 0 })
    }

    async fn load(&self) -> Result<usize> {
        Ok(black_box(users::Entity::find().all(&self.database).await?).len())
    }

    async fn get(&self, ids: &[i64]) -> Result<usize> {
        let mut found = 0;
        for id in ids {
            found +=
                usize::from(black_box(users::Entity::find_by_id(*id).one(&self.database).await?).is_some());
        }
        Ok(found)
    }

    async fn insert(&self, rows: &[NewUser]) -> Result<usize> {
        let count =
            users::Entity::insert_many(rows.iter().map(new)).exec_without_returning(&self.database).await?;
        Ok(usize::try_from(count)?)
    }

    async fn insert_keys(&self, rows: &[NewUser]) -> Result<usize> {
        if self.database.support_returning() {
            let insert = users::Entity::insert_many(rows.iter().map(new));
            return Ok(black_box(insert.exec_with_returning(&self.database).await?).len());
        }
        let mut keys = Vec::with_capacity(rows.len());
        let transaction = self.database.begin().await?;
        for row in rows {
            keys.push(users::Entity::insert(new(row)).exec(&transaction).await?.last_insert_id);
        }
        transaction.commit().await?;
        Ok(black_box(keys).len())
    }
}

impl SeaOrm {
    async fn relations(&self) -> Result<usize> {
        let users = users::Entity::find().all(&self.database).await?;
        let posts = users.load_many(posts::Entity, &self.database).await?;
        Ok(users.len() + black_box(posts).iter().map(Vec::len).sum::<usize>())
    }

    async fn graph(&self, rows: &[NewUser]) -> Result<usize> {
        let transaction = self.database.begin().await?;
        let mut count = 0;
        for row in rows {
            let user = users::Entity::insert(new(row)).exec(&transaction).await?.last_insert_id;
            let posts = (0..POSTS).map(|i| posts::ActiveModel {
                user_id: Set(user),
                title: Set(title(i)),
                ..Default::default()
            });
            count += 1 + POSTS;
            posts::Entity::insert_many(posts).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(count)
    }

    async fn update(&mut self, ids: &[i64]) -> Result<usize> {
        self.count += 1;
        let transaction = self.database.begin().await?;
        for id in ids {
            let mut user: users::ActiveModel = self.kept[usize::try_from(*id)? - 1].clone().into();
            user.hair_color = Set(Some(format!("sea {}", self.count)));
            black_box(user.update(&transaction).await?);
        }
        transaction.commit().await?;
        Ok(ids.len())
    }

    async fn concurrent(&self, all: &[Vec<i64>]) -> Result<usize> {
        together(all.iter().map(|ids| self.get(ids))).await
    }
}

impl Contestant for SeaOrm {
    fn name(&self) -> &'static str {
        "SeaORM"
    }

    fn prepare<'a>(&'a mut self, work: &'a Work) -> Job<'a> {
        Box::pin(async move {
            if matches!(work, Work::Update(_)) {
                let all = users::Entity::find().order_by_asc(users::Column::Id);
                self.kept = all.all(&self.database).await?;
            }
            Ok(0)
        })
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        if matches!(work, Work::Hit(_)) {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load().await?,
                    Work::Get(ids) => self.get(ids).await?,
                    Work::Insert(new) => self.insert(new).await?,
                    Work::InsertKeys(new) => self.insert_keys(new).await?,
                    Work::Graph(new) => self.graph(new).await?,
                    Work::Relations => self.relations().await?,
                    Work::Update(ids) => self.update(ids).await?,
                    Work::Concurrent(all) => self.concurrent(all).await?,
                    Work::Hit(_) => 0,
                };
            }
            Ok(rows)
        }))
    }
}
