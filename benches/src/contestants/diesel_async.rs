//! diesel-async on PostgreSQL, one connection. Invariant: what is independent is pipelined, as its documentation shows; rows go in one statement.

use std::hint::black_box;

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::diesel_tables::{Post, User, new, posts, users};
use super::{Contestant, Job, together};
use crate::Result;
use crate::work::{NewUser, POSTS, Work, title};

pub struct DieselAsync {
    connection: AsyncPgConnection,
    count: usize,
}

#[derive(Insertable)]
#[diesel(table_name = posts)]
struct NewPost {
    user_id: i64,
    title: String,
}

impl DieselAsync {
    pub async fn new(url: &str) -> Result<Self> {
        Ok(DieselAsync { connection: AsyncPgConnection::establish(url).await?, count: 0 })
    }

    async fn load(&mut self) -> Result<usize> {
        Ok(black_box(users::table.load::<User>(&mut self.connection).await?).len())
    }

    async fn get(&self, ids: &[i64]) -> Result<usize> {
        for id in ids {
            black_box(users::table.find(*id).get_result::<User>(&mut &self.connection).await?);
        }
        Ok(ids.len())
    }

    async fn insert(&mut self, rows: &[NewUser]) -> Result<usize> {
        Ok(diesel::insert_into(users::table).values(new(rows)).execute(&mut self.connection).await?)
    }

    async fn insert_keys(&mut self, rows: &[NewUser]) -> Result<Vec<i64>> {
        let insert = diesel::insert_into(users::table).values(new(rows)).returning(users::id);
        Ok(black_box(insert.get_results(&mut self.connection).await?))
    }

    async fn relations(&mut self) -> Result<usize> {
        let users = users::table.load::<User>(&mut self.connection).await?;
        let posts = Post::belonging_to(&users).load::<Post>(&mut self.connection).await?;
        let count = users.len() + posts.len();
        let all: Vec<(Vec<Post>, User)> = posts.grouped_by(&users).into_iter().zip(users).collect();
        black_box(all);
        Ok(count)
    }

    async fn graph(&mut self, rows: &[NewUser]) -> Result<usize> {
        diesel::sql_query("BEGIN").execute(&mut self.connection).await?;
        let keys = self.insert_keys(rows).await?;
        let posts: Vec<NewPost> = keys
            .iter()
            .flat_map(|&user_id| (0..POSTS).map(move |i| NewPost { user_id, title: title(i) }))
            .collect();
        let insert = diesel::insert_into(posts::table).values(posts).returning(posts::id);
        let posts: Vec<i64> = insert.get_results(&mut self.connection).await?;
        diesel::sql_query("COMMIT").execute(&mut self.connection).await?;
        Ok(keys.len() + black_box(posts).len())
    }

    async fn update(&mut self, ids: &[i64]) -> Result<usize> {
        self.count += 1;
        let color = format!("diesel {}", self.count);
        diesel::sql_query("BEGIN").execute(&mut self.connection).await?;
        let updates = ids.iter().map(async |id| -> Result<usize> {
            let update = diesel::update(users::table.find(*id)).set(users::hair_color.eq(Some(&color)));
            Ok(update.execute(&mut &self.connection).await?)
        });
        let done = together(updates).await?;
        diesel::sql_query("COMMIT").execute(&mut self.connection).await?;
        Ok(done)
    }

    async fn concurrent(&self, all: &[Vec<i64>]) -> Result<usize> {
        together(all.iter().map(|ids| self.get(ids))).await
    }
}

impl Contestant for DieselAsync {
    fn name(&self) -> &'static str {
        "diesel-async"
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
                    Work::InsertKeys(new) => self.insert_keys(new).await?.len(),
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
