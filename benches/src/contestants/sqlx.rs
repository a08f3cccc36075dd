//! sqlx through its pool, on three databases. Invariant: the three differ only in placeholders and in how keys come back.

use std::hint::black_box;

use super::{Contestant, Job, together};
use crate::Result;
use crate::work::{NewUser, Work};

#[allow(dead_code, reason = "read to be thrown away")]
#[derive(sqlx::FromRow)]
struct User {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

/// A contestant on one of sqlx's databases.
macro_rules! on {
    ($module:ident, $database:ty, $pool:ty, $by_key:literal, connect: $connect:expr, keys: $keys:expr) => {
        pub mod $module {
            use super::*;

            type Builder = sqlx::QueryBuilder<$database>;

            pub struct Sqlx($pool);

            impl Sqlx {
                pub async fn new(url: &str) -> Result<Self> {
                    Ok(Sqlx($connect(url).await?))
                }

                async fn load(&self) -> Result<usize> {
                    let query = sqlx::query_as::<_, User>("SELECT id, name, hair_color FROM users");
                    Ok(black_box(query.fetch_all(&self.0).await?).len())
                }

                async fn get(&self, ids: &[i64]) -> Result<usize> {
                    for id in ids {
                        let query = sqlx::query_as::<_, User>($by_key).bind(*id);
                        black_box(query.fetch_one(&self.0).await?);
                    }
                    Ok(ids.len())
                }

                async fn concurrent(&self, all: &[Vec<i64>]) -> Result<usize> {
                    together(all.iter().map(|ids| self.get(ids))).await
                }

                async fn insert(&self, rows: &[NewUser]) -> Result<usize> {
                    let done = statement(rows).build().execute(&self.0).await?;
                    Ok(usize::try_from(done.rows_affected())?)
                }

                async fn insert_keys(&self, rows: &[NewUser]) -> Result<usize> {
                    let keys: Vec<i64> = $keys(statement(rows), &self.0).await?;
                    Ok(black_box(keys).len())
                }
            }

            fn statement(rows: &[NewUser]) -> Builder {
                let mut builder = Builder::new("INSERT INTO users (name, hair_color) ");
                builder.push_values(rows, |mut values, row| {
                    values.push_bind(row.name.clone()).push_bind(row.hair_color.clone());
                });
                builder
            }

            impl Contestant for Sqlx {
                fn name(&self) -> &'static str {
                    "sqlx"
                }

                fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
                    if !work.is_plain() && !matches!(work, Work::Concurrent(_)) {
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
                                Work::Concurrent(all) => self.concurrent(all).await?,
                                _ => 0,
                            };
                        }
                        Ok(rows)
                    }))
                }
            }
        }
    };
}

on!(
    sqlite, sqlx::Sqlite, sqlx::SqlitePool, "SELECT id, name, hair_color FROM users WHERE id = ?",
    connect: async |file: &str| {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Normal);
        sqlx::SqlitePool::connect_with(options).await
    },
    keys: async |mut builder: Builder, pool: &sqlx::SqlitePool| {
        builder.push(" RETURNING id");
        builder.build_query_scalar().fetch_all(pool).await
    }
);

on!(
    postgres, sqlx::Postgres, sqlx::PgPool, "SELECT id, name, hair_color FROM users WHERE id = $1",
    connect: async |url: &str| sqlx::PgPool::connect(url).await,
    keys: async |mut builder: Builder, pool: &sqlx::PgPool| {
        builder.push(" RETURNING id");
        builder.build_query_scalar().fetch_all(pool).await
    }
);

on!(
    mysql, sqlx::MySql, sqlx::MySqlPool, "SELECT id, name, hair_color FROM users WHERE id = ?",
    connect: async |url: &str| sqlx::MySqlPool::connect(url).await,
    keys: async |mut builder: Builder, pool: &sqlx::MySqlPool| {
        let done = builder.build().execute(pool).await?;
        let first = done.last_insert_id().cast_signed();
        Ok::<_, sqlx::Error>((first..first + done.rows_affected().cast_signed()).collect())
    }
);
