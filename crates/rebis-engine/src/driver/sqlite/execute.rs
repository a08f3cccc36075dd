//! Running statements. Invariant: a statement is tried again after a lock only while it has delivered no row.

use fallible_iterator::FallibleIterator as _;
use rebis_sql::Value;

use super::{Sqlite, Wait, blocking, error, types};
use crate::driver::{Fill, Lent};
use crate::{Done, ErrorKind, Result, Row, TransactionOptions};

impl Sqlite {
    /// A block: an `async fn` would keep the arguments twice.
    #[expect(clippy::manual_async_fn, reason = "the future of an `async fn` is larger by its arguments")]
    pub(crate) fn query<F>(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        binds: &[Value],
        mut each: F,
    ) -> impl Future<Output = Result<u64>>
    where
        F: FnMut(&Row<'_>) -> Result<()> + Send,
    {
        async move {
            if let Some(options) = begin {
                self.begin(options).await?;
            }
            let mut wait = Wait::new(self.busy_timeout);
            loop {
                let mut rows = 0;
                match self.query_now(sql, binds, &mut each, &mut rows) {
                    Err(e) if rows == 0 && e.kind() == ErrorKind::Locked && wait.again().await => {}
                    done => return done.map(|()| rows),
                }
            }
        }
    }

    fn query_now<F>(&mut self, sql: &str, binds: &[Value], each: &mut F, count: &mut u64) -> Result<()>
    where
        F: FnMut(&Row<'_>) -> Result<()>,
    {
        self.step(sql, |_, statement| {
            types::bind(statement, binds)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(error::classify)? {
                *count += 1;
                each(&Row(Lent::Sqlite(row)))?;
            }
            Ok(())
        })
    }

    /// Steps through a prepared statement; where it commits by itself and that waits for the disk, others go on meanwhile.
    fn step<T>(
        &mut self,
        sql: &str,
        work: impl FnOnce(&rusqlite::Connection, &mut rusqlite::Statement<'_>) -> Result<T>,
    ) -> Result<T> {
        let connection = &*self.connection.get_mut();
        let mut statement = connection.prepare_cached(sql).map_err(error::classify)?;
        if self.commits_wait && connection.is_autocommit() && !statement.readonly() {
            blocking(|| work(connection, &mut statement))
        } else {
            work(connection, &mut statement)
        }
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
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            match self.execute_now(sql, binds) {
                Err(e) if e.kind() == ErrorKind::Locked && wait.again().await => {}
                done => return done,
            }
        }
    }

    fn execute_now(&mut self, sql: &str, binds: &[Value]) -> Result<Done> {
        self.step(sql, |connection, statement| run(connection, statement, binds))
    }

    pub(crate) async fn execute_many(
        &mut self,
        begin: Option<&TransactionOptions>,
        sql: &str,
        times: usize,
        fill: Fill<'_>,
    ) -> Result<Vec<Done>> {
        if let Some(options) = begin {
            self.begin(options).await?;
        }
        let mut done = Vec::with_capacity(times);
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            match self.execute_rest(sql, times, fill, &mut done) {
                Err(e) if e.kind() == ErrorKind::Locked && wait.again().await => {}
                result => return result.map(|()| done),
            }
        }
    }

    /// Runs what is not done yet. The binds of one time are gone before those of the next are made, so that they share their memory.
    fn execute_rest(&mut self, sql: &str, times: usize, fill: Fill<'_>, done: &mut Vec<Done>) -> Result<()> {
        self.step(sql, |connection, statement| {
            let mut binds = Vec::new();
            while done.len() < times {
                binds.clear();
                fill(done.len(), &mut binds);
                done.push(run(connection, statement, &binds)?);
            }
            Ok(())
        })
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            let mut ran = 0;
            let done = if self.on_disk {
                blocking(|| self.script_now(sql, &mut ran))
            } else {
                self.script_now(sql, &mut ran)
            };
            match done {
                Err(e) if ran == 0 && e.kind() == ErrorKind::Locked && wait.again().await => {}
                done => return done,
            }
        }
    }

    /// The first statement's lock is waited for on the task. Later ones cannot be repeated from the start, so SQLite waits for theirs.
    fn script_now(&mut self, sql: &str, ran: &mut usize) -> Result<()> {
        let connection = &*self.connection.get_mut();
        let mut batch = rusqlite::Batch::new(connection, sql);
        let mut run = || -> Result<()> {
            while let Some(mut statement) = batch.next().map_err(error::classify)? {
                finish(statement.raw_query()).map_err(error::classify)?;
                if *ran == 0 {
                    connection.busy_timeout(self.busy_timeout).map_err(error::classify)?;
                }
                *ran += 1;
            }
            Ok(())
        };
        let done = run();
        connection.busy_timeout(std::time::Duration::ZERO).map_err(error::classify)?;
        done
    }

    /// A statement of our own, without binds or rows.
    pub(in crate::driver) async fn simple(&mut self, sql: &str) -> Result<()> {
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            let connection = &*self.connection.get_mut();
            match connection.execute_batch(sql).map_err(error::classify) {
                Err(e) if e.kind() == ErrorKind::Locked && wait.again().await => {}
                done => return done,
            }
        }
    }

    pub(crate) async fn ping(&mut self) -> Result<()> {
        Ok(())
    }
}

fn run(
    connection: &rusqlite::Connection,
    statement: &mut rusqlite::Statement<'_>,
    binds: &[Value],
) -> Result<Done> {
    types::bind(statement, binds)?;
    let before = connection.total_changes();
    let rows = statement.raw_query();
    finish(rows).map_err(error::classify)?;
    // `changes()` keeps the count of the last statement that changed rows; one that changes none leaves it standing.
    let changed = connection.total_changes() != before;
    Ok(Done {
        rows_affected: if changed { connection.changes() } else { 0 },
        last_insert_id: if changed { Some(connection.last_insert_rowid()) } else { None },
    })
}

/// Steps to the end; rows, where the statement has some, are not wanted.
fn finish(mut rows: rusqlite::Rows<'_>) -> rusqlite::Result<()> {
    while rows.next()?.is_some() {}
    Ok(())
}
