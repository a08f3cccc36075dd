//! Who takes part. Invariant: all answer the same addresses: `GET /users/{id}` and `POST /users` in JSON, `GET /page/{after}` as a page.

mod bare;
#[cfg(feature = "loco")]
mod loco;
mod page;
mod rebis;
mod rusqlite;
mod sea_orm;
mod sqlx;
mod tokio_postgres;

use crate::Result;
use crate::data::{Backend, Place};

/// A contestant, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contestant {
    /// No database: what axum itself costs.
    Bare,
    /// axum and the driver, by hand: what ratios are of.
    Driver,
    /// axum and rusqlite in `spawn_blocking`, for the slow ones only.
    DriverBlocking,
    RebisPlain,
    RebisSession,
    /// As plain, and each request is logged, as a program that nobody told otherwise does.
    RebisLog,
    Sqlx,
    SeaOrm,
    Loco,
    Flask,
}

use Contestant::*;

/// In the order of the tables.
pub const ALL: [Contestant; 9] =
    [Driver, RebisPlain, RebisSession, RebisLog, Sqlx, SeaOrm, Loco, Flask, Bare];

impl Contestant {
    pub fn name(self, backend: Backend) -> &'static str {
        match (self, backend) {
            (Bare, _) => "axum, no database",
            (Driver, Backend::Sqlite) => "axum + rusqlite, inline",
            (Driver, Backend::Postgres) => "axum + tokio-postgres, deadpool",
            (DriverBlocking, _) => "axum + rusqlite, spawn_blocking",
            (RebisPlain, _) => "Rebis, plain",
            (RebisSession, _) => "Rebis, session",
            (RebisLog, _) => "Rebis, plain, with its log",
            (Sqlx, _) => "axum + sqlx",
            (SeaOrm, _) => "axum + SeaORM",
            (Loco, _) => "Loco",
            (Flask, _) => "Flask + Flask-SQLAlchemy, gunicorn",
        }
    }

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Bare => "bare",
            Driver => "driver",
            DriverBlocking => "driver-blocking",
            RebisPlain => "rebis",
            RebisSession => "rebis-session",
            RebisLog => "rebis-log",
            Sqlx => "sqlx",
            SeaOrm => "sea-orm",
            Loco => "loco",
            Flask => "flask",
        }
    }

    /// Why it takes no part, when it does not.
    pub fn absent(self) -> Option<String> {
        match self {
            Loco if cfg!(not(feature = "loco")) => {
                Some(String::from("Loco takes no part: built without `--features loco`"))
            }
            Flask => crate::flask::python().err().map(|why| format!("Flask takes no part: {why}")),
            _ => None,
        }
    }
}

/// Serves until the process is ended.
pub fn serve(word: &str, place: &str, port: u16) -> Result<()> {
    let place = Place::of(place);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match word {
            "bare" => axum(bare::router()?, port).await,
            "driver" if place.backend() == Backend::Sqlite => axum(rusqlite::inline(&place)?, port).await,
            "driver" => axum(tokio_postgres::router(&place)?, port).await,
            "driver-blocking" => axum(rusqlite::blocking(&place)?, port).await,
            "rebis" | "rebis-log" => rebis::serve(&place, port, false).await,
            "rebis-session" => rebis::serve(&place, port, true).await,
            "sqlx" => axum(sqlx::router(&place).await?, port).await,
            "sea-orm" => axum(sea_orm::router(&place).await?, port).await,
            #[cfg(feature = "loco")]
            "loco" => loco::serve(&place, port).await,
            other => Err(format!("there is no contestant {other}").into()),
        }
    })
}

/// axum as its documentation starts it, with answers that do not wait for more to send.
async fn axum(router: axum::Router, port: u16) -> Result<()> {
    use axum::serve::ListenerExt as _;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

/// What failed, as a response.
pub struct Failed(crate::Error);

impl<E: Into<crate::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Failed(error.into())
    }
}

impl axum::response::IntoResponse for Failed {
    fn into_response(self) -> axum::response::Response {
        (axum::http::StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}
