//! The drivers, and the one registry of them in this crate.
//!
//! **Invariants.** A driver knows one database and nothing of the pool. Each has the same methods; [`Driver`] hands a call to the one
//! that is there. A driver keeps no transaction state: [`Connection`](crate::Connection) does.

#[cfg(any(feature = "postgres", feature = "mysql"))]
mod cache;
pub(crate) mod databases;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod sink;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use std::sync::Arc;

use rebis_sql::{Cell, Dialect, GeneratedKeys, Value};

use crate::{DatabaseUrl, Done, Error, ErrorKind, Result, Row, TransactionOptions};

/// One raw connection.
pub(crate) enum Driver {
    #[cfg(feature = "sqlite")]
    Sqlite(Box<sqlite::Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Postgres>),
    #[cfg(feature = "mysql")]
    MySql(Box<mysql::MySql>),
    /// Keeps the matches whole when no driver at all is compiled in.
    #[allow(dead_code, reason = "it cannot be made")]
    None(std::convert::Infallible),
}

/// Puts the binds of the given time that a statement runs, counted from 0, into a list that is empty. It may be asked for the same ones again.
pub(crate) type Fill<'a> = &'a mut (dyn FnMut(usize, &mut Vec<Value>) + Send);

/// A driver's own row, lent while a query runs.
#[derive(Clone, Copy)]
pub(crate) enum Lent<'a> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'a rusqlite::Row<'a>),
    #[cfg(feature = "postgres")]
    Postgres(&'a tokio_postgres::Row),
    #[cfg(feature = "mysql")]
    MySql(&'a mysql_async::Row),
    /// Cells that a program made.
    Cells(&'a [Cell<'a>]),
}

/// What became of a connection that was dropped with a transaction open.
pub(crate) enum Reset {
    /// It is clean, or will be before its next statement runs.
    #[allow(dead_code, reason = "each driver is a feature")]
    Clean,
    /// It takes I/O to clean it.
    #[allow(dead_code, reason = "each driver is a feature")]
    NeedsIo,
    /// It must be closed.
    #[allow(dead_code, reason = "each driver is a feature")]
    Close,
}

/// The dialect that a URL's scheme means.
pub(crate) fn of_scheme(scheme: &str) -> Option<Dialect> {
    match scheme {
        "sqlite" => Some(Dialect::Sqlite),
        "postgresql" | "postgres" => Some(Dialect::Postgres),
        "mysql" => Some(Dialect::MySql),
        "mariadb" => Some(Dialect::MariaDb),
        _ => None,
    }
}

/// Whether the URL's path is a file.
pub(crate) fn is_file_based(dialect: Dialect) -> bool {
    dialect == Dialect::Sqlite
}

/// Whether a connection takes statements without waiting for the answers to those before.
pub(crate) fn pipelines(dialect: Dialect) -> bool {
    dialect == Dialect::Postgres
}

/// Whether a database holds several schemas, and connections have names.
pub(crate) fn has_schemas(dialect: Dialect) -> bool {
    dialect == Dialect::Postgres
}

/// Refuses a dialect whose driver was not compiled in.
pub(crate) fn check_compiled_in(dialect: Dialect) -> Result<()> {
    let feature = match dialect {
        Dialect::Sqlite if cfg!(feature = "sqlite") => return Ok(()),
        Dialect::Postgres if cfg!(feature = "postgres") => return Ok(()),
        Dialect::MySql | Dialect::MariaDb if cfg!(feature = "mysql") => return Ok(()),
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
        _ => "mysql",
    };
    Err(Error::new(
        ErrorKind::Url,
        format!(
            "this program was built without {}; add the feature `{feature}` to the dependency on rebis",
            dialect.name()
        ),
    ))
}

/// Hands a call to the driver that is there.
macro_rules! each_driver {
    ($driver:expr, $it:ident => $call:expr) => {
        match $driver {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite($it) => $call,
            #[cfg(feature = "postgres")]
            Driver::Postgres($it) => $call,
            #[cfg(feature = "mysql")]
            Driver::MySql($it) => $call,
            Driver::None(never) => match *never {},
        }
    };
}

