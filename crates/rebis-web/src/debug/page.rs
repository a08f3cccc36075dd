//! The error page of the debug mode, as HTML and as JSON: why, where, what was asked, which queries ran.
//!
//! Invariant: it needs nothing of the application's (no template, no session, no database), so it can tell of anything that breaks.

use axum::http::StatusCode;
use serde_json::{Value, json as object};

use super::Trace;
use super::asked::hide_lines;
use super::place::Place;
use super::view::{RecordView, render};
use crate::app::App;
use crate::error::HttpError;
use crate::response::Html;

/// The page; without the trace of a request, what is known without one.
pub(crate) fn html(error: &HttpError, app: Option<&App>) -> Html {
    let (chain, trace) = (error.chain(), Trace::current());
    let record = trace.as_ref().map(|trace| RecordView::of(&trace.finish(error.status())));
    let panicked = trace.as_ref().and_then(|trace| trace.finish(error.status()).seen.panicked.clone());
    let root = app.map(|app| app.config().root().to_owned()).unwrap_or_default();
    let place = match (&panicked, error.location()) {
        (Some(panicked), _) => Some(Place::read(&root, &panicked.file, panicked.line)),
        (None, Some(at)) => Some(Place::read(&root, at.file(), at.line())),
        (None, None) => None,
    };
    let title = chain.first().map_or(error.message(), String::as_str);
    let debugger = app.and_then(App::debugger);
    let values = crate::context! {
        stale => debugger.and_then(|debugger| debugger.stale.said()),
        code => error.status().as_u16(),
        name => error.status().canonical_reason().unwrap_or("Error"),
        title,
        short => title.lines().next().unwrap_or_default(),
        message => (!chain.is_empty()).then(|| error.message()),
        causes => chain.iter().skip(1).collect::<Vec<_>>(),
        detail => error.detail().map(hide_lines),
        place,
        frames => panicked.map(|panicked| panicked.frames()).unwrap_or_default(),
        record,
        links => debugger.map(|debugger| debugger.links.clone()).unwrap_or_default(),
    };
    // A page of ours that cannot be made is no reason to say nothing.
    render("error.html", values).unwrap_or_else(|failed| {
        let text = format!("{error:?}\n\n{failed:?}");
        let text = crate::response::page::escape(&text);
        Html(format!(
            "<!doctype html>\n<html lang=en>\n<title>{}</title>\n<pre>{text}</pre>\n",
            error.status()
        ))
    })
}

/// What the JSON of an error has besides, under `debug`.
pub(crate) fn json(error: &HttpError) -> Value {
    let mut debug = object!({ "chain": error.chain(), "detail": error.detail().map(hide_lines) });
    if let Some(at) = error.location() {
        debug["at"] = format!("{}:{}", at.file(), at.line()).into();
    }
    if let Some(trace) = Trace::current() {
        let record = trace.finish(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(panicked) = &record.seen.panicked {
            debug["at"] = format!("{}:{}", panicked.file, panicked.line).into();
        }
        debug["endpoint"] = record.asked.endpoint.clone().into();
        debug["queries"] = record
            .seen
            .queries
            .iter()
            .map(|query| {
                object!({
                    "sql": query.sql,
                    "binds": query.binds,
                    "ms": query.elapsed.as_secs_f64() * 1000.0,
                    "rows": query.rows,
                    "error": query.error,
                })
            })
            .collect();
    }
    debug
}
