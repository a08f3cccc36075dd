//! The browser's pages: templates of its own, whatever the application's are.
//!
//! **Invariant.** Every value is escaped; a page loads nothing but the tools' own style sheet.

use std::sync::LazyLock;

use rebis_web::minijinja::{Environment, Value, value::Serde};
use rebis_web::{Html, HttpError, Result, UserSession};

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    for (name, source) in [
        ("layout.html", include_str!("assets/layout.html")),
        ("tables.html", include_str!("assets/tables.html")),
        ("rows.html", include_str!("assets/rows.html")),
        ("row.html", include_str!("assets/row.html")),
        ("schema.html", include_str!("assets/schema.html")),
        ("migrations.html", include_str!("assets/migrations.html")),
    ] {
        // A template of ours that is wrong is missing then, which the tests see.
        let _ = pages.add_template(name, source);
    }
    pages
});

pub(super) fn render(name: &str, values: serde_json::Value) -> Result<Html> {
    let page = PAGES.get_template(name).and_then(|page| page.render(Value::from(Serde(values))));
    page.map(Html).map_err(HttpError::internal)
}

/// The token for a form; none without `SECRET_KEY`, when the origin of a request is all that is checked.
pub(super) fn token(session: &UserSession) -> Option<String> {
    session.csrf_token().ok()
}
