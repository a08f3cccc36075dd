//! Rows for a reader that takes its time. Invariant: a reader that goes away leaves a connection that is clean where the driver can make it so, and
//! busy, hence never used again, where it cannot.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rebis_sql::Value;
use tokio::sync::mpsc::Sender;

use super::Connection;
use super::log::Watch;
use crate::driver::sink::Feed;
use crate::{Result, Row};

impl Connection {
    /// Runs a statement and sends what `decode` makes of each row into a channel, waiting where that is full: memory holds what the channel holds,
    /// however many rows there are. When the receiver is gone, it ends.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn feed<T, F>(&mut self, sql: &str, binds: &[Value], mut decode: F, to: Sender<T>) -> Result<()>
    where
        T: Send + 'static,
        F: FnMut(&Row<'_>) -> Result<T> + Send + 'static,
    {
        let begin = self.start()?;
        let watch = Watch::start(&self.shared, sql);
        let delivered = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&delivered);
        let feed = Feed::new(
            move |row: &Row<'_>| {
                seen.store(true, Ordering::Relaxed);
                decode(row)
            },
            to,
        );
        let mut open = Open { connection: self, began: begin.is_some(), delivered, ended: false };
        let result = open.connection.driver()?.feed(begin.as_ref(), sql, binds, feed).await;
        open.ended = true;
        drop(open);
        self.finish(begin.is_some(), &result);
        watch.end(&self.shared, sql, binds, result.as_ref().copied());
        result.map(drop).map_err(|e| e.with_sql(sql))
    }
}

/// A statement whose rows are being read.
struct Open<'a> {
    connection: &'a mut Connection,
    began: bool,
    delivered: Arc<AtomicBool>,
    ended: bool,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let delivered = self.delivered.load(Ordering::Relaxed);
        let clean = self.connection.raw.as_ref().is_some_and(|raw| raw.driver.can_abandon(delivered));
        if !self.ended && clean {
            self.connection.finish(self.began, &Ok(()));
        }
    }
}
