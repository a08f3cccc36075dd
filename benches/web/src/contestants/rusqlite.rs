//! axum and rusqlite by hand. Invariant: a few connections in turn, statements prepared once; inline on the task, or in `spawn_blocking`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::Failed;
use super::page::Pages;
use crate::Result;
use crate::data::{Created, NewUser, Place, User};

#[derive(Clone)]
struct Site {
    free: Arc<Mutex<Vec<Connection>>>,
    path: Arc<str>,
    pages: Pages,
    inline: bool,
}

pub fn inline(place: &Place) -> Result<Router> {
    router(place, true)
}

pub fn blocking(place: &Place) -> Result<Router> {
    router(place, false)
}

fn router(place: &Place, inline: bool) -> Result<Router> {
    let path = Arc::from(place.path().ok_or("rusqlite needs a file")?);
    let site = Site { free: Arc::default(), path, pages: Pages::new()?, inline };
    Ok(Router::new()
        .route("/users/{id}", get(show))
        .route("/users", post(create))
        .route("/page/{after}", get(page))
        .route("/sum", get(sum))
        .with_state(site))
}

impl Site {
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.inline {
            return self.now(work);
        }
        let site = self.clone();
        tokio::task::spawn_blocking(move || site.now(work)).await?
    }

    fn now<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match free {
            Some(connection) => connection,
            None => self.open()?,
        };
        let done = work(&mut connection);
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(done?)
    }

    fn open(&self) -> Result<Connection> {
        let connection = Connection::open(&*self.path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let synchronous = if std::env::var_os("REBIS_BENCH_FULL").is_some() { "full" } else { "normal" };
        connection
            .execute_batch(&format!("PRAGMA journal_mode = wal; PRAGMA synchronous = {synchronous}"))?;
        Ok(connection)
    }
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: row.get(0)?, username: row.get(1)?, email: row.get(2)? })
}

async fn show(State(site): State<Site>, Path(id): Path<i64>) -> std::result::Result<Json<User>, Failed> {
    let found = site.with(move |connection| {
        let mut statement =
            connection.prepare_cached("SELECT id, username, email FROM users WHERE id = ?")?;
        statement.query_row([id], user).optional()
    });
    Ok(Json(found.await?.ok_or("no such user")?))
}

async fn page(State(site): State<Site>, Path(after): Path<i64>) -> std::result::Result<Html<String>, Failed> {
    let found = site.with(move |connection| {
        let sql = "SELECT id, username, email FROM users WHERE id > ? ORDER BY id LIMIT 20";
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_map([after], user)?.collect::<rusqlite::Result<Vec<User>>>()
    });
    Ok(site.pages.render(&found.await?)?)
}

async fn create(
    State(site): State<Site>,
    Json(new): Json<NewUser>,
) -> std::result::Result<(StatusCode, Json<Created>), Failed> {
    let made = site.with(move |connection| {
        let sql = "INSERT INTO users (username, email) VALUES (?, ?)";
        connection.prepare_cached(sql)?.insert((&new.username, &new.email))
    });
    Ok((StatusCode::CREATED, Json(Created { id: made.await? })))
}

/// What takes long, for those who wait beside it.
async fn sum(State(site): State<Site>) -> std::result::Result<String, Failed> {
    let sum = site.with(|connection| connection.query_row(crate::tail::LONG, [], |row| row.get::<_, i64>(0)));
    Ok(sum.await?.to_string())
}
