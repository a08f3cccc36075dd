//! The page of those that have no templates of their own: minijinja, with the same files. Invariant: templates are read once.

use std::sync::Arc;

use axum::response::Html;
use minijinja::{Environment, context};

use crate::Result;
use crate::data::User;

pub const BASE: &str = include_str!("../../templates/base.html");
pub const PAGE: &str = include_str!("../../templates/page.html");

#[derive(Clone)]
pub struct Pages(Arc<Environment<'static>>);

impl Pages {
    pub fn new() -> Result<Self> {
        let mut environment = Environment::new();
        environment.add_template("base.html", BASE)?;
        environment.add_template("page.html", PAGE)?;
        Ok(Pages(Arc::new(environment)))
    }

    pub fn render(&self, users: &[User]) -> Result<Html<String>> {
        let users = minijinja::value::Value::from(minijinja::value::Serde(users));
        Ok(Html(self.0.get_template("page.html")?.render(context! { users })?))
    }
}
