//! [`Connection`]: one connection, borrowed from the pool until it is dropped.
//!
//! **Invariant.** At most one statement runs at a time (`&mut self`). A connection whose future was dropped in the middle of a statement,
//! or that is dropped with a transaction open, is cleaned before it is lent again, or closed.

use rebis_sql::{Compiled, Dialect, Statement, Value};

use crate::{FromRow, Result, Row, TransactionOptions};

/// One connection to a database.
#[derive(Debug)]
pub struct Connection {
    _private: (),
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
    /// The dialect the server speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        unimplemented!()
    }

    /// Runs a statement and hands each row to `each` as the driver delivers it. Prepared once per connection and text.
    ///
    /// # Errors
    /// What the database says, classified; or the first error of `each`, after which no further row is delivered.
    pub async fn query<F>(&mut self, sql: &str, binds: &[Value], each: F) -> Result<()>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        let _ = (sql, binds, each);
        unimplemented!()
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
    pub async fn fetch_optional<T: FromRow + Send>(&mut self, sql: &str, binds: &[Value]) -> Result<Option<T>> {
        Ok(self.fetch_all(sql, binds).await?.into_iter().next())
    }

    /// Runs a statement that gives no rows.
    ///
    /// # Errors
    /// What the database says, classified.
    pub async fn execute(&mut self, sql: &str, binds: &[Value]) -> Result<Done> {
        let _ = (sql, binds);
        unimplemented!()
    }

    /// Runs one statement once per set of binds, prepared once, pipelined where the driver can.
    ///
    /// # Errors
    /// The first error; what ran before it stands unless a transaction is open.
    pub async fn execute_many(&mut self, sql: &str, binds: &[Vec<Value>]) -> Result<Vec<Done>> {
        let mut done = Vec::with_capacity(binds.len());
        for row in binds {
            done.push(self.execute(sql, row).await?);
        }
        Ok(done)
    }

    /// Runs several statements separated by `;`, without binds: DDL and scripts.
    ///
    /// # Errors
    /// The first error; the statements before it have run.
    pub async fn script(&mut self, sql: &str) -> Result<()> {
        let _ = sql;
        unimplemented!()
    }

    /// Compiles a statement for this connection.
    ///
    /// # Errors
    /// When the database lacks what it needs.
    pub fn compile(&self, statement: &Statement) -> Result<Compiled> {
        Ok(rebis_sql::compile(statement, self.dialect())?)
    }

    /// Begins a transaction. Where the protocol allows it, BEGIN travels with the first statement.
    ///
    /// # Errors
    /// When one is open already, or the server refuses.
    pub async fn begin(&mut self, options: TransactionOptions) -> Result<()> {
        let _ = options;
        unimplemented!()
    }

    /// Commits the open transaction.
    ///
    /// # Errors
    /// When none is open, or the server refuses (a deferred constraint, a serialization conflict): then it is rolled back.
    pub async fn commit(&mut self) -> Result<()> {
        unimplemented!()
    }

    /// Rolls the open transaction back.
    ///
    /// # Errors
    /// When none is open, or the server cannot be reached (it has rolled back then).
    pub async fn rollback(&mut self) -> Result<()> {
        unimplemented!()
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        unimplemented!()
    }

    /// Sets a savepoint.
    ///
    /// # Errors
    /// When no transaction is open.
    pub async fn savepoint(&mut self, name: &str) -> Result<()> {
        let _ = name;
        unimplemented!()
    }

    /// Releases a savepoint: its work now belongs to the transaction.
    ///
    /// # Errors
    /// When there is no such savepoint.
    pub async fn release(&mut self, name: &str) -> Result<()> {
        let _ = name;
        unimplemented!()
    }

    /// Undoes what was done since the savepoint, which stays.
    ///
    /// # Errors
    /// When there is no such savepoint.
    pub async fn rollback_to(&mut self, name: &str) -> Result<()> {
        let _ = name;
        unimplemented!()
    }
}
