//! rusqlite, statements from its cache. Invariant: this is the floor: rows go straight into structs, inserts through one prepared statement.

use std::hint::black_box;

use rusqlite::Connection;

use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, Work};

pub struct Raw(Connection);

#[allow(dead_code, reason = "read to be thrown away")]
struct User {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

impl Raw {
    pub fn new(file: &str) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch("PRAGMA synchronous = normal; PRAGMA foreign_keys = on")?;
        Ok(Raw(connection))
    }

    fn load(&self) -> Result<usize> {
        let mut select = self.0.prepare_cached("SELECT id, name, hair_color FROM users")?;
        let users = select.query_map([], user)?.collect::<rusqlite::Result<Vec<User>>>()?;
        Ok(black_box(users).len())
    }

    fn get(&self, ids: &[i64]) -> Result<usize> {
        for id in ids {
            let mut select = self.0.prepare_cached("SELECT id, name, hair_color FROM users WHERE id = ?")?;
            black_box(select.query_row([id], user)?);
        }
        Ok(ids.len())
    }

    fn insert(&mut self, rows: &[NewUser]) -> Result<usize> {
        let mut keys = Vec::with_capacity(rows.len());
        let transaction = self.0.transaction()?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO users (name, hair_color) VALUES (?, ?)")?;
            for row in rows {
                keys.push(insert.insert((&row.name, &row.hair_color))?);
            }
        }
        transaction.commit()?;
        Ok(black_box(keys).len())
    }
}

fn user(row: &rusqlite::Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: row.get(0)?, name: row.get(1)?, hair_color: row.get(2)? })
}

impl Contestant for Raw {
    fn name(&self) -> &'static str {
        "rusqlite"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load()?,
                    Work::Get(ids) => self.get(ids)?,
                    Work::Insert(new) | Work::InsertKeys(new) => self.insert(new)?,
                };
            }
            Ok(rows)
        }))
    }
}
