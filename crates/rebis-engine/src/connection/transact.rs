//! Transactions and savepoints. Invariant: [`State`] says what the server's transaction is; a step that does not follow is refused here, with
//! advice, before anything is sent.

use super::Connection;
use super::log::Watch;
use crate::driver::Reset;
use crate::{Error, ErrorKind, Result, TransactionOptions};

/// Where the connection's transaction stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// None: each statement commits by itself.
    #[default]
    Idle,
    /// Asked for; BEGIN goes with the first statement.
    Pending(TransactionOptions),
    /// Asked for, and the next statement does not belong to it: it commits by itself.
    Alone(TransactionOptions),
    /// Open on the server.
    Open,
    /// Open, but it takes nothing more than a rollback; why.
    Failed(String),
    /// The database has rolled it back by itself; why.
    Gone(String),
}

impl Connection {
    /// Begins a transaction. Where the protocol allows it, BEGIN travels with the first statement; one without statements costs nothing.
    ///
    /// # Errors
    /// When one is open already, or the database lacks an option.
    pub async fn begin(&mut self, options: TransactionOptions) -> Result<()> {
        if self.state != State::Idle {
            return Err(Error::state(
                "a transaction is open already; commit it or roll it back first, or set a savepoint inside it",
            ));
        }
        self.driver()?.check(&options)?;
        self.conflict = false;
        self.state = State::Pending(options);
        if options.immediate
            && let Err(e) = Box::pin(self.begin_now()).await
        {
            // The lock was not to be had: nothing is open.
            self.state = State::Idle;
            return Err(e);
        }
        Ok(())
    }

    /// Lets the next statement commit by itself, when the transaction that was asked for has not begun on the server: for a statement that
    /// is all there is to commit, which then needs neither BEGIN nor COMMIT. What follows it is in the transaction again.
    pub fn next_alone(&mut self) {
        if let State::Pending(options) = self.state
            && options == TransactionOptions::default()
        {
            self.state = State::Alone(options);
        }
    }

    /// Lets the next statement, which only reads, run before the transaction that was asked for begins on the server, where the statement sees
    /// the same either way: a transaction that reads what was committed before each of its statements.
    pub fn next_read_alone(&mut self) {
        if self.raw.as_ref().is_some_and(|raw| raw.driver.reads_alone()) {
            self.next_alone();
        }
    }

    /// Commits the open transaction.
    ///
    /// # Errors
    /// When none is open, or the server refuses (a deferred constraint, a serialization conflict): then it is rolled back.
    pub async fn commit(&mut self) -> Result<()> {
        self.savepoints.clear();
        match std::mem::take(&mut self.state) {
            State::Idle => Err(Error::state("there is no transaction to commit; call begin() first")),
            State::Pending(_) | State::Alone(_) => Ok(()),
            State::Gone(why) => Err(Error::state(format!(
                "nothing was committed: the database has rolled the transaction back ({why}); run it again"
            ))),
            State::Failed(why) => {
                self.control("ROLLBACK").await?;
                Err(Error::state(format!(
                    "nothing was committed: the transaction failed before ({why}) and was rolled back"
                )))
            }
            State::Open => match self.control("COMMIT").await {
                Err(e) if e.kind() != ErrorKind::Connection => {
                    // SQLite keeps a transaction open whose COMMIT was refused; a server has ended it, and takes one more ROLLBACK.
                    let _ = self.control("ROLLBACK").await;
                    Err(e)
                }
                done => done,
            },
        }
    }

    /// Rolls the open transaction back.
    ///
    /// # Errors
    /// When none is open, or the server cannot be reached (it has rolled back then).
    pub async fn rollback(&mut self) -> Result<()> {
        self.savepoints.clear();
        match std::mem::take(&mut self.state) {
            State::Idle => Err(Error::state("there is no transaction to roll back")),
            State::Pending(_) | State::Alone(_) => Ok(()),
            State::Open | State::Failed(_) | State::Gone(_) => self.control("ROLLBACK").await,
        }
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.state != State::Idle
    }

    /// Why the transaction can only be rolled back, if that is so: a statement failed in it where that ends a transaction (PostgreSQL), the
    /// database rolled it back by itself (a deadlock), or the connection broke or was left in the middle of a statement.
    #[must_use]
    pub fn transaction_failure(&self) -> Option<&str> {
        match &self.state {
            State::Failed(why) | State::Gone(why) => Some(why),
            _ => self.transport_failure(),
        }
    }

