//! How long a connection is waited for between two answers.
//!
//! Invariant: a client that has no request running, and does not send the whole head of one, is waited for no longer than the limit. While a
//! request is answered nothing is counted: neither the handler's time nor that of a body that is sent.
//!
//! hyper can count this itself, with a timer that is set and taken back for each request. Here a connection has one timer, which is looked at
//! when it rings: a request costs two stores.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

/// While a request is answered.
const BUSY: u64 = u64::MAX;

/// Since when a connection is waited for.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    opened: Instant,
    /// Nanoseconds after that.
    since: Arc<AtomicU64>,
}

impl Patience {
    /// Of a connection that was just opened.
    pub(super) fn new() -> Self {
        Self { opened: Instant::now(), since: Arc::default() }
    }

    /// A request has come.
    pub(super) fn asked(&self) {
        self.since.store(BUSY, Ordering::Relaxed);
    }

    /// Its answer: it is waited for the next request once that is gone.
    pub(super) fn answer(&self, body: Body) -> Answer {
        Answer { body, patience: self.clone() }
    }

    fn answered(&self) {
        let now = u64::try_from(self.opened.elapsed().as_nanos()).unwrap_or(BUSY - 1);
        self.since.store(now, Ordering::Relaxed);
    }

    /// Ready when the client was waited for that long.
    pub(super) async fn ends(&self, limit: Duration) {
        loop {
            let now = Instant::now();
            let end = match self.since.load(Ordering::Relaxed) {
                BUSY => now + limit,
                since => self.opened + Duration::from_nanos(since) + limit,
            };
            if end <= now {
                return;
            }
            sleep_until(end).await;
        }
    }
}

/// The body of an answer, which says when it is gone.
pub(super) struct Answer {
    body: Body,
    patience: Patience,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.patience.answered();
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(100);

    #[tokio::test]
    async fn who_asks_nothing_is_waited_for_until_the_limit() {
        let (patience, start) = (Patience::new(), Instant::now());
        patience.ends(LIMIT).await;
        assert!(start.elapsed() >= LIMIT);
    }

    #[tokio::test]
    async fn the_time_of_an_answer_does_not_count() {
        let patience = Patience::new();
        patience.asked();
        let answer = patience.answer(Body::empty());
        let ended = tokio::time::timeout(LIMIT * 5 / 2, patience.ends(LIMIT)).await;
        assert!(ended.is_err(), "for as long as it is answered");
        drop(answer);
        let start = Instant::now();
        patience.ends(LIMIT).await;
        assert!(start.elapsed() >= LIMIT);
    }
}
