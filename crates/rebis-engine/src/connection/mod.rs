//! [`Connection`]: one connection, borrowed from the pool until it is dropped.
//!
//! **Invariant.** At most one statement runs at a time (`&mut self`). A connection whose future was dropped in the middle of a statement,
//! or that is dropped with a transaction open, is cleaned before it is lent again, or closed.

mod feed;
mod log;
mod reader;
mod release;
mod run;
mod transact;

use std::fmt;
use std::sync::Arc;

use rebis_sql::{Compiled, Dialect, GeneratedKeys, Statement, Value};

use crate::engine::Shared;
use crate::pool::{Lease, Raw};
use crate::{FromRow, Result, Row};
pub(crate) use reader::Lanes;
pub use reader::Reader;
use transact::State;

/// One connection to a database.
pub struct Connection {
    /// Taken only when the connection is given back.
    raw: Option<Raw>,
    lease: Option<Lease>,
    shared: Arc<Shared>,
    dialect: Dialect,
    state: State,
    /// The savepoints that are set, innermost last.
    savepoints: Vec<String>,
    /// A statement was sent and its end not seen.
    busy: bool,
    /// Why nothing can be asked of it any more: the transport failed, or a rollback did.
    broken: Option<String>,
    /// A statement met another transaction in a way that running the transaction again may mend.
    conflict: bool,
}

/// What a statement without rows did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Rows inserted, changed (matched, also where the new value equals the old) or deleted.
    pub rows_affected: u64,
    /// The key that the last INSERT generated, on databases that report one (SQLite; MySQL: the *first* of the statement).
    pub last_insert_id: Option<i64>,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, raw: Raw, lease: Lease) -> Self {
        let dialect = raw.driver.dialect();
        Connection {
            raw: Some(raw),
            lease: Some(lease),
            shared,
            dialect,
            state: State::Idle,
            savepoints: Vec::new(),
            busy: false,
            broken: None,
            conflict: false,
        }
    }

    /// The dialect the server speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Runs a statement and hands each row to `each` as the driver delivers it. Prepared once per connection and text.
    ///
    /// # Errors
    /// What the database says, classified; or the first error of `each`, after which no further row is delivered.
    pub fn query<F>(&mut self, sql: &str, binds: &[Value], each: F) -> impl Future<Output = Result<()>>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        self.run_query(sql, binds, each)
    }

    /// Runs a statement and collects its rows.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn fetch_all<T: FromRow + Send>(&mut self, sql: &str, binds: &[Value]) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.query(sql, binds, |row| {
            rows.push(T::from_row(row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Runs a statement and gives its first row, if there is one.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn fetch_optional<T: FromRow + Send>(
        &mut self,
        sql: &str,
        binds: &[Value],
    ) -> Result<Option<T>> {
        let mut first = None;
        self.query(sql, binds, |row| {
            if first.is_none() {
                first = Some(T::from_row(row)?);
            }
            Ok(())
        })
        .await?;
        Ok(first)
    }

    /// Runs a statement and gives the first column of its first row, if there is one.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn fetch_value<T: rebis_sql::ColumnType + Send>(
        &mut self,
        sql: &str,
        binds: &[Value],
    ) -> Result<Option<T>> {
        Ok(self.fetch_optional::<(T,)>(sql, binds).await?.map(|(value,)| value))
    }

    /// Runs a statement and collects the first column of its rows.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn fetch_values<T: rebis_sql::ColumnType + Send>(
        &mut self,
        sql: &str,
        binds: &[Value],
    ) -> Result<Vec<T>> {
        let mut values = Vec::new();
        self.query(sql, binds, |row| {
            values.push(row.get(0)?);
            Ok(())
        })
        .await?;
        Ok(values)
    }

    /// Runs a statement that gives no rows.
    ///
    /// # Errors
    /// What the database says, classified.
    pub async fn execute(&mut self, sql: &str, binds: &[Value]) -> Result<Done> {
        self.run_execute(sql, binds).await
    }

    /// [`execute`](Self::execute) of binds that are given away, which saves a driver a copy of their texts.
    ///
    /// # Errors
    /// What the database says, classified.
    pub async fn execute_owned(&mut self, sql: &str, binds: Vec<Value>) -> Result<Done> {
        self.run_execute_owned(sql, binds).await
    }

    /// Runs one statement once per set of binds, prepared once, pipelined where the driver can.
    ///
    /// # Errors
    /// The first error; what ran before it stands unless a transaction is open.
    pub async fn execute_many(&mut self, sql: &str, binds: &[Vec<Value>]) -> Result<Vec<Done>> {
        self.execute_times(sql, binds.len(), |time, row| row.extend_from_slice(&binds[time])).await
    }

    /// As [`execute_many`](Self::execute_many), with binds that `fill` puts into an empty list when their turn comes, counted from 0. Where
    /// statements run one after the other, the list is the same each time.
    ///
    /// # Errors
    /// As [`execute_many`](Self::execute_many).
    pub async fn execute_times(
        &mut self,
        sql: &str,
        times: usize,
        mut fill: impl FnMut(usize, &mut Vec<Value>) + Send,
    ) -> Result<Vec<Done>> {
        if times == 0 {
            return Ok(Vec::new());
        }
        self.run_execute_many(sql, times, &mut fill).await
    }

    /// The types of the arrays that the binds of a prepared INSERT can come from: what the server takes for each place in `sql`, which inserts
    /// one row. Nothing where a database has no arrays, or a column is one.
    ///
    /// # Errors
    /// What the database says of the statement.
    pub async fn array_types(&mut self, sql: &str) -> Result<Option<Arc<[String]>>> {
        self.find_array_types(sql).await
    }

    /// How the keys that a multi-row INSERT generated are learnt on this connection: as the dialect says, or as the server is set up.
    #[must_use]
    pub fn generated_keys(&self) -> GeneratedKeys {
        match &self.raw {
            Some(raw) => raw.driver.generated_keys(),
            None => self.dialect.capabilities().generated_keys,
        }
    }

    /// Runs several statements separated by `;`, without binds: DDL and scripts.
    ///
    /// # Errors
    /// The first error; the statements before it have run.
    pub async fn script(&mut self, sql: &str) -> Result<()> {
        self.run_script(sql).await
    }

    /// Compiles a statement for this connection.
    ///
    /// # Errors
    /// When the database lacks what it needs.
    pub fn compile(&self, statement: &Statement) -> Result<Compiled> {
        Ok(rebis_sql::compile(statement, self.dialect())?)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("dialect", &self.dialect)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
