//! `Trace`: what one request does, noted by whoever does it.
//!
//! Invariant: noting never fails and never waits; what a request does without end is counted and no longer kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use super::asked::Asked;
use super::place::Panicked;
use crate::session::UserSession;

/// The most queries of a request that are kept.
const MOST: usize = 300;

tokio::task_local! {
    static CURRENT: Trace;
}

/// What one request does, for the debug bar and the error page; it exists in debug mode only.
///
/// The layers below the web do not know it: who joins them to it tells it of queries. The glue of Rebis does so for each database of the
/// application; another store can do the same:
///
/// ```
/// use std::time::Instant;
/// use rebis_web::debug::{Query, Trace};
///
/// async fn ask_the_store(question: &str) -> String {
///     let started = Instant::now();
///     let answer = String::from("42");
///     if let Some(trace) = Trace::current() {
///         trace.query(Query { sql: question.to_owned(), elapsed: started.elapsed(), ..Query::default() });
///     }
///     answer
/// }
/// ```
///
/// A task that a handler spawns is one of its own: `tokio::spawn(trace.scope(…))` lets it count for the request.
#[derive(Clone, Debug)]
pub struct Trace {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    started: Instant,
    asked: Asked,
    tool: bool,
    seen: Mutex<Seen>,
}

/// One query of a request.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Its text.
    pub sql: String,
    /// Its values as they may be shown: secrets are left out by who notes the query.
    pub binds: Vec<String>,
    /// How long it took.
    pub elapsed: Duration,
    /// The rows it brought or changed.
    pub rows: Option<u64>,
    /// Why it failed.
    pub error: Option<String>,
    /// The database it went to, where there are several.
    pub database: Option<String>,
    /// Whether it ends a transaction or the like: shown, and not counted as a query.
    pub control: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) queries: Vec<Query>,
    /// All of them, those not kept too.
    pub(super) count: usize,
    pub(super) time: Duration,
    pub(super) remarks: Vec<String>,
    pub(super) templates: Vec<(String, Duration)>,
    pub(super) session: Option<UserSession>,
    pub(super) panicked: Option<Arc<Panicked>>,
}

/// A request that has ended.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) asked: Asked,
    pub(super) seen: Seen,
    pub(super) status: StatusCode,
    pub(super) took: Duration,
}

impl Trace {
    pub(super) fn new(asked: Asked, tool: bool) -> Self {
        Self { inner: Arc::new(Inner { started: Instant::now(), asked, tool, seen: Mutex::default() }) }
    }

    /// The trace of the request that this task answers; `None` outside debug mode, and in a task of its own.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs a future as part of the request.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, work)
    }

    /// Notes a query.
    pub fn query(&self, query: Query) {
        let mut seen = self.seen();
        seen.count += usize::from(!query.control);
        seen.time += query.elapsed;
        if seen.queries.len() < MOST {
            seen.queries.push(query);
        }
    }

    /// Notes a piece of advice, shown as a warning: the mark of a loop that reads one row at a time, and the like.
    pub fn remark(&self, text: impl Into<String>) {
        let text = text.into();
        let mut seen = self.seen();
        if !seen.remarks.contains(&text) && seen.remarks.len() < MOST {
            seen.remarks.push(text);
        }
    }

    pub(crate) fn template(&self, name: &str, took: Duration) {
        let mut seen = self.seen();
        if seen.templates.len() < MOST {
            seen.templates.push((name.to_owned(), took));
        }
    }

    /// The session, of which the names are shown, never the values.
    pub(crate) fn session(&self, session: &UserSession) {
        self.seen().session = Some(session.clone());
    }

    pub(super) fn panicked(&self, panicked: Panicked) {
        self.seen().panicked = Some(Arc::new(panicked));
    }

    pub(super) fn is_of_a_tool(&self) -> bool {
        self.inner.tool
    }

    /// What is known by now.
    pub(super) fn finish(&self, status: StatusCode) -> Arc<Record> {
        Arc::new(Record {
            asked: self.inner.asked.clone(),
            seen: self.seen().clone(),
            status,
            took: self.inner.started.elapsed(),
        })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
