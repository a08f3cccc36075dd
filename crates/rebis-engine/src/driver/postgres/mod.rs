//! PostgreSQL, through `tokio-postgres`, in the binary protocol.
//!
//! **Invariants.** A statement's text is prepared once per connection; what the server no longer accepts is prepared again where that loses
//! nothing (outside a transaction or as its first statement, before a row was delivered); in a transaction it is an error that says to run it again.
//! BEGIN travels with the first statement.

mod connect;
mod error;
mod execute;
mod tls;
pub(crate) mod types;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use parking_lot::Mutex;
use rebis_sql::Dialect;

use super::cache::Cache;
use super::{AfterError, Reset};
use crate::{Error, Result, TransactionOptions};

/// One connection to a PostgreSQL server.
pub(crate) struct Postgres {
    client: tokio_postgres::Client,
    /// Behind a lock, as reads may share the connection.
    statements: Mutex<Cache<tokio_postgres::Statement>>,
    /// Whether a transaction whose BEGIN asks for nothing is READ COMMITTED: each of its statements then sees what was committed before it,
    /// as a statement alone does.
    read_committed: AtomicBool,
    /// The elements' types of the arrays that an INSERT's rows can come from, by the INSERT of one row; nothing where they cannot.
    arrays: HashMap<Box<str>, Option<Arc<[String]>>, foldhash::fast::RandomState>,
    tls: Option<tls::Tls>,
}

impl Postgres {
    pub(super) fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn reads_alone(&self) -> bool {
        self.read_committed.load(Ordering::Relaxed)
    }

    /// A statement that may change how transactions begin from now on: what they see is not taken for granted any more.
    fn heed(&self, sql: &str) {
        let sql = sql.to_ascii_lowercase();
        if sql.contains("isolation") || sql.contains("characteristics") {
            self.read_committed.store(false, Ordering::Relaxed);
        }
    }

    pub(super) fn check(&self, _options: &TransactionOptions) -> Result<()> {
        Ok(())
    }

    pub(super) fn after_error(&self, error: &Error) -> AfterError {
        // Only what the server refused has failed the transaction; a value that could not be sent never reached it.
        if error.sqlstate().is_some() { AfterError::Failed } else { AfterError::Open }
    }

    pub(super) fn reset(&mut self, mid_statement: bool) -> Reset {
        if mid_statement {
            self.cancel();
            return Reset::Close;
        }
        // Polled once, the message is on its way, and whatever is sent after it runs after it.
        match self.client.batch_execute("ROLLBACK").now_or_never() {
            Some(Err(_)) => Reset::Close,
            Some(Ok(())) | None => Reset::Clean,
        }
    }

    /// Tells the server to stop what it is doing for a future that is gone.
    fn cancel(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let token = self.client.cancel_token();
        let tls = self.tls.clone();
        runtime.spawn(async move {
            // Best effort: the connection is closed in any case.
            let _ = match tls {
                Some(tls) => token.cancel_query(tls).await,
                None => token.cancel_query(tokio_postgres::NoTls).await,
            };
        });
    }

    pub(super) async fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        self.simple(begin_sql(options).as_str()).await
    }

    pub(super) async fn commit(&mut self) -> Result<()> {
        self.simple("COMMIT").await
    }

    pub(super) async fn rollback(&mut self) -> Result<()> {
        self.simple("ROLLBACK").await
    }

    pub(super) async fn ping(&mut self) -> Result<()> {
        self.client.check_connection().await.map_err(error::classify)
    }

    pub(super) async fn simple(&mut self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.map_err(error::classify)
    }
}

fn begin_sql(options: &TransactionOptions) -> String {
    let mut sql = String::from("BEGIN");
    if let Some(level) = options.isolation {
        sql.push_str(&format!(" ISOLATION LEVEL {level}"));
    }
    if options.read_only {
        sql.push_str(" READ ONLY");
    }
    sql
}
