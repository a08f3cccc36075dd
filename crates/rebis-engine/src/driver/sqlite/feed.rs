//! Rows for a reader that takes its time. Invariant: SQLite's statement lives on a thread of its own, which waits where there is no room, and the
//! connection is back before anything else happens on it, also when the reader goes away.

use std::convert::Infallible;
use std::sync::mpsc;

use futures_util::future::{Either, select};
use rebis_sql::Value;
use rusqlite::InterruptHandle;
use tokio::sync::mpsc::{Sender, error::TrySendError};
use tokio::sync::oneshot;

use super::{Sqlite, Wait, error, types};
use crate::driver::Lent;
use crate::driver::sink::Feed;
use crate::{Error, ErrorKind, Result, Row, TransactionOptions};

/// What comes back from the thread.
struct Back<F, T> {
    connection: rusqlite::Connection,
    feed: Feed<F, T>,
    rows: u64,
    result: Result<()>,
}

impl Sqlite {
    pub(crate) async fn feed<T, F>(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
        mut feed: Feed<F, T>,
    ) -> Result<u64>
    where
        T: Send + 'static,
        F: FnMut(&Row<'_>) -> Result<T> + Send + 'static,
    {
        if let Some(options) = begin {
            self.begin(options).await?;
        }
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            let back = self.feed_once(sql, binds, feed).await?;
            match back.result {
                Err(e) if back.rows == 0 && e.kind() == ErrorKind::Locked && wait.again().await => {}
                done => return done.map(|()| back.rows),
            }
            feed = back.feed;
        }
    }

    async fn feed_once<T, F>(
        &mut self,
        sql: &str,
        binds: &[Value],
        feed: Feed<F, T>,
    ) -> Result<Returned<F, T>>
    where
        T: Send + 'static,
        F: FnMut(&Row<'_>) -> Result<T> + Send + 'static,
    {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| Error::state("rows can be streamed on a Tokio runtime only"))?;
        let stand_in = rusqlite::Connection::open_in_memory().map_err(error::classify)?;
        let connection = std::mem::replace(self.connection.get_mut(), stand_in);
        let interrupt = connection.get_interrupt_handle();
        let (home, back) = mpsc::sync_channel(1);
        let (done, finished) = oneshot::channel();
        let (cancel, cancelled) = oneshot::channel();
        let (sql, binds) = (sql.to_owned(), binds.to_vec());
        let mut away =
            Away { driver: self, interrupt, cancel: Some(cancel), back, returned: None, home: false };
        tokio::task::spawn_blocking(move || {
            let mut feed = feed;
            let mut rows = 0;
            let room = Room { runtime, cancelled };
            let result = step(&connection, &sql, &binds, &mut feed, room, &mut rows);
            let _ = home.send(Back { connection, feed, rows, result });
            let _ = done.send(());
        });
        let _ = finished.await;
        away.come_home();
        away.returned.take().ok_or_else(|| Error::state("the thread that read the rows has failed"))
    }
}

/// What came back, without the connection.
struct Returned<F, T> {
    feed: Feed<F, T>,
    rows: u64,
    result: Result<()>,
}

/// The connection while the thread has it.
struct Away<'a, F, T> {
    driver: &'a mut Sqlite,
    interrupt: InterruptHandle,
    cancel: Option<oneshot::Sender<Infallible>>,
    back: mpsc::Receiver<Back<F, T>>,
    returned: Option<Returned<F, T>>,
    home: bool,
}

impl<F, T> Away<'_, F, T> {
    /// Waits for the thread, which is at its end.
    fn come_home(&mut self) {
        self.home = true;
        match self.back.recv() {
            Ok(Back { connection, feed, rows, result }) => {
                *self.driver.connection.get_mut() = connection;
                self.returned = Some(Returned { feed, rows, result });
            }
            Err(_) => self.driver.lost = true,
        }
    }
}

impl<F, T> Drop for Away<'_, F, T> {
    /// The reader is gone: the thread no longer waits for room, or is interrupted in the middle of a step.
    fn drop(&mut self) {
        if !self.home {
            self.cancel = None;
            self.interrupt.interrupt();
            self.come_home();
        }
    }
}

/// Where the thread waits for room in the channel, as long as there is a reader.
struct Room {
    runtime: tokio::runtime::Handle,
    cancelled: oneshot::Receiver<Infallible>,
}

impl Room {
    /// Sends a row; says whether it was taken.
    fn send<T>(&mut self, to: &Sender<T>, row: T) -> bool {
        match to.try_send(row) {
            Ok(()) => true,
            Err(TrySendError::Closed(_)) => false,
            Err(TrySendError::Full(row)) => {
                let sent = std::pin::pin!(to.send(row));
                let first = self.runtime.block_on(select(sent, &mut self.cancelled));
                matches!(first, Either::Left((Ok(()), _)))
            }
        }
    }
}

fn step<T, F>(
    connection: &rusqlite::Connection,
    sql: &str,
    binds: &[Value],
    feed: &mut Feed<F, T>,
    mut room: Room,
    count: &mut u64,
) -> Result<()>
where
    F: FnMut(&Row<'_>) -> Result<T>,
{
    let mut statement = connection.prepare_cached(sql).map_err(error::classify)?;
    types::bind(&mut statement, binds)?;
    let mut rows = statement.raw_query();
    loop {
        let Some(row) = rows.next().map_err(error::classify)? else { return Ok(()) };
        *count += 1;
        let row = (feed.decode)(&Row(Lent::Sqlite(row)))?;
        if !room.send(&feed.to, row) {
            return Ok(());
        }
    }
}
