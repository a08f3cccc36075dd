//! Diesel on PostgreSQL through libpq, one connection, synchronous. Invariant: lookups use `get_result` on `find`, rows go in one statement.

use std::hint::black_box;

use diesel::prelude::*;

use super::diesel_tables::{User, new, users};
use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, Work};

pub struct Diesel(PgConnection);

impl Diesel {
    pub fn new(url: &str) -> Result<Self> {
        Ok(Diesel(PgConnection::establish(url)?))
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

impl Contestant for Diesel {
    fn name(&self) -> &'static str {
        "Diesel (libpq)"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        if !work.is_plain() {
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
                    _ => 0,
                };
            }
            Ok(rows)
        }))
    }
}
