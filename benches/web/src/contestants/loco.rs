//! Loco in its production environment, with its default middleware. Invariant: its pool has as many connections as it has by default; its log is off.

use std::path::Path as File;

use async_trait::async_trait;
use axum::Extension;
use loco_rs::app::{AppContext, Hooks};
use loco_rs::bgworker::Queue;
use loco_rs::boot::{BootResult, ServeParams, StartMode, create_context, run_app, start};
use loco_rs::config::Config;
use loco_rs::controller::AppRoutes;
use loco_rs::controller::views::ViewEngine;
use loco_rs::controller::views::engines::TeraView;
use loco_rs::environment::Environment;
use loco_rs::prelude::{Json, Path, Response, Routes, State, format, get, post};
use loco_rs::task::Tasks;
use serde_json::json;

use super::sea_orm::{find, insert, list};
use crate::data::{Created, NewUser, Place, User};

const TEMPLATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");

struct Site;

#[async_trait]
impl Hooks for Site {
    fn app_name() -> &'static str {
        "bench"
    }

    async fn boot(mode: StartMode, environment: &Environment, config: Config) -> loco_rs::Result<BootResult> {
        let context = create_context::<Self>(environment, config).await?;
        run_app::<Self>(&mode, context).await
    }

    async fn after_routes(router: axum::Router, _: &AppContext) -> loco_rs::Result<axum::Router> {
        let views = TeraView::from_custom_dir(&TEMPLATES, |_| Ok(()))?;
        Ok(router.layer(Extension(ViewEngine::from(views))))
    }

    fn routes(_: &AppContext) -> AppRoutes {
        let users = Routes::new()
            .add("/users/{id}", get(show))
            .add("/users", post(create))
            .add("/page/{after}", get(page));
        AppRoutes::empty().add_route(users)
    }

    async fn connect_workers(_: &AppContext, _: &Queue) -> loco_rs::Result<()> {
        Ok(())
    }

    fn register_tasks(_: &mut Tasks) {}

    async fn truncate(_: &AppContext) -> loco_rs::Result<()> {
        Ok(())
    }

    async fn seed(_: &AppContext, _: &File) -> loco_rs::Result<()> {
        Ok(())
    }
}

pub async fn serve(place: &Place, port: u16) -> crate::Result<()> {
    let config = serde_json::from_value(json!({
        "logger": { "enable": false, "level": "error", "format": "compact" },
        "server": { "binding": "127.0.0.1", "port": port, "host": "http://127.0.0.1" },
        "database": {
            "uri": place.sqlx_url(), "enable_logging": false, "min_connections": 1, "max_connections": 20,
            "connect_timeout": 500, "idle_timeout": 500,
        },
        "workers": { "mode": "ForegroundBlocking" },
    }))?;
    let boot = Site::boot(StartMode::ServerOnly, &Environment::Production, config).await?;
    let parameters = ServeParams { port: i32::from(port), binding: String::from("127.0.0.1") };
    Ok(start::<Site>(boot, parameters, true).await?)
}

fn failed(error: crate::Error) -> loco_rs::Error {
    loco_rs::Error::string(&error.to_string())
}

async fn show(State(context): State<AppContext>, Path(id): Path<i64>) -> loco_rs::Result<Response> {
    let found = find(&context.db, id).await.map_err(failed)?;
    format::json(User::from(found.ok_or(loco_rs::Error::NotFound)?))
}

async fn page(
    State(context): State<AppContext>,
    Extension(ViewEngine(views)): Extension<ViewEngine<TeraView>>,
    Path(after): Path<i64>,
) -> loco_rs::Result<Response> {
    let users: Vec<User> =
        list(&context.db, after).await.map_err(failed)?.into_iter().map(User::from).collect();
    format::view(&views, "page.html", json!({ "users": users }))
}

async fn create(State(context): State<AppContext>, Json(new): Json<NewUser>) -> loco_rs::Result<Response> {
    let id = insert(&context.db, new).await.map_err(failed)?;
    format::render().status(201).json(Created { id })
}
