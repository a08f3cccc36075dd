//! The last requests: what a redirection, a form that was sent or a script's request did, after the fact.
//!
//! Invariant: so many are kept and no more, in memory only.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::trace::Record;
use super::view::{RecordView, render};
use crate::app::App;
use crate::error::{HttpError, Result};
use crate::extract::Path;
use crate::response::{Html, Redirect};

const KEPT: usize = 50;

#[derive(Debug, Default)]
pub(super) struct Recent {
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    /// The number of the newest.
    number: u64,
    records: VecDeque<(u64, Arc<Record>)>,
}

impl Recent {
    /// Gives the record's number.
    pub(super) fn keep(&self, record: Arc<Record>) -> u64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.number += 1;
        let number = last.number;
        // A page's own files would push everything else out.
        if !(record.asked.path.starts_with("/static/") && record.seen.queries.is_empty()) {
            last.records.push_front((number, record));
            last.records.truncate(KEPT);
        }
        number
    }

    /// The newest first, those before `number`.
    pub(super) fn before(&self, number: u64, most: usize) -> Vec<(u64, RecordView)> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let some = last.records.iter().filter(|(other, _)| *other < number).take(most);
        some.map(|(number, record)| (*number, RecordView::of(record))).collect()
    }
}

/// `GET /__rebis/`: the application's first tool, or the last requests.
pub(super) async fn index(app: App) -> Result<Redirect> {
    let debugger = app.debugger().ok_or_else(HttpError::not_found)?;
    let first = debugger.links.get(1).or(debugger.links.first()).ok_or_else(HttpError::not_found)?;
    Ok(Redirect::to(first.1.clone()))
}

/// `GET /__rebis/requests`.
pub(super) async fn list(app: App) -> Result<Html> {
    let debugger = app.debugger().ok_or_else(HttpError::not_found)?;
    let requests = debugger.recent.before(u64::MAX, KEPT);
    render("requests.html", crate::context! { requests, links => &debugger.links })
}

/// `GET /__rebis/requests/7`.
pub(super) async fn show(app: App, Path(number): Path<u64>) -> Result<Html> {
    let debugger = app.debugger().ok_or_else(HttpError::not_found)?;
    let found =
        debugger.recent.before(number.saturating_add(1), 1).into_iter().find(|(other, _)| *other == number);
    let (_, record) = found.ok_or_else(HttpError::not_found)?;
    render("request.html", crate::context! { record, links => &debugger.links })
}
