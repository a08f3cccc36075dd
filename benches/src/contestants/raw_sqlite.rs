//! rusqlite, statements from its cache. Invariant: this is the floor: rows go straight into structs, inserts through one prepared statement.

use std::collections::HashMap;
use std::hint::black_box;

use rusqlite::Connection;

use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, POSTS, Work, title};

pub struct Raw(Connection, usize);

#[allow(dead_code, reason = "read to be thrown away")]
struct Post {
    id: i64,
    user_id: i64,
    title: String,
}

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
        Ok(Raw(connection, 0))
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

impl Raw {
    fn relations(&self) -> Result<usize> {
        let mut select = self.0.prepare_cached("SELECT id, name, hair_color FROM users")?;
        let users = select.query_map([], user)?.collect::<rusqlite::Result<Vec<User>>>()?;
        let mut select = self.0.prepare_cached("SELECT id, user_id, title FROM posts ORDER BY id")?;
        let post =
            |row: &rusqlite::Row<'_>| Ok(Post { id: row.get(0)?, user_id: row.get(1)?, title: row.get(2)? });
        let mut of_user: HashMap<i64, Vec<Post>> = HashMap::with_capacity(users.len());
        let mut count = users.len();
        for post in select.query_map([], post)? {
            let post = post?;
            count += 1;
            of_user.entry(post.user_id).or_default().push(post);
        }
        let all: Vec<(Vec<Post>, User)> =
            users.into_iter().map(|user| (of_user.remove(&user.id).unwrap_or_default(), user)).collect();
        black_box(all);
        Ok(count)
    }

    fn graph(&mut self, rows: &[NewUser]) -> Result<usize> {
        let transaction = self.0.transaction()?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO users (name, hair_color) VALUES (?, ?)")?;
            let mut post = transaction.prepare_cached("INSERT INTO posts (user_id, title) VALUES (?, ?)")?;
            for row in rows {
                let id = insert.insert((&row.name, &row.hair_color))?;
                for i in 0..POSTS {
                    post.insert((id, title(i)))?;
                }
            }
        }
        transaction.commit()?;
        Ok(rows.len() * (1 + POSTS))
    }

    fn update(&mut self, ids: &[i64]) -> Result<usize> {
        self.1 += 1;
        let color = format!("raw {}", self.1);
        let transaction = self.0.transaction()?;
        {
            let mut update = transaction.prepare_cached("UPDATE users SET hair_color = ? WHERE id = ?")?;
            for id in ids {
                update.execute((&color, id))?;
            }
        }
        transaction.commit()?;
        Ok(ids.len())
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
        if matches!(work, Work::Concurrent(_)) {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load()?,
                    Work::Get(ids) => self.get(ids)?,
                    Work::Insert(new) | Work::InsertKeys(new) => self.insert(new)?,
                    Work::Graph(new) => self.graph(new)?,
                    Work::Relations => self.relations()?,
                    Work::Update(ids) => self.update(ids)?,
                    Work::Hit(ids) => self.get(ids)?,
                    Work::Concurrent(_) => 0,
                };
            }
            Ok(rows)
        }))
    }
}
