//! The schema: every table with its columns, and what refers to what.
//!
//! **Invariant.** It shows what the models declare, without asking the database.

use rebis_web::axum::http::header;
use rebis_web::axum::response::{IntoResponse, Response};
use rebis_web::{App, Args, Html, HttpError, Result};
use serde_json::json;

use super::super::bind::bound;
use super::page::render;
use super::place::{HOME, places};
use super::text::encode;

/// `GET /__rebis/data/schema`.
pub(super) async fn schema(app: App) -> Result<Html> {
    let places = places(&app);
    let tables = places.iter().map(|place| {
        let columns = place.model.columns().map(|column| {
            json!({
                "field": column.field(),
                "name": column.name(),
                "type": column.sql_type().to_string(),
                "key": column.is_primary_key(),
                "unique": column.is_unique(),
                "nullable": column.is_nullable(),
                "refers": column.refers_to().map(|(model, name)| json!({ "table": place.of(model).id(), "column": name })),
            })
        });
        let referring = places.iter().filter(|other| other.bind == place.bind).flat_map(|other| {
            let here = other.model.columns().filter(|c| c.refers_to().is_some_and(|(model, _)| model == place.model));
            here.map(|column| json!({ "table": other.id(), "column": column.name() })).collect::<Vec<_>>()
        });
        json!({
            "table": place.id(),
            "model": place.model.name(),
            "url": place.url(),
            "columns": columns.collect::<Vec<_>>(),
            "referring": referring.collect::<Vec<_>>(),
        })
    });
    let tables: Vec<_> = tables.collect();
    let diagrams = bound(&app).into_iter().filter_map(|bound| {
        let migrator = bound.migrator(&app).ok()?;
        let query = bound.name().map(|name| format!("?bind={}", encode(name))).unwrap_or_default();
        let picture = format!("{HOME}/schema.svg{query}");
        Some(json!({ "database": bound.name(), "mermaid": migrator.diagram(), "picture": picture }))
    });
    let diagrams: Vec<_> = diagrams.collect();
    render("schema.html", json!({ "here": "schema", "tables": tables, "diagrams": diagrams }))
}

/// `GET /__rebis/data/schema.svg?bind=audit`: one database's tables as a picture. A file of its own, so that its style is nobody else's.
pub(super) async fn picture(app: App, args: Args) -> Result<Response> {
    let all = bound(&app);
    let found =
        all.iter().find(|bound| bound.name() == args.text("bind")).ok_or_else(HttpError::not_found)?;
    let svg = found.migrator(&app)?.diagram_svg();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}