impl<'a> Lent<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            #[cfg(feature = "sqlite")]
            Lent::Sqlite(row) => row.as_ref().column_count(),
            #[cfg(feature = "postgres")]
            Lent::Postgres(row) => row.len(),
            #[cfg(feature = "mysql")]
            Lent::MySql(row) => row.len(),
            Lent::Cells(cells) => cells.len(),
        }
    }

    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
        allow(unused_variables)
    )]
    pub(crate) fn name(self, index: usize) -> Option<&'a str> {
        match self {
            #[cfg(feature = "sqlite")]
            Lent::Sqlite(row) => row.as_ref().column_name(index).ok(),
            #[cfg(feature = "postgres")]
            Lent::Postgres(row) => row.columns().get(index).map(|c| c.name()),
            #[cfg(feature = "mysql")]
            Lent::MySql(row) => mysql::types::column_name(row, index),
            Lent::Cells(_) => None,
        }
    }

    #[inline]
    pub(crate) fn cell(self, index: usize) -> Result<Cell<'a>> {
        match self {
            #[cfg(feature = "sqlite")]
            Lent::Sqlite(row) => sqlite::types::cell(row, index),
            #[cfg(feature = "postgres")]
            Lent::Postgres(row) => postgres::types::cell(row, index),
            #[cfg(feature = "mysql")]
            Lent::MySql(row) => mysql::types::cell(row, index),
            Lent::Cells(cells) => {
                cells.get(index).cloned().ok_or_else(|| crate::row::no_column(index, cells.len()))
            }
        }
    }
}

#[cfg_attr(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")), allow(unused_variables))]
impl Driver {
    pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Driver> {
        match url.dialect() {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => sqlite::Sqlite::connect(url).await.map(|d| Driver::Sqlite(Box::new(d))),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => {
                postgres::Postgres::connect(url).await.map(|d| Driver::Postgres(Box::new(d)))
            }
            #[cfg(feature = "mysql")]
            Dialect::MySql | Dialect::MariaDb => {
                mysql::MySql::connect(url).await.map(|d| Driver::MySql(Box::new(d)))
            }
            #[allow(unreachable_patterns, reason = "each driver is a feature")]
            other => {
                Err(check_compiled_in(other).err().unwrap_or_else(|| Error::new(ErrorKind::Url, "no driver")))
            }
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        each_driver!(self, d => d.dialect())
    }

    /// Whether the connection is known to be gone. No I/O.
    pub(crate) fn is_closed(&self) -> bool {
        each_driver!(self, d => d.is_closed())
    }

    /// Refuses, without I/O, what this database cannot do in a transaction.
    pub(crate) fn check(&self, options: &TransactionOptions) -> Result<()> {
        each_driver!(self, d => d.check(options))
    }

    /// Begins now.
    pub(crate) async fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        each_driver!(self, d => d.begin(options).await)
    }

    pub(crate) async fn commit(&mut self) -> Result<()> {
        each_driver!(self, d => d.commit().await)
    }

    pub(crate) async fn rollback(&mut self) -> Result<()> {
        each_driver!(self, d => d.rollback().await)
    }

