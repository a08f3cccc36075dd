//! axum and tokio-postgres through deadpool. Invariant: statements are prepared once for each connection.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::{NoTls, Row};

use super::Failed;
use super::page::Pages;
use crate::Result;
use crate::data::{Created, NewUser, Place, User};

#[derive(Clone)]
struct Site {
    pool: Pool,
    pages: Pages,
}

/// As many as Rebis opens.
const CONNECTIONS: usize = 10;

pub fn router(place: &Place) -> Result<Router> {
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(place.text().parse()?, NoTls, config);
    let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
    Ok(Router::new()
        .route("/users/{id}", get(show))
        .route("/users", post(create))
        .route("/page/{after}", get(page))
        .with_state(Site { pool, pages: Pages::new()? }))
}

fn user(row: &Row) -> User {
    User { id: row.get(0), username: row.get(1), email: row.get(2) }
}

async fn show(State(site): State<Site>, Path(id): Path<i64>) -> std::result::Result<Json<User>, Failed> {
    let client = site.pool.get().await?;
    let statement = client.prepare_cached("SELECT id, username, email FROM users WHERE id = $1").await?;
    let row = client.query_opt(&statement, &[&id]).await?;
    Ok(Json(user(&row.ok_or("no such user")?)))
}

async fn page(State(site): State<Site>, Path(after): Path<i64>) -> std::result::Result<Html<String>, Failed> {
    let client = site.pool.get().await?;
    let sql = "SELECT id, username, email FROM users WHERE id > $1 ORDER BY id LIMIT 20";
    let statement = client.prepare_cached(sql).await?;
    let users: Vec<User> = client.query(&statement, &[&after]).await?.iter().map(user).collect();
    Ok(site.pages.render(&users)?)
}

async fn create(
    State(site): State<Site>,
    Json(new): Json<NewUser>,
) -> std::result::Result<(StatusCode, Json<Created>), Failed> {
    let client = site.pool.get().await?;
    let sql = "INSERT INTO users (username, email) VALUES ($1, $2) RETURNING id";
    let statement = client.prepare_cached(sql).await?;
    let row = client.query_one(&statement, &[&new.username, &new.email]).await?;
    Ok((StatusCode::CREATED, Json(Created { id: row.get(0) })))
}
