//! mysql_async on one connection, statements from its cache. Invariant: this is the floor: many rows go in one statement, and their keys
//! follow from the first, as InnoDB promises.

use std::hint::black_box;

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Opts, Value};

use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, Work};

pub struct Raw(Conn);

#[allow(dead_code, reason = "read to be thrown away")]
struct User {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

impl Raw {
    pub async fn new(url: &str) -> Result<Self> {
        Ok(Raw(Conn::new(Opts::from_url(url)?).await?))
    }

    async fn load(&mut self) -> Result<usize> {
        let users = self.0.exec_map("SELECT id, name, hair_color FROM users", (), user).await?;
        Ok(black_box(users).len())
    }

    async fn get(&mut self, ids: &[i64]) -> Result<usize> {
        let mut found = 0;
        for id in ids {
            let row = self.0.exec_first("SELECT id, name, hair_color FROM users WHERE id = ?", (id,)).await?;
            found += usize::from(black_box(row.map(user)).is_some());
        }
        Ok(found)
    }

    async fn insert(&mut self, rows: &[NewUser]) -> Result<usize> {
        let values = vec!["(?, ?)"; rows.len()].join(", ");
        let binds: Vec<Value> =
            rows.iter().flat_map(|row| [Value::from(&row.name), Value::from(&row.hair_color)]).collect();
        let sql = format!("INSERT INTO users (name, hair_color) VALUES {values}");
        let result = self.0.exec_iter(sql, binds).await?;
        let first = result.last_insert_id().ok_or("no key came back")?;
        let keys: Vec<u64> = (first..).take(usize::try_from(result.affected_rows())?).collect();
        result.drop_result().await?;
        Ok(black_box(keys).len())
    }
}

fn user((id, name, hair_color): (i64, String, Option<String>)) -> User {
    User { id, name, hair_color }
}

impl Contestant for Raw {
    fn name(&self) -> &'static str {
        "mysql_async"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        if !work.is_plain() {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load().await?,
                    Work::Get(ids) => self.get(ids).await?,
                    Work::Insert(new) | Work::InsertKeys(new) => self.insert(new).await?,
                    _ => 0,
                };
            }
            Ok(rows)
        }))
    }
}
