//! axum and sqlx through its pool, with its default number of connections. Invariant: the two databases differ only in placeholders.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::Failed;
use super::page::Pages;
use crate::Result;
use crate::data::{Backend, Created, NewUser, Place, User};

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    username: String,
    email: String,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        User { id: row.id, username: row.username, email: row.email }
    }
}

pub async fn router(place: &Place) -> Result<Router> {
    Ok(match place.backend() {
        Backend::Sqlite => {
            let full = std::env::var_os("REBIS_BENCH_FULL").is_some();
            let synchronous = if full { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
            let options: SqliteConnectOptions = place.sqlx_url().parse()?;
            let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(synchronous);
            sqlite::router(sqlx::SqlitePool::connect_with(options).await?)?
        }
        Backend::Postgres => postgres::router(sqlx::PgPool::connect(place.text()).await?)?,
    })
}

macro_rules! on {
    ($module:ident, $pool:ty, $by_key:literal, $page:literal, $insert:literal) => {
        mod $module {
            use super::*;

            type Site = State<($pool, Pages)>;

            pub fn router(pool: $pool) -> Result<Router> {
                Ok(Router::new()
                    .route("/users/{id}", get(show))
                    .route("/users", post(create))
                    .route("/page/{after}", get(page))
                    .route("/sum", get(sum))
                    .with_state((pool, Pages::new()?)))
            }

            async fn show(
                State((pool, _)): Site,
                Path(id): Path<i64>,
            ) -> std::result::Result<Json<User>, Failed> {
                let row: Option<Row> = sqlx::query_as($by_key).bind(id).fetch_optional(&pool).await?;
                Ok(Json(row.ok_or("no such user")?.into()))
            }

            async fn page(
                State((pool, pages)): Site,
                Path(after): Path<i64>,
            ) -> std::result::Result<Html<String>, Failed> {
                let rows: Vec<Row> = sqlx::query_as($page).bind(after).fetch_all(&pool).await?;
                let users: Vec<User> = rows.into_iter().map(User::from).collect();
                Ok(pages.render(&users)?)
            }

            async fn create(
                State((pool, _)): Site,
                Json(new): Json<NewUser>,
            ) -> std::result::Result<(StatusCode, Json<Created>), Failed> {
                let query = sqlx::query_scalar($insert).bind(new.username).bind(new.email);
                Ok((StatusCode::CREATED, Json(Created { id: query.fetch_one(&pool).await? })))
            }

            async fn sum(State((pool, _)): Site) -> std::result::Result<String, Failed> {
                let sum: i64 = sqlx::query_scalar(crate::tail::LONG).fetch_one(&pool).await?;
                Ok(sum.to_string())
            }
        }
    };
}

on!(
    sqlite,
    sqlx::SqlitePool,
    "SELECT id, username, email FROM users WHERE id = ?",
    "SELECT id, username, email FROM users WHERE id > ? ORDER BY id LIMIT 20",
    "INSERT INTO users (username, email) VALUES (?, ?) RETURNING id"
);

on!(
    postgres,
    sqlx::PgPool,
    "SELECT id, username, email FROM users WHERE id = $1",
    "SELECT id, username, email FROM users WHERE id > $1 ORDER BY id LIMIT 20",
    "INSERT INTO users (username, email) VALUES ($1, $2) RETURNING id"
);
