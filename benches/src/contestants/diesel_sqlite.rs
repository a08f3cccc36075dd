//! Diesel on SQLite, one connection, synchronous. Invariant: lookups use `get_result` on `find`, rows go in one statement.

use std::hint::black_box;

use diesel::prelude::*;

use super::diesel_tables::{Post, User, new, users};
use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, Work};

pub struct Diesel(SqliteConnection);

impl Diesel {
    pub fn new(url: &str) -> Result<Self> {
        let mut connection = SqliteConnection::establish(url)?;
        diesel::sql_query("PRAGMA synchronous = normal").execute(&mut connection)?;
        diesel::sql_query("PRAGMA foreign_keys = on").execute(&mut connection)?;
        Ok(Diesel(connection))
    }

    fn load(&mut self) -> Result<usize> {
        Ok(black_box(users::table.load::<User>(&mut self.0)?).len())
    }

    fn get(&mut self, ids: &[i64]) -> Result<usize> {
        for id in ids {
            black_box(users::table.find(*id).get_result::<User>(&mut self.0)?);
        }
        Ok(ids.len())
    }

    fn insert(&mut self, rows: &[NewUser]) -> Result<usize> {
        Ok(diesel::insert_into(users::table).values(new(rows)).execute(&mut self.0)?)
    }

    fn insert_keys(&mut self, rows: &[NewUser]) -> Result<usize> {
        let keys: Vec<i64> = diesel::insert_into(users::table)
            .values(new(rows))
            .returning(users::id)
            .get_results(&mut self.0)?;
        Ok(black_box(keys).len())
    }
}

impl Diesel {
    fn relations(&mut self) -> Result<usize> {
        let users = users::table.load::<User>(&mut self.0)?;
        let posts = Post::belonging_to(&users).load::<Post>(&mut self.0)?;
        let count = users.len() + posts.len();
        let all: Vec<(Vec<Post>, User)> = posts.grouped_by(&users).into_iter().zip(users).collect();
        black_box(all);
        Ok(count)
    }
}

impl Contestant for Diesel {
    fn name(&self) -> &'static str {
        "Diesel"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        if !work.is_plain() && !matches!(work, Work::Relations) {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load()?,
                    Work::Get(ids) => self.get(ids)?,
                    Work::Insert(new) => self.insert(new)?,
                    Work::InsertKeys(new) => self.insert_keys(new)?,
                    Work::Relations => self.relations()?,
                    _ => 0,
                };
            }
            Ok(rows)
        }))
    }
}
