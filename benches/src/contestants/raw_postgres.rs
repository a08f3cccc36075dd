//! tokio-postgres on one connection, statements prepared beforehand. Invariant: this is the floor: many rows go as two arrays.

use std::hint::black_box;

use tokio_postgres::{Client, Row, Statement};

use super::{Contestant, Job};
use crate::Result;
use crate::fixture::postgres::connect;
use crate::work::{NewUser, Work};

pub struct Raw {
    client: Client,
    load: Statement,
    get: Statement,
    insert: Statement,
    insert_keys: Statement,
}

#[allow(dead_code, reason = "read to be thrown away")]
struct User {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

impl Raw {
    pub async fn new(url: &str) -> Result<Self> {
        let client = connect(url).await?;
        let insert =
            "INSERT INTO users (name, hair_color) SELECT * FROM unnest($1::varchar[], $2::varchar[])";
        Ok(Raw {
            load: client.prepare("SELECT id, name, hair_color FROM users").await?,
            get: client.prepare("SELECT id, name, hair_color FROM users WHERE id = $1").await?,
            insert: client.prepare(insert).await?,
            insert_keys: client.prepare(&format!("{insert} RETURNING id")).await?,
            client,
        })
    }

    async fn load(&self) -> Result<usize> {
        let rows = self.client.query(&self.load, &[]).await?;
        let users = rows.iter().map(user).collect::<Result<Vec<User>, _>>()?;
        Ok(black_box(users).len())
    }

    async fn get(&self, ids: &[i64]) -> Result<usize> {
        for id in ids {
            black_box(user(&self.client.query_one(&self.get, &[id]).await?)?);
        }
        Ok(ids.len())
    }

    async fn insert(&self, rows: &[NewUser]) -> Result<usize> {
        let (names, colors) = columns(rows);
        Ok(usize::try_from(self.client.execute(&self.insert, &[&names, &colors]).await?)?)
    }

    async fn insert_keys(&self, rows: &[NewUser]) -> Result<usize> {
        let (names, colors) = columns(rows);
        let keys = self.client.query(&self.insert_keys, &[&names, &colors]).await?;
        let keys = keys.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        Ok(black_box(keys).len())
    }
}

fn columns(rows: &[NewUser]) -> (Vec<&str>, Vec<Option<&str>>) {
    rows.iter().map(|row| (row.name.as_str(), row.hair_color.as_deref())).unzip()
}

fn user(row: &Row) -> Result<User, tokio_postgres::Error> {
    Ok(User { id: row.try_get(0)?, name: row.try_get(1)?, hair_color: row.try_get(2)? })
}

impl Contestant for Raw {
    fn name(&self) -> &'static str {
        "tokio-postgres"
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
