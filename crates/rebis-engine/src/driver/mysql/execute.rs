//! Running statements. Invariant: a result is read to its end before the connection is used again.

use mysql_async::prelude::Queryable as _;
use mysql_async::{Params, Statement, Value as Raw};
use rebis_sql::Value;

use super::{MySql, error, types};
use crate::driver::Lent;
use crate::driver::sink::{Each, Feed, Sink};
use crate::{Done, Result, Row, TransactionOptions};

impl MySql {
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

    /// Once rows arrive, the next statement reads what is left of them first.
    pub(crate) fn can_abandon(&self, delivered: bool) -> bool {
        delivered
    }

    async fn rows_into(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
        mut sink: impl Sink,
    ) -> Result<u64> {
        if let Some(options) = begin {
            self.begin(options).await?;
        }
        let binds = params(binds.iter().map(types::bind))?;
        let statement = self.statement(sql).await?;
        let mut result = self.connection.exec_iter(&statement, binds).await.map_err(error::classify)?;
        let mut count = 0;
        while let Some(row) = result.next().await.map_err(error::classify)? {
            count += 1;
            // Apart from the `if`: the lent row must not live over the await below, or the future could not be sent.
            let read = sink.take(&Row(Lent::MySql(&row)));
            drop(row);
            if let Err(e) = read {
                result.drop_result().await.map_err(error::classify)?;
                return Err(e);
            }
            if !sink.settle().await {
                break;
            }
        }
        result.drop_result().await.map_err(error::classify)?;
        Ok(count)
    }

    pub(crate) async fn execute(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
    ) -> Result<Done> {
        if let Some(options) = begin {
            self.begin(options).await?;
        }
        let binds = params(binds.iter().map(types::bind))?;
        self.run(sql, binds).await
    }

    pub(crate) async fn execute_owned(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: Vec<Value>,
    ) -> Result<Done> {
        if let Some(options) = begin {
            self.begin(options).await?;
        }
        let binds = params(binds.into_iter().map(types::bind_owned))?;
        self.run(sql, binds).await
    }

    async fn run(&mut self, sql: &str, binds: Params) -> Result<Done> {
        let statement = self.statement(sql).await?;
        let result = self.connection.exec_iter(&statement, binds).await.map_err(error::classify)?;
        let done = Done {
            rows_affected: result.affected_rows(),
            last_insert_id: result
                .last_insert_id()
                .filter(|id| *id != 0)
                .and_then(|id| i64::try_from(id).ok()),
        };
        result.drop_result().await.map_err(error::classify)?;
        Ok(done)
    }

    /// The prepared statement; where many are kept, the server forgets the one unused for longest.
    async fn statement(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement);
        }
        let statement = self.connection.prep(sql).await.map_err(error::classify)?;
        if let Some(gone) = self.statements.put(sql, statement.clone()) {
            self.connection.close(gone).await.map_err(error::classify)?;
        }
        Ok(statement)
    }

    pub(crate) async fn execute_many(
        &mut self,
        mut begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Vec<Value>],
    ) -> Result<Vec<Done>> {
        let mut done = Vec::with_capacity(binds.len());
        for row in binds {
            done.push(self.execute(begin.take(), sql, row).await?);
        }
        Ok(done)
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        // Every statement's result must be read: an error of a later one stands in its own.
        let mut result = self.connection.query_iter(sql).await.map_err(error::classify)?;
        while !result.is_empty() {
            result.for_each(drop).await.map_err(error::classify)?;
        }
        result.drop_result().await.map_err(error::classify)
    }
}

fn params(binds: impl Iterator<Item = Result<Raw>>) -> Result<Params> {
    let all = binds.collect::<Result<Vec<Raw>>>()?;
    Ok(if all.is_empty() { Params::Empty } else { Params::Positional(all) })
}
