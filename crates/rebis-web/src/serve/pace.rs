//! `PacedBody`: a request's body that has to come.
//!
//! Invariant: only the time that is spent waiting for the client counts, never the handler's own; what did come buys more of it.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::BoxError;

/// How slowly a body may come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How long the client may be silent, and how much longer than its bytes allow it may take.
    pub(super) patience: Duration,
    /// Bytes a second; 0 for any.
    pub(super) rate: u32,
}

/// A body whose client is not waited for without end: neither one that falls silent, nor one that sends a byte now and then.
pub(super) struct PacedBody<B> {
    inner: B,
    pace: Pace,
    received: u64,
    /// What was waited before this time.
    waited: Duration,
    waiting: Option<Waiting>,
}

struct Waiting {
    since: Instant,
    end: Pin<Box<Sleep>>,
}

impl<B> PacedBody<B> {
    pub(super) fn new(inner: B, pace: Pace) -> Self {
        Self { inner, pace, received: 0, waited: Duration::ZERO, waiting: None }
    }

    /// How much longer it is waited for the next bytes.
    fn left(&self) -> Duration {
        let Pace { patience, rate } = self.pace;
        if rate == 0 {
            return patience;
        }
        let earned = Duration::from_millis(self.received.saturating_mul(1000) / u64::from(rate));
        patience.min(patience.saturating_add(earned).saturating_sub(self.waited))
    }
}

impl<B> HttpBody for PacedBody<B>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            if let Some(waiting) = self.waiting.take() {
                self.waited += waiting.since.elapsed();
            }
            if let Some(Ok(data)) = frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref)) {
                self.received += data.map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if self.waiting.is_none() {
            let since = Instant::now();
            let end = Box::pin(sleep_until(since + self.left()));
            self.waiting = Some(Waiting { since, end });
        }
        if let Some(waiting) = &mut self.waiting {
            ready!(waiting.end.as_mut().poll(cx));
        }
        Poll::Ready(Some(Err(Box::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The client fell silent in the middle of a body, or sends it too slowly.
#[derive(Debug)]
pub(crate) struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client did not send the body in time (ServeOptions::body_timeout, body_rate)")
    }
}

impl std::error::Error for TooSlow {}
