//! What the pages of this folder are made of, as data for their templates.
//!
//! Invariant: templates escape everything; the numbers on a page are those that were measured.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use minijinja::{Environment, Value};
use serde::Serialize;

use super::trace::{Query, Record};
use crate::error::{HttpError, Result};
use crate::response::Html;
use crate::session::UserSession;

/// From how often on the same statement is said to be a loop.
const MANY: usize = 5;

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.set_formatter(crate::template::format_value);
    for (name, source) in [
        ("bar.html", include_str!("assets/bar.html")),
        ("error.html", include_str!("assets/error.html")),
        ("parts.html", include_str!("assets/parts.html")),
        ("requests.html", include_str!("assets/requests.html")),
        ("request.html", include_str!("assets/request.html")),
    ] {
        // A template of ours that is wrong is missing then, which the tests see.
        let _ = pages.add_template(name, source);
    }
    pages
});

pub(super) fn render(name: &str, values: Value) -> Result<Html> {
    let page = PAGES.get_template(name).and_then(|page| page.render(values));
    page.map(Html).map_err(HttpError::internal)
}

/// A request, as the bar and the pages show it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RecordView {
    method: String,
    path: String,
    endpoint: Option<String>,
    rule: Option<String>,
    status: u16,
    failed: bool,
    took: String,
    count: usize,
    time: String,
    queries: Vec<QueryView>,
    not_kept: usize,
    remarks: Vec<String>,
    templates: Vec<(String, String)>,
    session: Option<Vec<String>>,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    json: Option<String>,
    headers: Vec<(String, String)>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct QueryView {
    sql: String,
    binds: Vec<String>,
    took: String,
    /// Of the request's time for queries, in hundredths.
    share: u32,
    rows: Option<u64>,
    error: Option<String>,
    database: Option<String>,
    control: bool,
    /// How often the same text ran in the request, where that is more than once.
    same: Option<usize>,
}

impl RecordView {
    pub(super) fn of(record: &Record) -> Self {
        let (asked, seen) = (&record.asked, &record.seen);
        let mut often: HashMap<&str, usize> = HashMap::new();
        for query in seen.queries.iter().filter(|query| !query.control) {
            *often.entry(&query.sql).or_default() += 1;
        }
        let mut remarks = seen.remarks.clone();
        let mut loops: Vec<_> = often.iter().filter(|(_, times)| **times >= MANY).collect();
        loops.sort_by_key(|(sql, times)| (std::cmp::Reverse(**times), **sql));
        remarks.extend(loops.into_iter().map(|(sql, times)| {
            format!("The same statement ran {times} times: a loop? One query can read them all. {sql}")
        }));
        let view = |query: &Query| QueryView {
            sql: query.sql.clone(),
            binds: query.binds.clone(),
            took: shown(query.elapsed),
            share: share(query.elapsed, seen.time),
            rows: query.rows,
            error: query.error.clone(),
            database: query.database.clone(),
            control: query.control,
            same: often.get(query.sql.as_str()).copied().filter(|times| *times > 1 && !query.control),
        };
        RecordView {
            method: asked.method.clone(),
            path: asked.path.clone(),
            endpoint: asked.endpoint.clone(),
            rule: asked.rule.clone(),
            status: record.status.as_u16(),
            failed: record.status.is_server_error(),
            took: shown(record.took),
            count: seen.count,
            time: shown(seen.time),
            queries: seen.queries.iter().map(view).collect(),
            not_kept: seen.count.saturating_sub(seen.queries.iter().filter(|query| !query.control).count()),
            remarks,
            templates: seen.templates.iter().map(|(name, took)| (name.clone(), shown(*took))).collect(),
            session: seen.session.as_ref().map(UserSession::names),
            query: asked.query.clone(),
            form: asked.form.clone(),
            json: asked.json.clone(),
            headers: asked.headers.clone(),
        }
    }
}

fn shown(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if ms < 10.0 {
        format!("{ms:.2} ms")
    } else if ms < 1000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}

fn share(part: Duration, all: Duration) -> u32 {
    if all.is_zero() { 0 } else { (part.as_secs_f64() / all.as_secs_f64() * 100.0).round() as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_sound() {
        for name in ["bar.html", "error.html", "parts.html", "requests.html", "request.html"] {
            PAGES.get_template(name).unwrap();
        }
        assert_eq!([2, 20, 2000].map(|ms| shown(Duration::from_millis(ms))), ["2.00 ms", "20 ms", "2.0 s"]);
    }
}
