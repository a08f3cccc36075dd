//! Rebis, as plain structs and as the objects of a session. Invariant: a session lives as long as one request would keep it: one load, one
//! lookup, one commit.

use std::hint::black_box;

use rebis::{BelongsTo, Database, Entity, HasMany, Session, insert, select};
use rebis_macros::Model;

use super::{Contestant, Job, together};
use crate::Result;
use crate::work::{NewUser, POSTS, Work, title};

#[derive(Model, Clone, Debug)]
#[model(table = "users")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// The same table, with the posts.
#[derive(Model, Clone, Debug)]
#[model(table = "users")]
pub struct Author {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
    #[relation(back_populates = author)]
    pub posts: HasMany<Post>,
}

#[derive(Model, Clone, Debug)]
#[model(table = "posts")]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Author::id)]
    pub user_id: i64,
    pub title: String,
    #[relation(back_populates = posts)]
    pub author: BelongsTo<Author>,
}

/// On a database: plain structs.
pub struct Plain(Database);

/// In a session: tracked objects.
pub struct Tracked {
    database: Database,
    /// What was read before the work.
    kept: Option<(Session, Vec<Entity<User>>)>,
    count: usize,
}

/// How relations are loaded.
#[derive(Clone, Copy, Debug)]
pub enum How {
    /// When the first is asked for, for all.
    Peers,
    /// With the query, in a statement of its own.
    Selectin,
    /// With the query, in the same statement.
    Joined,
}

/// In a session: objects that are related.
pub struct Related(Database, How);

fn new(row: &NewUser) -> User {
    User { id: 0, name: row.name.clone(), hair_color: row.hair_color.clone() }
}

impl Plain {
    pub fn new(url: &str) -> Result<Self> {
        Ok(Plain(Database::connect(url)?))
    }

    async fn load(&self) -> Result<usize> {
        Ok(black_box(select(User).all(&self.0).await?).len())
    }

    async fn get(&self, ids: &[i64]) -> Result<usize> {
        let mut found = 0;
        for id in ids {
            found += usize::from(black_box(self.0.get(User, *id).await?).is_some());
        }
        Ok(found)
    }

    async fn insert(&self, rows: &[NewUser]) -> Result<usize> {
        Ok(usize::try_from(insert(User).values(rows.iter().map(new)).execute(&self.0).await?)?)
    }
}

impl Plain {
    async fn concurrent(&self, all: &[Vec<i64>]) -> Result<usize> {
        together(all.iter().map(|ids| self.get(ids))).await
    }
}

impl Contestant for Plain {
    fn name(&self) -> &'static str {
        "Rebis, plain"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        if matches!(
            work,
            Work::InsertKeys(_) | Work::Graph(_) | Work::Relations | Work::Update(_) | Work::Hit(_)
        ) {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load().await?,
                    Work::Get(ids) => self.get(ids).await?,
                    Work::Insert(new) => self.insert(new).await?,
                    Work::Concurrent(all) => self.concurrent(all).await?,
                    _ => 0,
                };
            }
            Ok(rows)
        }))
    }
}

impl Tracked {
    pub fn new(url: &str) -> Result<Self> {
        Ok(Tracked { database: Database::connect(url)?, kept: None, count: 0 })
    }

    async fn load(&self) -> Result<usize> {
        let session = self.database.session();
        Ok(black_box(select(User).all(&session).await?).len())
    }

    async fn get(&self, ids: &[i64]) -> Result<usize> {
        let mut found = 0;
        for id in ids {
            let session = self.database.session();
            found += usize::from(black_box(session.get(User, *id).await?).is_some());
        }
        Ok(found)
    }

    async fn insert(&self, rows: &[NewUser]) -> Result<usize> {
        let session = self.database.session();
        let users = session.add_all(rows.iter().map(new));
        session.commit().await?;
        Ok(black_box(users).iter().filter(|user| user.id > 0).count())
    }

    async fn update(&mut self, ids: &[i64]) -> Result<usize> {
        self.count += 1;
        let (session, users) = self.kept.as_ref().ok_or("nothing was read")?;
        for id in ids {
            let user = &users[usize::try_from(*id)? - 1];
            user.edit().hair_color = Some(format!("rebis {}", self.count));
        }
        session.commit().await?;
        Ok(ids.len())
    }

    async fn hit(&self, ids: &[i64]) -> Result<usize> {
        let (session, _) = self.kept.as_ref().ok_or("nothing was read")?;
        let mut found = 0;
        for id in ids {
            found += usize::from(black_box(session.get(User, *id).await?).is_some());
        }
        Ok(found)
    }

    async fn concurrent(&self, all: &[Vec<i64>]) -> Result<usize> {
        together(all.iter().map(|ids| self.get(ids))).await
    }
}

impl Contestant for Tracked {
    fn name(&self) -> &'static str {
        "Rebis, session"
    }

    fn prepare<'a>(&'a mut self, work: &'a Work) -> Job<'a> {
        Box::pin(async move {
            self.kept = None;
            if matches!(work, Work::Update(_) | Work::Hit(_)) {
                let session = self.database.session();
                let users = select(User).order_by(User::id).all(&session).await?;
                // The objects stay; an open transaction would keep the table from being emptied.
                session.commit().await?;
                self.kept = Some((session, users));
            }
            Ok(0)
        })
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        if matches!(work, Work::Graph(_) | Work::Relations) {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load().await?,
                    Work::Get(ids) => self.get(ids).await?,
                    Work::Insert(new) | Work::InsertKeys(new) => self.insert(new).await?,
                    Work::Update(ids) => self.update(ids).await?,
                    Work::Hit(ids) => self.hit(ids).await?,
                    Work::Concurrent(all) => self.concurrent(all).await?,
                    Work::Graph(_) | Work::Relations => 0,
                };
            }
            Ok(rows)
        }))
    }
}

impl Related {
    pub fn new(url: &str, how: How) -> Result<Self> {
        Ok(Related(Database::connect(url)?, how))
    }

    async fn relations(&self) -> Result<usize> {
        let session = self.0.session();
        let query = match self.1 {
            How::Peers => select(Author),
            How::Selectin => select(Author).with(Author::posts.selectin()),
            How::Joined => select(Author).with(Author::posts.joined()),
        };
        let authors = query.all(&session).await?;
        let mut count = authors.len();
        for author in &authors {
            count += black_box(author.posts.all().await?).len();
        }
        Ok(count)
    }

    async fn graph(&self, rows: &[NewUser]) -> Result<usize> {
        let session = self.0.session();
        let authors = session.add_all(rows.iter().map(|row| {
            let posts = (0..POSTS).map(|i| Post::builder().title(title(i)));
            Author::builder().name(row.name.clone()).hair_color(row.hair_color.clone()).posts(posts)
        }));
        session.commit().await?;
        Ok(black_box(authors).iter().filter(|author| author.id > 0).count() * (1 + POSTS))
    }
}

impl Contestant for Related {
    fn name(&self) -> &'static str {
        match self.1 {
            How::Peers => "Rebis, session, peers",
            How::Selectin => "Rebis, session, selectin",
            How::Joined => "Rebis, session, joined",
        }
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        let loads = matches!(work, Work::Relations);
        if !loads && !matches!((work, self.1), (Work::Graph(_), How::Peers)) {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Graph(new) => self.graph(new).await?,
                    _ => self.relations().await?,
                };
            }
            Ok(rows)
        }))
    }
}
