//! The schema: every table with its columns, and what refers to what.
//!
//! **Invariant.** It shows what the models declare, without asking the database.

use rebis_web::{App, Html, Result};
use serde_json::json;

use super::super::bind::bound;
use super::form::type_name;
use super::page::render;
use super::place::places;

/// `GET /__rebis/data/schema`.
pub(super) async fn schema(app: App) -> Result<Html> {
    let places = places(&app);
    let tables = places.iter().map(|place| {
        let columns = place.model.columns().map(|column| {
            json!({
                "field": column.field(),
                "name": column.name(),
                "type": type_name(&column.sql_type()),
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
        Some(json!({ "database": bound.name(), "mermaid": migrator.diagram() }))
    });
    let diagrams: Vec<_> = diagrams.collect();
    render("schema.html", json!({ "here": "schema", "tables": tables, "diagrams": diagrams }))
}
