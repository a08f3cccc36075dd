//! MySQL and MariaDB, through `mysql_async`'s connections (not its pool, which would forget prepared statements).
//!
//! **Invariants.** Every connection speaks utf8mb4 in UTC and strict mode, and counts matched rows. A statement's text is read for named
//! parameters and prepared once per connection: `mysql_async`'s own cache would read it again each time.

mod connect;
mod error;
mod execute;
pub(crate) mod types;

use mysql_async::prelude::Queryable as _;
use rebis_sql::{Dialect, GeneratedKeys};

use super::cache::Cache;
use super::{AfterError, Reset};
use crate::{Error, ErrorKind, Result, TransactionOptions};

/// One connection to a MySQL or MariaDB server.
pub(crate) struct MySql {
    connection: mysql_async::Conn,
    statements: Cache<mysql_async::Statement>,
    dialect: Dialect,
    /// Keys of one statement follow each other: `auto_increment_increment` is 1, and no cluster will change it.
    consecutive_keys: bool,
}

impl MySql {
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(super) fn generated_keys(&self) -> GeneratedKeys {
        keys_of(self.dialect, self.consecutive_keys)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.connection.is_disconnected()
    }

    pub(super) fn check(&self, _options: &TransactionOptions) -> Result<()> {
        Ok(())
    }

    pub(super) fn after_error(&self, error: &Error) -> AfterError {
        // A deadlock ends the transaction, not only the statement; going on would be in autocommit.
        if error.kind() == ErrorKind::Deadlock { AfterError::Gone } else { AfterError::Open }
    }

    pub(super) fn reset(&mut self, mid_statement: bool) -> Reset {
        if mid_statement { Reset::Close } else { Reset::NeedsIo }
    }

    pub(super) async fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        if let Some(level) = options.isolation {
            // For the next transaction only.
            self.simple(&format!("SET TRANSACTION ISOLATION LEVEL {level}")).await?;
        }
        self.simple(if options.read_only { "START TRANSACTION READ ONLY" } else { "START TRANSACTION" }).await
    }

    pub(super) async fn commit(&mut self) -> Result<()> {
        self.simple("COMMIT").await
    }

    pub(super) async fn rollback(&mut self) -> Result<()> {
        self.simple("ROLLBACK").await
    }

    pub(super) async fn ping(&mut self) -> Result<()> {
        self.connection.ping().await.map_err(error::classify)
    }

    pub(super) async fn simple(&mut self, sql: &str) -> Result<()> {
        self.connection.query_drop(sql).await.map_err(error::classify)
    }
}

/// InnoDB gives the rows of a statement that lists them consecutive keys, whatever runs beside it ("simple inserts", MySQL manual,
/// "AUTO_INCREMENT Handling in InnoDB"). Counting on from the first saves reading the keys back, where they count by one.
fn keys_of(dialect: Dialect, consecutive: bool) -> GeneratedKeys {
    match dialect.capabilities() {
        _ if consecutive => GeneratedKeys::FirstOfStatement,
        capabilities if capabilities.insert_returning => GeneratedKeys::Returning,
        _ => GeneratedKeys::PerRow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_only_where_they_count_by_one() {
        assert_eq!(keys_of(Dialect::MariaDb, true), GeneratedKeys::FirstOfStatement);
        assert_eq!(keys_of(Dialect::MariaDb, false), GeneratedKeys::Returning);
        assert_eq!(keys_of(Dialect::MySql, false), GeneratedKeys::PerRow);
    }
}
