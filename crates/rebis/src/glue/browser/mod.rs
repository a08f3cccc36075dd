//! The data browser at `/__rebis/data/`: the tables of the application's databases, their rows, schema and migrations.
//!
//! **Invariant.** It exists in debug mode only. What it writes goes through a session, so validators, events and cascades hold as they do for
//! the application's own code; a secret column's value is never sent to the page.

mod form;
mod list;
mod migrations;
mod page;
mod place;
mod row;
mod schema;
mod text;

use rebis_web::{App, Blueprint};

/// Adds it to an application, once.
pub(super) fn add(app: App) -> App {
    if app.get_extension::<Added>().is_some() {
        return app;
    }
    let tool = Blueprint::new("data")
        .url_prefix("/data")
        .get("/", list::tables)
        .get("/schema", schema::schema)
        .get("/schema.svg", schema::picture)
        .get("/migrations", migrations::migrations)
        .get("/t/{table}/", list::rows)
        .get("/t/{table}/new", row::new)
        .post("/t/{table}/new", row::create)
        .get("/t/{table}/row", row::show)
        .post("/t/{table}/row", row::update)
        .post("/t/{table}/delete", row::remove);
    app.keep(Added).debug_tool("Data", tool)
}

/// That the browser is there.
#[derive(Clone, Copy)]
struct Added;