    /// Gives rows to `each` and returns how many there were. `begin` is sent first, in the same round trip where the protocol allows.
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
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(d) => d.query(begin, sql, binds, each).await,
            // Their futures are large, and would make those of all that a program does with a query so: these are copied from call to call.
            #[cfg(feature = "postgres")]
            Driver::Postgres(d) => Box::pin(d.query(begin, sql, binds, each)).await,
            #[cfg(feature = "mysql")]
            Driver::MySql(d) => Box::pin(d.query(begin, sql, binds, each)).await,
            Driver::None(never) => match *never {},
        }
    }

    /// [`query`](Self::query) beside others on the same connection, where it [`pipelines`]; no transaction is open.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(crate) async fn read<F>(&self, sql: &str, binds: &[Value], each: F) -> Result<u64>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        match self {
            #[cfg(feature = "postgres")]
            Driver::Postgres(d) => Box::pin(d.read(sql, binds, each)).await,
            _ => Err(Error::state("this database's connections take one statement at a time")),
        }
    }

    /// Whether a read without a transaction sees what it would see as the first of one.
    pub(crate) fn reads_alone(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Driver::Postgres(d) => d.reads_alone(),
            _ => false,
        }
    }

    /// Sends rows into a channel and returns how many there were.
    pub(crate) async fn feed<T, F>(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
        feed: sink::Feed<F, T>,
    ) -> Result<u64>
    where
        T: Send + 'static,
        F: FnMut(&Row<'_>) -> Result<T> + Send + 'static,
    {
        each_driver!(self, d => d.feed(begin, sql, binds, feed).await)
    }

    /// Whether a statement whose reader went away, with or without a row delivered, leaves a usable connection.
    pub(crate) fn can_abandon(&self, delivered: bool) -> bool {
        each_driver!(self, d => d.can_abandon(delivered))
    }

    pub(crate) async fn execute(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
    ) -> Result<Done> {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(d) => d.execute(begin, sql, binds).await,
            #[cfg(feature = "postgres")]
            Driver::Postgres(d) => Box::pin(d.execute(begin, sql, binds)).await,
            #[cfg(feature = "mysql")]
            Driver::MySql(d) => Box::pin(d.execute(begin, sql, binds)).await,
            Driver::None(never) => match *never {},
        }
    }

    /// [`execute`](Self::execute) of binds that the driver may take apart.
    pub(crate) async fn execute_owned(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: Vec<Value>,
    ) -> Result<Done> {
        match self {
            #[cfg(feature = "mysql")]
            Driver::MySql(d) => d.execute_owned(begin, sql, binds).await,
            other => other.execute(begin, sql, &binds).await,
        }
    }

    /// `in_transaction` says whether statements may be sent ahead: after an error, those behind it do nothing. `begin` is sent first.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(crate) async fn execute_many(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        times: usize,
        fill: Fill<'_>,
        in_transaction: bool,
    ) -> Result<Vec<Done>> {
        match self {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(d) => d.execute_many(begin, sql, times, fill).await,
            #[cfg(feature = "postgres")]
            Driver::Postgres(d) => d.execute_many(begin, sql, &all_binds(times, fill), in_transaction).await,
            #[cfg(feature = "mysql")]
            Driver::MySql(d) => d.execute_many(begin, sql, &all_binds(times, fill)).await,
            Driver::None(never) => match *never {},
        }
    }

    /// The types of the arrays that a statement's binds can come from, by the statement that takes one of each; nothing where they cannot.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables))]
    pub(crate) async fn array_types(&mut self, sql: &str) -> Result<Option<Arc<[String]>>> {
        match self {
            #[cfg(feature = "postgres")]
            Driver::Postgres(d) => d.array_types(sql).await,
            _ => Ok(None),
        }
    }

    /// How the keys of a multi-row INSERT are learnt on this connection.
    pub(crate) fn generated_keys(&self) -> GeneratedKeys {
        match self {
            #[cfg(feature = "mysql")]
            Driver::MySql(d) => d.generated_keys(),
            other => other.dialect().capabilities().generated_keys,
        }
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        each_driver!(self, d => d.script(sql).await)
    }

    /// One statement of our own, without binds or rows: a savepoint.
    pub(crate) async fn simple(&mut self, sql: &str) -> Result<()> {
        each_driver!(self, d => d.simple(sql).await)
    }

    pub(crate) async fn ping(&mut self) -> Result<()> {
        each_driver!(self, d => d.ping().await)
    }

    /// What an error in a transaction did to it.
    pub(crate) fn after_error(&self, error: &Error) -> AfterError {
        each_driver!(self, d => d.after_error(error))
    }

    /// Rolls back what a dropped connection left open, where that takes no waiting.
    pub(crate) fn reset(&mut self, mid_statement: bool) -> Reset {
        each_driver!(self, d => d.reset(mid_statement))
    }
}

/// The binds of all times, where they are sent before the first one is answered.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn all_binds(times: usize, fill: Fill<'_>) -> Vec<Vec<Value>> {
    let one = |time| {
        let mut binds = Vec::new();
        fill(time, &mut binds);
        binds
    };
    (0..times).map(one).collect()
}

/// What an error in a transaction did to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterError {
    /// Only the statement was undone.
    #[allow(dead_code, reason = "each driver is a feature")]
    Open,
    /// The transaction takes no more statements, save back to a savepoint.
    #[allow(dead_code, reason = "each driver is a feature")]
    Failed,
    /// The database has rolled the whole transaction back.
    #[allow(dead_code, reason = "each driver is a feature")]
    Gone,
}
