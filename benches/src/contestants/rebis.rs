//! Rebis, as plain structs and as the objects of a session. Invariant: a session lives as long as one request would keep it: one load, one
//! lookup, one commit.

use std::hint::black_box;

use rebis::{Database, Model, insert, select};

use super::{Contestant, Job};
use crate::Result;
use crate::work::{NewUser, Work};

#[derive(Model, Clone, Debug)]
#[model(table = "users")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// On a database: plain structs.
pub struct Plain(Database);

/// In a session: tracked objects.
pub struct Tracked(Database);

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

impl Contestant for Plain {
    fn name(&self) -> &'static str {
        "Rebis, plain"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        if matches!(work, Work::InsertKeys(_)) {
            return None;
        }
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load().await?,
                    Work::Get(ids) => self.get(ids).await?,
                    Work::Insert(new) | Work::InsertKeys(new) => self.insert(new).await?,
                };
            }
            Ok(rows)
        }))
    }
}

impl Tracked {
    pub fn new(url: &str) -> Result<Self> {
        Ok(Tracked(Database::connect(url)?))
    }

    async fn load(&self) -> Result<usize> {
        let session = self.0.session();
        Ok(black_box(select(User).all(&session).await?).len())
    }

    async fn get(&self, ids: &[i64]) -> Result<usize> {
        let mut found = 0;
        for id in ids {
            let session = self.0.session();
            found += usize::from(black_box(session.get(User, *id).await?).is_some());
        }
        Ok(found)
    }

    async fn insert(&self, rows: &[NewUser]) -> Result<usize> {
        let session = self.0.session();
        let users = session.add_all(rows.iter().map(new));
        session.commit().await?;
        Ok(black_box(users).iter().filter(|user| user.id > 0).count())
    }
}

impl Contestant for Tracked {
    fn name(&self) -> &'static str {
        "Rebis, session"
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        Some(Box::pin(async move {
            let mut rows = 0;
            for _ in 0..times {
                rows += match work {
                    Work::Load => self.load().await?,
                    Work::Get(ids) => self.get(ids).await?,
                    Work::Insert(new) | Work::InsertKeys(new) => self.insert(new).await?,
                };
            }
            Ok(rows)
        }))
    }
}
