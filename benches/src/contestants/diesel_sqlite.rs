//! Diesel on SQLite, one connection, synchronous. Invariant: lookups use `get_result` on `find`, rows go in one statement.

use std::hint::black_box;

use diesel::prelude::*;

use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, Work};

diesel::table! {
    users (id) {
        id -> BigInt,
        name -> Text,
        hair_color -> Nullable<Text>,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        user_id -> BigInt,
        title -> Text,
    }
}

pub struct Diesel(SqliteConnection);

#[derive(Queryable, Identifiable)]
#[diesel(table_name = users)]
#[allow(dead_code, reason = "read to be thrown away")]
struct Author {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

#[derive(Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = posts, belongs_to(Author, foreign_key = user_id))]
#[allow(dead_code, reason = "read to be thrown away")]
struct Post {
    id: i64,
    user_id: i64,
    title: String,
}

#[allow(dead_code, reason = "read to be thrown away")]
#[derive(Queryable)]
struct User {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct New<'a> {
    name: &'a str,
    hair_color: Option<&'a str>,
}

fn new(row: &NewUser) -> New<'_> {
    New { name: &row.name, hair_color: row.hair_color.as_deref() }
}

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
        let rows: Vec<New<'_>> = rows.iter().map(new).collect();
        Ok(diesel::insert_into(users::table).values(&rows).execute(&mut self.0)?)
    }

    fn insert_keys(&mut self, rows: &[NewUser]) -> Result<usize> {
        let rows: Vec<New<'_>> = rows.iter().map(new).collect();
        let keys: Vec<i64> =
            diesel::insert_into(users::table).values(&rows).returning(users::id).get_results(&mut self.0)?;
        Ok(black_box(keys).len())
    }
}

impl Diesel {
    fn relations(&mut self) -> Result<usize> {
        let authors = users::table.load::<Author>(&mut self.0)?;
        let posts = Post::belonging_to(&authors).load::<Post>(&mut self.0)?;
        let count = authors.len() + posts.len();
        let all: Vec<(Vec<Post>, Author)> = posts.grouped_by(&authors).into_iter().zip(authors).collect();
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
