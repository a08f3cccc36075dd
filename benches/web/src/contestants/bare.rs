//! axum with rows that are made up. Invariant: it answers what the others answer.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::Failed;
use super::page::Pages;
use crate::Result;
use crate::data::{Created, NewUser, ROWS, User};

pub fn router() -> Result<Router> {
    Ok(Router::new()
        .route("/users/{id}", get(show))
        .route("/users", post(create))
        .route("/page/{after}", get(page))
        .with_state(Pages::new()?))
}

fn made_up(id: i64) -> User {
    User { id, username: format!("user{id}"), email: format!("user{id}@example.com") }
}

async fn show(Path(id): Path<i64>) -> std::result::Result<Json<User>, StatusCode> {
    if id > ROWS { Err(StatusCode::NOT_FOUND) } else { Ok(Json(made_up(id))) }
}

async fn page(
    State(pages): State<Pages>,
    Path(after): Path<i64>,
) -> std::result::Result<Html<String>, Failed> {
    let users: Vec<User> = (after + 1..=after + 20).map(made_up).collect();
    Ok(pages.render(&users)?)
}

async fn create(Json(new): Json<NewUser>) -> (StatusCode, Json<Created>) {
    (StatusCode::CREATED, Json(Created { id: ROWS + i64::from(!new.username.is_empty()) }))
}
