//! Running statements. Invariant: messages are sent in the order of the calls, so a BEGIN sent ahead is always before its statement.

use std::sync::Arc;

use futures_util::future::{join, join_all};
use futures_util::{TryStreamExt as _, pin_mut};
use rebis_sql::Value;
use tokio_postgres::{RowStream, Statement};

use super::{Postgres, begin_sql, error, types, types::Bind};
use crate::driver::Lent;
use crate::driver::sink::{Each, Feed, Sink};
use crate::{Done, Result, Row, TransactionOptions};

/// Statements of one `execute_many` that are on their way at once.
const WINDOW: usize = 256;

impl Postgres {
    pub(crate) async fn query<F>(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
        each: F,
    ) -> Result<u64>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        self.rows_into(begin, sql, binds, Each(each)).await
    }

    /// Beside other reads on the same connection.
    pub(crate) async fn read<F>(&self, sql: &str, binds: &[Value], each: F) -> Result<u64>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        self.rows_into(None, sql, binds, Each(each)).await
    }

    pub(crate) async fn feed<T, F>(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
        feed: Feed<F, T>,
    ) -> Result<u64>
    where
        T: Send,
        F: FnMut(&Row<'_>) -> Result<T> + Send,
    {
        self.rows_into(begin, sql, binds, feed).await
    }

    /// What is left of a result is read by the client, whoever waits for it.
    pub(crate) fn can_abandon(&self, _delivered: bool) -> bool {
        true
    }

    async fn rows_into(
        &self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
        mut sink: impl Sink,
    ) -> Result<u64> {
        let mut fresh = false;
        loop {
            let (statement, begun) = self.statement(begin, sql).await?;
            let rows = match begun {
                // Prepared before: BEGIN and the statement go together.
                Some(options) => {
                    let sent = begin_sql(options);
                    let both = join(self.client.batch_execute(&sent), self.rows(&statement, binds));
                    let (began, rows) = Box::pin(both).await;
                    began.map_err(error::classify)?;
                    rows
                }
                None => self.rows(&statement, binds).await,
            };
            let mut count = 0;
            let failed = match rows {
                Ok(rows) => {
                    pin_mut!(rows);
                    loop {
                        match rows.try_next().await {
                            Ok(Some(row)) => {
                                count += 1;
                                sink.take(&Row(Lent::Postgres(&row)))?;
                                drop(row);
                                if !sink.settle().await {
                                    return Ok(count);
                                }
                            }
                            Ok(None) => return Ok(count),
                            Err(e) => break e,
                        }
                    }
                }
                Err(e) => e,
            };
            if !fresh && count == 0 && Box::pin(self.can_prepare_again(begin, sql, &failed)).await {
                fresh = true;
                continue;
            }
            return Err(error::classify(failed));
        }
    }

    pub(crate) async fn execute(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
    ) -> Result<Done> {
        let mut fresh = false;
        loop {
            let (statement, begun) = self.statement(begin, sql).await?;
            let run = self.client.execute_raw(&statement, binds.iter().map(Bind));
            let done = match begun {
                Some(options) => {
                    let sent = begin_sql(options);
                    let (began, done) = Box::pin(join(self.client.batch_execute(&sent), run)).await;
                    began.map_err(error::classify)?;
                    done
                }
                None => run.await,
            };
            match done {
                Ok(rows_affected) => return Ok(Done { rows_affected, last_insert_id: None }),
                Err(e) if !fresh && Box::pin(self.can_prepare_again(begin, sql, &e)).await => fresh = true,
                Err(e) => return Err(error::classify(e)),
            }
        }
    }

    async fn rows(&self, statement: &Statement, binds: &[Value]) -> Result<RowStream, tokio_postgres::Error> {
        self.client.query_raw(statement, binds.iter().map(Bind)).await
    }

    /// The prepared statement, and the BEGIN that is still to be sent. A statement that must be prepared first takes the BEGIN with it.
    async fn statement<'b>(
        &self,
        begin: Option<&'b TransactionOptions>,
        sql: &str,
    ) -> Result<(Statement, Option<&'b TransactionOptions>)> {
        let known = self.statements.lock().get(sql);
        if let Some(statement) = known {
            return Ok((statement, begin));
        }
        Box::pin(self.prepare(begin, sql)).await
    }

    async fn prepare<'b>(
        &self,
        begin: Option<&'b TransactionOptions>,
        sql: &str,
    ) -> Result<(Statement, Option<&'b TransactionOptions>)> {
        self.heed(sql);
        let statement = match begin {
            Some(options) => {
                let sent = begin_sql(options);
                let (began, statement) =
                    join(self.client.batch_execute(&sent), self.client.prepare(sql)).await;
                began.map_err(error::classify)?;
                statement
            }
            None => self.client.prepare(sql).await,
        }
        .map_err(error::classify)?;
        // One that has to go tells the server when it is dropped, after the lock is free.
        let _gone = self.statements.lock().put(sql, statement.clone());
        Ok((statement, None))
    }

    /// Whether the statement was only stale and can be run again, prepared anew: no work is lost with it. A transaction that began with it
    /// begins with it again; in any other the server answers nothing but ROLLBACK now.
    async fn can_prepare_again(
        &self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        e: &tokio_postgres::Error,
    ) -> bool {
        if !self.forget_stale(sql, e) {
            return false;
        }
        let takes_more = if begin.is_some() { "ROLLBACK" } else { "SELECT" };
        self.client.batch_execute(takes_more).await.is_ok()
    }

    /// Forgets a statement that the server does not take any more: whoever runs it again, after a rollback if need be, prepares it anew.
    fn forget_stale(&self, sql: &str, e: &tokio_postgres::Error) -> bool {
        let stale = error::is_stale(e);
        if stale {
            self.statements.lock().forget(sql);
        }
        stale
    }

    pub(crate) async fn execute_many(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Vec<Value>],
        in_transaction: bool,
    ) -> Result<Vec<Done>> {
        let mut done = Vec::with_capacity(binds.len());
        if !in_transaction || binds.len() < 2 {
            // Sent ahead, the statements behind a failed one would run all the same.
            let mut begin = begin;
            for row in binds {
                done.push(self.execute(begin.take(), sql, row).await?);
            }
            return Ok(done);
        }
        let (statement, mut begin) = self.statement(begin, sql).await?;
        for window in binds.chunks(WINDOW) {
            let sent = window.iter().map(|row| self.client.execute_raw(&statement, row.iter().map(Bind)));
            let all = match begin.take() {
                Some(options) => {
                    let begin = begin_sql(options);
                    let (began, all) = join(self.client.batch_execute(&begin), join_all(sent)).await;
                    began.map_err(error::classify)?;
                    all
                }
                None => join_all(sent).await,
            };
            for rows_affected in all {
                let rows_affected = rows_affected.map_err(|e| {
                    self.forget_stale(sql, &e);
                    error::classify(e)
                })?;
                done.push(Done { rows_affected, last_insert_id: None });
            }
        }
        Ok(done)
    }

    /// The types of a statement's binds, for arrays of them: nothing when one of them is an array itself, which `unnest` would take apart.
    pub(crate) async fn array_types(&mut self, sql: &str) -> Result<Option<Arc<[String]>>> {
        if let Some(known) = self.arrays.get(sql) {
            return Ok(known.clone());
        }
        let (statement, _) = self.statement(None, sql).await?;
        let types = statement.params().iter().map(types::element_name).collect::<Option<Arc<[String]>>>();
        self.arrays.insert(sql.into(), types.clone());
        Ok(types)
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        // A script is where the schema changes, and with it what was prepared.
        self.statements.lock().clear();
        self.arrays.clear();
        self.heed(sql);
        self.simple(sql).await
    }
}
