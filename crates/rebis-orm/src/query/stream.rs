//! [`Rows`]: a query's rows as they arrive. Invariant: no more rows are held than a small channel holds, whatever the database and the result.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use futures_util::Stream;
use rebis_engine::{Connection, Row};
use tokio::sync::mpsc;

use super::run::unpartnered;
use super::runner::Runner;
use super::select::SelectStatement;
use super::selection::{Arrivals, Selection};
use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, Shared};

/// Rows that wait to be taken.
const WAITING: usize = 32;

type Run<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// The rows of a query, one after the other: what [`SelectStatement::stream`] gives. It is a `Stream`, and [`next`](Rows::next) needs no more.
#[must_use = "rows arrive when they are asked for"]
pub struct Rows<'a, T> {
    // Closed before the query is dropped, so that what fills it ends.
    arrived: mpsc::Receiver<T>,
    /// The query, while it runs.
    run: Option<Run<'a>>,
    failed: Option<Error>,
}

impl<T: Send> Rows<'_, T> {
    /// The next row, or nothing when there are no more.
    ///
    /// # Errors
    /// What the database says, and when a row does not decode; nothing follows an error.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Ends the query before its last row and waits until its connection is usable. To drop the rows does the same where the database allows it;
    /// on MySQL and MariaDB, rows that are dropped before the first one came cost a session its transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(mut self) -> Result<()> {
        self.arrived.close();
        while self.arrived.try_recv().is_ok() {}
        match self.run.take() {
            Some(run) => run.await,
            None => Ok(()),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            let arrived = self.arrived.poll_recv(cx);
            if let Poll::Ready(Some(row)) = arrived {
                return Poll::Ready(Some(Ok(row)));
            }
            let Some(run) = &mut self.run else {
                // The query has ended, and with it the channel: what is pending then is a row that the scheduler makes wait.
                return arrived.map(|_| self.failed.take().map(Err));
            };
            match run.as_mut().poll(cx) {
                Poll::Ready(done) => {
                    self.run = None;
                    self.failed = done.err();
                }
                Poll::Pending => {
                    return match self.arrived.poll_recv(cx) {
                        Poll::Ready(Some(row)) => Poll::Ready(Some(Ok(row))),
                        _ => Poll::Pending,
                    };
                }
            }
        }
    }
}

impl<T: Send> Stream for Rows<'_, T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.poll(cx)
    }
}

impl<T> std::fmt::Debug for Rows<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("waiting", &self.arrived.len()).finish_non_exhaustive()
    }
}

impl<S: Selection> SelectStatement<S> {
    /// The rows as they arrive, in constant memory. What runs it is busy until the rows are taken, closed or dropped: a session refuses other
    /// statements meanwhile, changes of objects are written after it.
    ///
    /// Objects of a session that nobody holds are forgotten as the stream goes on; each is alone, without peers to load relations with.
    ///
    /// ```
    /// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
    /// # #[derive(Model, Clone, Debug)] struct User { #[column(primary_key)] id: i64, name: String }
    /// # async fn export(db: &Database) -> Result<()> {
    /// let mut users = select(User).order_by(User::id).stream(db);
    /// while let Some(user) = users.next().await {
    ///     println!("{}", user?.name);
    /// }
    /// # Ok(()) }
    /// # fn main() {}
    /// ```
    pub fn stream<'a, R: StreamRunner<'a>>(self, on: R) -> Rows<'a, R::Out<S>>
    where
        R::Out<S>: 'static,
    {
        on.stream(self)
    }
}

/// What rows can be streamed from.
pub trait StreamRunner<'a>: Runner + 'a {
    #[doc(hidden)]
    fn stream<S: Selection>(self, query: SelectStatement<S>) -> Rows<'a, Self::Out<S>>
    where
        Self::Out<S>: 'static;
}

fn rows<'a, T, F>(run: impl FnOnce(mpsc::Sender<T>) -> F) -> Rows<'a, T>
where
    F: Future<Output = Result<()>> + Send + 'a,
{
    let (to, arrived) = mpsc::channel(WAITING);
    Rows { arrived, run: Some(Box::pin(run(to))), failed: None }
}

fn check<S: Selection>(query: &SelectStatement<S>) -> Result<()> {
    if query.loading.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::State,
        "`with(…)` loads relations of all objects of a query, and a stream never has them all",
    )
    .advise("select the related model with a join: `select((User, Post)).join(User::posts)`"))
}

async fn plain<S: Selection>(
    connection: &mut Connection,
    query: SelectStatement<S>,
    to: mpsc::Sender<S::Plain>,
) -> Result<()>
where
    S::Plain: 'static,
{
    check(&query)?;
    super::run::check_lock(connection, &query)?;
    let compiled = query.compiled(connection.dialect())?;
    let decode = |row: &Row<'_>| S::plain(row, &mut 0);
    let done = connection.feed(&compiled.sql, &compiled.binds, decode, to).await;
    done.map_err(|error| unpartnered(&query.select, error))
}

impl<'a> StreamRunner<'a> for &'a Database {
    fn stream<S: Selection>(self, query: SelectStatement<S>) -> Rows<'a, S::Plain>
    where
        S::Plain: 'static,
    {
        rows(|to| async move {
            let mut connection = self.engine()?.acquire().await?;
            plain(&mut connection, query, to).await
        })
    }
}

impl<'a> StreamRunner<'a> for &'a mut Connection {
    fn stream<S: Selection>(self, query: SelectStatement<S>) -> Rows<'a, S::Plain>
    where
        S::Plain: 'static,
    {
        rows(|to| plain(self, query, to))
    }
}

impl<'a> StreamRunner<'a> for &'a Session {
    fn stream<S: Selection>(self, query: SelectStatement<S>) -> Rows<'a, S::Tracked>
    where
        S::Tracked: 'static,
    {
        rows(|to| tracked(&self.0, query, to))
    }
}

async fn tracked<S: Selection>(
    session: &Arc<Shared>,
    mut query: SelectStatement<S>,
    to: mpsc::Sender<S::Tracked>,
) -> Result<()>
where
    S::Tracked: 'static,
{
    check(&query)?;
    query.criteria.settle(session);
    session.autoflush().await?;
    let maps = S::maps(&Session(Arc::clone(session)));
    let mut arrivals = Arrivals::of(session, &session.solo, query.populate);
    let mut connection = session.connection().await?;
    let compiled = query.compiled(connection.dialect())?;
    let _streaming = Streaming::begin(session);
    let decode = move |row: &Row<'_>| {
        let object = S::tracked(&maps, &mut arrivals, row, &mut 0)?;
        let told = arrivals.settle();
        told.map_err(|e| rebis_engine::Error::new(rebis_engine::ErrorKind::State, e.to_string()))?;
        Ok(object)
    };
    let taken = to.clone();
    let done = connection.feed(&compiled.sql, &compiled.binds, decode, to).await;
    done.map_err(|error| unpartnered(&query.select, error))?;
    // Until the last row is taken, so that whether a statement is refused meanwhile does not depend on how fast rows come.
    let _ = taken.reserve_many(WAITING).await;
    Ok(())
}

/// The session's connection is reading a stream.
struct Streaming<'a>(&'a Shared);

impl<'a> Streaming<'a> {
    fn begin(session: &'a Shared) -> Self {
        session.streaming.store(true, Ordering::Release);
        Streaming(session)
    }
}

impl Drop for Streaming<'_> {
    fn drop(&mut self) {
        self.0.streaming.store(false, Ordering::Release);
    }
}
