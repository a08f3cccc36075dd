//! Toasty through its pool, on PostgreSQL. Invariant: rows go in one statement where it has one, and it always reads them back. (Its SQLite links
//! another version of the C library than its peers here, and a program can hold one.)

use std::hint::black_box;

use toasty::{Db, Deferred};

use super::{Contestant, Job, together};
use crate::Result;
use crate::work::{NewUser, POSTS, Work, title};

#[derive(Clone, Debug, toasty::Model)]
#[table = "users"]
struct User {
    #[key]
    #[auto]
    id: i64,
    name: String,
    hair_color: Option<String>,
    #[has_many]
    posts: Deferred<Vec<Post>>,
}

#[derive(Clone, Debug, toasty::Model)]
#[table = "posts"]
struct Post {
    #[key]
    #[auto]
    id: i64,
    #[index]
    user_id: i64,
    title: String,
    #[belongs_to(key = user_id, references = id)]
    user: Deferred<User>,
}

pub struct Toasty {
    database: Db,
    /// What was read before the work.
    kept: Vec<User>,
    count: usize,
}

impl Toasty {
    pub async fn new(url: &str) -> Result<Self> {
        let database = Db::builder().models(toasty::models!(User, Post)).connect(url).await?;
        Ok(Toasty { database, kept: Vec::new(), count: 0 })
    }

    async fn load(&mut self) -> Result<usize> {
        Ok(black_box(User::all().exec(&mut self.database).await?).len())
    }

    async fn get(mut database: Db, ids: &[i64]) -> Result<usize> {
        for id in ids {
            black_box(User::get_by_id(&mut database, id).await?);
        }
        Ok(ids.len())
    }

    async fn insert(&mut self, rows: &[NewUser]) -> Result<usize> {
        let mut insert = User::create_many();
        for row in rows {
            insert = insert.item(User::create().name(row.name.clone()).hair_color(row.hair_color.clone()));
        }
        Ok(black_box(insert.exec(&mut self.database).await?).iter().filter(|user| user.id > 0).count())
    }

    async fn relations(&mut self) -> Result<usize> {
        let users = User::all().include(User::fields().posts()).exec(&mut self.database).await?;
        Ok(users.len() + black_box(users).iter().map(|user| user.posts.get().len()).sum::<usize>())
    }

    async fn graph(&mut self, rows: &[NewUser]) -> Result<usize> {
        let mut transaction = self.database.transaction().await?;
        let mut insert = User::create_many();
        for row in rows {
            insert = insert.item(User::create().name(row.name.clone()).hair_color(row.hair_color.clone()));
        }
        let users = insert.exec(&mut transaction).await?;
        let mut insert = Post::create_many();
        for user in &users {
            for i in 0..POSTS {
                insert = insert.item(Post::create().user_id(user.id).title(title(i)));
            }
        }
        let posts = insert.exec(&mut transaction).await?;
        transaction.commit().await?;
        Ok(users.len() + black_box(posts).len())
    }

    async fn update(&mut self, ids: &[i64]) -> Result<usize> {
        self.count += 1;
        let color = format!("toasty {}", self.count);
        let mut transaction = self.database.transaction().await?;
        for id in ids {
            let user = &mut self.kept[usize::try_from(*id)? - 1];
            user.update().hair_color(Some(color.clone())).exec(&mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(ids.len())
    }

    async fn concurrent(&self, all: &[Vec<i64>]) -> Result<usize> {
        together(all.iter().map(|ids| Self::get(self.database.clone(), ids))).await
    }
}

impl Contestant for Toasty {
    fn name(&self) -> &'static str {
        "Toasty"
    }

    fn prepare<'a>(&'a mut self, work: &'a Work) -> Job<'a> {
        Box::pin(async move {
            if matches!(work, Work::Update(_)) {
                self.kept = User::all().order_by(User::fields().id().asc()).exec(&mut self.database).await?;
            }
            Ok(0)
        })
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
                    Work::Get(ids) => Self::get(self.database.clone(), ids).await?,
                    Work::Insert(new) | Work::InsertKeys(new) => self.insert(new).await?,
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