    /// Why the connection takes no more statements, if that is so.
    pub(super) fn transport_failure(&self) -> Option<&str> {
        match &self.broken {
            Some(why) => Some(why),
            None if self.busy => Some("a statement on it was cancelled midway"),
            None => None,
        }
    }

    /// Whether a statement since the last BEGIN failed with a serialization failure or a deadlock: the transaction can be run again.
    #[must_use]
    pub fn met_conflict(&self) -> bool {
        self.conflict
    }

    /// Sets a savepoint.
    ///
    /// # Errors
    /// When no transaction is open.
    pub async fn savepoint(&mut self, name: &str) -> Result<()> {
        if self.state == State::Idle {
            return Err(Error::state("a savepoint needs a transaction; call begin() first"));
        }
        self.begin_now().await?;
        self.point("SAVEPOINT", name).await?;
        self.savepoints.push(name.to_owned());
        Ok(())
    }

    /// Releases a savepoint: its work now belongs to the transaction.
    ///
    /// # Errors
    /// When there is no such savepoint.
    pub async fn release(&mut self, name: &str) -> Result<()> {
        let at = self.find(name)?;
        self.point("RELEASE SAVEPOINT", name).await?;
        self.savepoints.truncate(at);
        Ok(())
    }

    /// Undoes what was done since the savepoint, which stays.
    ///
    /// # Errors
    /// When there is no such savepoint.
    pub async fn rollback_to(&mut self, name: &str) -> Result<()> {
        let at = self.find(name)?;
        if matches!(self.state, State::Failed(_)) {
            self.state = State::Open;
        }
        self.point("ROLLBACK TO SAVEPOINT", name).await?;
        self.savepoints.truncate(at + 1);
        Ok(())
    }

    fn find(&self, name: &str) -> Result<usize> {
        let at = self.savepoints.iter().rposition(|s| s == name);
        at.ok_or_else(|| {
            Error::state(format!(
                "there is no savepoint `{name}` in this transaction; it was never set, or was released"
            ))
        })
    }

    async fn point(&mut self, what: &str, name: &str) -> Result<()> {
        let mut sql = format!("{what} ");
        self.dialect.quote_into(name, &mut sql);
        self.start()?;
        let watch = Watch::control(&self.shared, &sql);
        let done = match self.driver() {
            Ok(driver) => driver.simple(&sql).await,
            Err(e) => Err(e),
        };
        self.finish(false, &done);
        watch.end_control(&self.shared, &sql, done.as_ref().copied());
        done.map_err(|e| e.with_sql(&sql))
    }

    /// COMMIT or ROLLBACK, whatever the state was.
    async fn control(&mut self, sql: &str) -> Result<()> {
        if let Some(why) = &self.broken {
            // Its transaction went with it.
            return if sql == "ROLLBACK" {
                Ok(())
            } else {
                Err(Error::new(
                    ErrorKind::Connection,
                    format!("nothing was committed on this connection: {why}"),
                ))
            };
        }
        if self.busy {
            // A statement's future was dropped: its answer is still to come, and would be taken for this one's.
            let reset = self.driver()?.reset(true);
            if !matches!(reset, Reset::NeedsIo) {
                self.busy = false;
                if matches!(reset, Reset::Close) {
                    self.broken = Some("a statement on it was cancelled midway".into());
                }
                return if sql == "ROLLBACK" {
                    Ok(())
                } else {
                    Err(Error::new(
                        ErrorKind::Connection,
                        "nothing was committed: a statement of the transaction was cancelled midway, which rolls it back",
                    ))
                };
            }
        }
        self.busy = true;
        let watch = Watch::control(&self.shared, sql);
        let driver = self.driver()?;
        let done = if sql == "COMMIT" { driver.commit().await } else { driver.rollback().await };
        self.finish(false, &done);
        watch.end_control(&self.shared, sql, done.as_ref().copied());
        // A connection that cannot be rolled back is in no state to be lent again.
        if let Err(e) = &done
            && sql == "ROLLBACK"
        {
            self.broken.get_or_insert_with(|| format!("it could not be rolled back ({e})"));
        }
        done.map_err(|e| e.with_sql(sql))
    }
}
