//! The libraries, each in a file of its own. Invariant: each does the work as its documentation does it, with its statements prepared.

mod diesel_async;
#[cfg(feature = "libpq")]
mod diesel_postgres;
mod diesel_sqlite;
mod diesel_tables;
mod raw_mysql;
mod raw_postgres;
mod raw_sqlite;
mod rebis;
mod sea_orm;
mod sqlalchemy;
mod sqlx;
mod toasty;

use std::future::Future;
use std::pin::Pin;

use crate::Result;
use crate::fixture::{Backend, Fixture};
use crate::work::Work;

/// Work under way; ends with the rows read, or the rows inserted (the keys, where keys are wanted).
pub type Job<'a> = Pin<Box<dyn Future<Output = Result<usize>> + 'a>>;

/// A library on a database.
pub trait Contestant {
    fn name(&self) -> &'static str;

    /// What is done before the work and not timed: reading the objects that are to be changed.
    fn prepare<'a>(&'a mut self, _work: &'a Work) -> Job<'a> {
        Box::pin(async { Ok(0) })
    }

    /// Does the work that many times; nothing when the library has no such work.
    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>>;
}

/// Tasks that run at once; the sum of what they count.
async fn together<F: Future<Output = Result<usize>>>(tasks: impl Iterator<Item = F>) -> Result<usize> {
    Ok(futures_util::future::try_join_all(tasks).await?.into_iter().sum())
}

/// All libraries that speak to that database; the raw driver comes first.
pub async fn on(fixture: &mut Fixture) -> Result<Vec<Box<dyn Contestant>>> {
    let mut all: Vec<Box<dyn Contestant>> = Vec::new();
    match fixture.backend {
        Backend::Sqlite => {
            all.push(Box::new(raw_sqlite::Raw::new(&fixture.next()?)?));
            all.push(Box::new(rebis::Plain::new(&format!("sqlite:///{}", fixture.next()?))?));
            let url = format!("sqlite:///{}", fixture.next()?);
            all.push(Box::new(rebis::Tracked::new(&url)?));
            for how in [rebis::How::Peers, rebis::How::Selectin, rebis::How::Joined] {
                all.push(Box::new(rebis::Related::new(&format!("sqlite:///{}", fixture.next()?), how)?));
            }
            all.push(Box::new(diesel_sqlite::Diesel::new(&fixture.next()?)?));
            all.push(Box::new(sqlx::sqlite::Sqlx::new(&fixture.next()?).await?));
            all.push(Box::new(sea_orm::SeaOrm::new(&format!("sqlite://{}", fixture.next()?)).await?));
            python(&mut all, &format!("sqlite:///{}", fixture.next()?))?;
        }
        Backend::Postgres => {
            all.push(Box::new(raw_postgres::Raw::new(&fixture.next()?).await?));
            all.push(Box::new(rebis::Plain::new(&fixture.next()?)?));
            all.push(Box::new(rebis::Tracked::new(&fixture.next()?)?));
            for how in [rebis::How::Peers, rebis::How::Selectin, rebis::How::Joined] {
                all.push(Box::new(rebis::Related::new(&fixture.next()?, how)?));
            }
            #[cfg(feature = "libpq")]
            all.push(Box::new(diesel_postgres::Diesel::new(&fixture.next()?)?));
            #[cfg(not(feature = "libpq"))]
            println!(
                "Diesel on PostgreSQL is left out: it needs libpq; `cargo run --release --features libpq` has it\n"
            );
            all.push(Box::new(diesel_async::DieselAsync::new(&fixture.next()?).await?));
            all.push(Box::new(sqlx::postgres::Sqlx::new(&fixture.next()?).await?));
            all.push(Box::new(sea_orm::SeaOrm::new(&fixture.next()?).await?));
            all.push(Box::new(toasty::Toasty::new(&fixture.next()?).await?));
            python(&mut all, &fixture.next()?)?;
        }
        Backend::MySql => {
            all.push(Box::new(raw_mysql::Raw::new(&fixture.next()?).await?));
            all.push(Box::new(rebis::Plain::new(&fixture.next()?)?));
            all.push(Box::new(rebis::Tracked::new(&fixture.next()?)?));
            for how in [rebis::How::Peers, rebis::How::Selectin, rebis::How::Joined] {
                all.push(Box::new(rebis::Related::new(&fixture.next()?, how)?));
            }
            all.push(Box::new(sqlx::mysql::Sqlx::new(&fixture.next()?).await?));
            all.push(Box::new(sea_orm::SeaOrm::new(&fixture.next()?).await?));
            python(&mut all, &fixture.next()?)?;
        }
    }
    Ok(all)
}

/// SQLAlchemy, where there is a Python.
fn python(all: &mut Vec<Box<dyn Contestant>>, url: &str) -> Result<()> {
    if let Some(python) = sqlalchemy::SqlAlchemy::new(url)? {
        all.push(Box::new(python));
    }
    Ok(())
}
