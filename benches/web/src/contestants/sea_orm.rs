//! axum and SeaORM through its pool. Invariant: its options are its defaults, but for SQLite's log and the log of statements.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectOptions, Database, DatabaseConnection, QueryOrder, QuerySelect};

use super::Failed;
use super::page::Pages;
use crate::Result;
use crate::data::{Created, NewUser, Place, User};

pub mod users {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub username: String,
        pub email: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<users::Model> for User {
    fn from(row: users::Model) -> Self {
        User { id: row.id, username: row.username, email: row.email }
    }
}

type Site = State<(DatabaseConnection, Pages)>;

pub async fn router(place: &Place) -> Result<Router> {
    let mut options = ConnectOptions::new(place.sqlx_url());
    options.sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Normal)
    });
    Ok(Router::new()
        .route("/users/{id}", get(show))
        .route("/users", post(create))
        .route("/page/{after}", get(page))
        .with_state((Database::connect(options).await?, Pages::new()?)))
}

/// The row of that key.
pub async fn find(database: &DatabaseConnection, id: i64) -> Result<Option<users::Model>> {
    Ok(users::Entity::find_by_id(id).one(database).await?)
}

/// Twenty rows behind that key.
pub async fn list(database: &DatabaseConnection, after: i64) -> Result<Vec<users::Model>> {
    let select = users::Entity::find().filter(users::Column::Id.gt(after));
    Ok(select.order_by_asc(users::Column::Id).limit(20).all(database).await?)
}

/// A new row's key.
pub async fn insert(database: &DatabaseConnection, new: NewUser) -> Result<i64> {
    let row = users::ActiveModel { username: Set(new.username), email: Set(new.email), ..Default::default() };
    Ok(users::Entity::insert(row).exec(database).await?.last_insert_id)
}

async fn show(State((database, _)): Site, Path(id): Path<i64>) -> std::result::Result<Json<User>, Failed> {
    Ok(Json(find(&database, id).await?.ok_or("no such user")?.into()))
}

async fn page(
    State((database, pages)): Site,
    Path(after): Path<i64>,
) -> std::result::Result<Html<String>, Failed> {
    let users: Vec<User> = list(&database, after).await?.into_iter().map(User::from).collect();
    Ok(pages.render(&users)?)
}

async fn create(
    State((database, _)): Site,
    Json(new): Json<NewUser>,
) -> std::result::Result<(StatusCode, Json<Created>), Failed> {
    Ok((StatusCode::CREATED, Json(Created { id: insert(&database, new).await? })))
}
