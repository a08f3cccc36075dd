//! Running statements: state before, driver, state and log after.
//!
//! **Invariant.** `busy` is set exactly while the driver may have an answer outstanding, so a future dropped in between leaves it set.

use std::sync::Arc;

use rebis_sql::Value;

use super::Connection;
use super::log::Watch;
use super::transact::State;
use crate::driver::{AfterError, Driver, Fill};
use crate::{Done, Error, ErrorKind, Result, Row, TransactionOptions};

impl Connection {
    /// A block: an `async fn` would keep the arguments twice, and the futures of all that a program does with a query are larger by this one.
    #[expect(clippy::manual_async_fn, reason = "the future of an `async fn` is larger by its arguments")]
    pub(super) fn run_query<F>(
        &mut self,
        sql: &str,
        binds: &[Value],
        each: F,
    ) -> impl Future<Output = Result<()>>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        async move {
            let begin = self.start()?;
            let watch = Watch::start(&self.shared, sql);
            let result = self.driver()?.query(begin.as_ref(), sql, binds, each).await;
            self.finish(begin.is_some(), &result);
            watch.end(&self.shared, sql, binds, result.as_ref().copied());
            result.map(drop).map_err(|e| e.with_sql(sql))
        }
    }

    pub(super) async fn run_execute(&mut self, sql: &str, binds: &[Value]) -> Result<Done> {
        let begin = self.start()?;
        let watch = Watch::start(&self.shared, sql);
        let result = self.driver()?.execute(begin.as_ref(), sql, binds).await;
        self.finish(begin.is_some(), &result);
        watch.end(&self.shared, sql, binds, result.as_ref().map(|d| d.rows_affected));
        result.map_err(|e| e.with_sql(sql))
    }

    pub(super) async fn run_execute_owned(&mut self, sql: &str, binds: Vec<Value>) -> Result<Done> {
        if Watch::shows_binds(&self.shared) {
            return self.run_execute(sql, &binds).await;
        }
        let begin = self.start()?;
        let watch = Watch::start(&self.shared, sql);
        let result = self.driver()?.execute_owned(begin.as_ref(), sql, binds).await;
        self.finish(begin.is_some(), &result);
        watch.end(&self.shared, sql, &[], result.as_ref().map(|d| d.rows_affected));
        result.map_err(|e| e.with_sql(sql))
    }

    pub(super) async fn run_execute_many(
        &mut self,
        sql: &str,
        times: usize,
        fill: Fill<'_>,
    ) -> Result<Vec<Done>> {
        let begin = self.start()?;
        let in_transaction = begin.is_some() || self.state == State::Open;
        let watch = Watch::start(&self.shared, sql);
        // The first ones stand for all.
        let mut shown = Vec::new();
        if Watch::shows_binds(&self.shared) {
            fill(0, &mut shown);
        }
        let result = self.driver()?.execute_many(begin.as_ref(), sql, times, fill, in_transaction).await;
        self.finish(begin.is_some(), &result);
        let rows = result.as_ref().map(|all| all.iter().map(|d| d.rows_affected).sum());
        watch.end(&self.shared, sql, &shown, rows);
        result.map_err(|e| e.with_sql(sql))
    }

    /// A BEGIN that waits goes on waiting: this runs nothing.
    pub(super) async fn find_array_types(&mut self, sql: &str) -> Result<Option<Arc<[String]>>> {
        self.start()?;
        let result = self.driver()?.array_types(sql).await;
        self.finish(false, &result);
        result.map_err(|e| e.with_sql(sql))
    }

    pub(super) async fn run_script(&mut self, sql: &str) -> Result<()> {
        self.begin_now().await?;
        self.start()?;
        let watch = Watch::start(&self.shared, sql);
        let result = self.driver()?.script(sql).await;
        self.finish(false, &result);
        watch.end(&self.shared, sql, &[], result.as_ref().map(|()| 0));
        result.map_err(|e| e.with_sql(sql))
    }

    /// Sends the BEGIN that waits for its first statement, for what cannot carry it along.
    pub(super) async fn begin_now(&mut self) -> Result<()> {
        let State::Pending(options) = self.state else { return Ok(()) };
        self.busy = true;
        let begun = self.driver()?.begin(&options).await;
        self.finish(true, &begun);
        begun
    }

    /// Checks that a statement may run now; gives the BEGIN that must go before it.
    pub(super) fn start(&mut self) -> Result<Option<TransactionOptions>> {
        if let Some(why) = self.transport_failure() {
            return Err(Error::new(
                ErrorKind::Connection,
                format!("this connection is not usable: {why}; drop it and acquire another"),
            ));
        }
        let begin = match &self.state {
            State::Idle | State::Open | State::Alone(_) => None,
            State::Pending(options) => Some(*options),
            State::Failed(why) => {
                return Err(Error::state(format!(
                    "the transaction failed before ({why}) and takes no more statements; call rollback() (or rollback_to a savepoint) first"
                )));
            }
            State::Gone(why) => {
                return Err(Error::state(format!(
                    "the database has rolled this transaction back ({why}); call rollback(), then run it again"
                )));
            }
        };
        self.busy = true;
        Ok(begin)
    }

    /// Takes up the state that the driver's answer leaves.
    pub(super) fn finish<T>(&mut self, began: bool, result: &Result<T>) {
        self.busy = false;
        if began {
            self.state = State::Open;
        }
        if let State::Alone(options) = self.state {
            self.state = State::Pending(options);
        }
        let Err(e) = result else { return };
        self.conflict |= e.is_retryable();
        if e.kind() == ErrorKind::Connection {
            // Its transaction went with it, and nothing can be asked of it any more.
            self.broken = Some(format!("it broke ({e})"));
            return;
        }
        // An error of the caller's own (a row it could not decode) leaves the transaction as it was.
        if self.state == State::Open
            && e.kind() != ErrorKind::Decode
            && let Some(raw) = &self.raw
        {
            match raw.driver.after_error(e) {
                AfterError::Open => {}
                AfterError::Failed => self.state = State::Failed(e.to_string()),
                AfterError::Gone => self.state = State::Gone(e.to_string()),
            }
        }
    }

    pub(super) fn driver(&mut self) -> Result<&mut Driver> {
        match &mut self.raw {
            Some(raw) => Ok(&mut raw.driver),
            None => Err(Error::state("the connection was given back")),
        }
    }
}
