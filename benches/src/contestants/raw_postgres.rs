//! tokio-postgres on one connection, statements prepared beforehand. Invariant: this is the floor: many rows go as two arrays.

use std::collections::HashMap;
use std::hint::black_box;

use tokio_postgres::{Client, Row, Statement};

use super::{Contestant, Job, together};
use crate::Result;
use crate::fixture::postgres::connect;
use crate::work::{NewUser, POSTS, Work, title};

pub struct Raw {
    client: Client,
    load: Statement,
    get: Statement,
    insert: Statement,
    insert_keys: Statement,
    posts: Statement,
    insert_posts: Statement,
    update: Statement,
    count: usize,
}

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
    pub async fn new(url: &str) -> Result<Self> {
        let client = connect(url).await?;
        let insert =
            "INSERT INTO users (name, hair_color) SELECT * FROM unnest($1::varchar[], $2::varchar[])";
        Ok(Raw {
            load: client.prepare("SELECT id, name, hair_color FROM users").await?,
            get: client.prepare("SELECT id, name, hair_color FROM users WHERE id = $1").await?,
            insert: client.prepare(insert).await?,
            insert_keys: client.prepare(&format!("{insert} RETURNING id")).await?,
            posts: client.prepare("SELECT id, user_id, title FROM posts ORDER BY id").await?,
            insert_posts: client
                .prepare("INSERT INTO posts (user_id, title) SELECT * FROM unnest($1::int8[], $2::varchar[]) RETURNING id")
                .await?,
            update: client.prepare("UPDATE users SET hair_color = $1 WHERE id = $2").await?,
            count: 0,
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

impl Raw {
    async fn relations(&self) -> Result<usize> {
        let rows = self.client.query(&self.load, &[]).await?;
        let users = rows.iter().map(user).collect::<Result<Vec<User>, _>>()?;
        let posts = self.client.query(&self.posts, &[]).await?;
        let count = users.len() + posts.len();
        let mut of_user: HashMap<i64, Vec<Post>> = HashMap::with_capacity(users.len());
        for row in &posts {
            let post = Post { id: row.try_get(0)?, user_id: row.try_get(1)?, title: row.try_get(2)? };
            of_user.entry(post.user_id).or_default().push(post);
        }
        let all: Vec<(Vec<Post>, User)> =
            users.into_iter().map(|user| (of_user.remove(&user.id).unwrap_or_default(), user)).collect();
        black_box(all);
        Ok(count)
    }

    async fn graph(&mut self, rows: &[NewUser]) -> Result<usize> {
        let (names, colors) = columns(rows);
        let transaction = self.client.transaction().await?;
        let keys = transaction.query(&self.insert_keys, &[&names, &colors]).await?;
        let keys = keys.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        let owners: Vec<i64> = keys.iter().flat_map(|key| [*key; POSTS]).collect();
        let titles: Vec<String> = keys.iter().flat_map(|_| (0..POSTS).map(title)).collect();
        let posts = transaction.query(&self.insert_posts, &[&owners, &titles]).await?;
        transaction.commit().await?;
        Ok(black_box(keys).len() + black_box(posts).len())
    }

    async fn update(&mut self, ids: &[i64]) -> Result<usize> {
        self.count += 1;
        let color = format!("raw {}", self.count);
        let transaction = self.client.transaction().await?;
        let sent = ids.iter().map(|id| async { transaction.execute(&self.update, &[&color, id]).await });
        futures_util::future::try_join_all(sent).await?;
        transaction.commit().await?;
        Ok(ids.len())
    }

    /// All tasks on the one connection, which sends ahead.
    async fn concurrent(&self, all: &[Vec<i64>]) -> Result<usize> {
        together(all.iter().map(|ids| self.get(ids))).await
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
                    Work::Graph(new) => self.graph(new).await?,
                    Work::Relations => self.relations().await?,
                    Work::Update(ids) => self.update(ids).await?,
                    Work::Hit(ids) => self.get(ids).await?,
                    Work::Concurrent(all) => self.concurrent(all).await?,
                };
            }
            Ok(rows)
        }))
    }
}
