//! The templates and functions that Rebis brings: forms, pages of links, tables, a page on Bootstrap.
//!
//! Invariant: a template of the application with the same name wins.

use std::sync::Arc;

use minijinja::{Environment, Error, ErrorKind, Value};

use crate::bootstrap;
use crate::routes::RouteTable;

const SOURCES: [(&str, &str); 4] = [
    ("rebis/base.html", include_str!("rebis/base.html")),
    ("rebis/form.html", include_str!("rebis/form.html")),
    ("rebis/pagination.html", include_str!("rebis/pagination.html")),
    ("rebis/table.html", include_str!("rebis/table.html")),
];

pub(super) fn source(name: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(other, _)| *other == name).map(|(_, source)| *source)
}

pub(super) fn add(env: &mut Environment<'static>, routes: &Arc<RouteTable>) {
    let routes = Arc::clone(routes);
    env.add_function("bootstrap_url", move |file: String| {
        routes.url_for(bootstrap::ENDPOINT, [("file", file)]).map_err(|_| {
            Error::new(
                ErrorKind::InvalidOperation,
                "the application does not serve Bootstrap: add .bootstrap() to it, or fill the blocks styles and scripts",
            )
        })
    });
    env.add_function("iter_pages", iter_pages);
}

/// The numbers for links, none where some are left out: the first two, two before and four after the page, the last two.
fn iter_pages(pagination: &Value) -> Result<Value, Error> {
    let number = |name| {
        let value = pagination.get_attr(name)?;
        u64::try_from(value).map_err(|_| {
            Error::new(ErrorKind::InvalidOperation, format!("a pagination has a number called {name}"))
        })
    };
    let (page, pages) = (number("page")?, number("pages")?);
    let near = page.saturating_sub(2)..=page.saturating_add(4);
    let shown = (1..=pages.min(2)).chain(near).chain(pages.saturating_sub(1)..=pages);
    let (mut all, mut last) = (Vec::new(), 0);
    for n in shown.filter(|n| (1..=pages).contains(n)) {
        if n <= last {
            continue;
        }
        if n > last + 1 {
            all.push(Value::from(()));
        }
        all.push(Value::from(n));
        last = n;
    }
    Ok(Value::from(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: u64, pages: u64) -> String {
        iter_pages(&crate::context! { page, pages }).unwrap().to_string()
    }

    #[test]
    fn pages_leave_gaps() {
        assert_eq!(shown(7, 20), "[1, 2, None, 5, 6, 7, 8, 9, 10, 11, None, 19, 20]");
        assert_eq!(shown(1, 1), "[1]");
        assert_eq!(shown(1, 3), "[1, 2, 3]");
        assert_eq!(shown(9, 0), "[]");
        assert_eq!(shown(1, u64::MAX).split(',').count(), 8);
    }
}
