//! Transactions that are run again when they met another one. Invariant: each run has a session of its own, and what a run that failed has
//! done is rolled back before the next begins.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use rebis_engine::TransactionOptions;

use crate::database::Database;
use crate::error::{Error, Result};
use crate::session::Session;

/// How [`Database::transaction_with`] repeats a transaction. By default: five runs in all, 10 ms before the second and twice as long before
/// each further one, more or less by chance so that two transactions do not meet again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    runs: u32,
    pause: Duration,
    options: TransactionOptions,
}

/// The longest pause.
const MOST: Duration = Duration::from_secs(2);

impl Default for Retry {
    fn default() -> Self {
        Retry { runs: 5, pause: Duration::from_millis(10), options: TransactionOptions::default() }
    }
}

impl Retry {
    /// As by default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One run only.
    #[must_use]
    pub fn never() -> Self {
        Self::new().runs(1)
    }

    /// So many runs in all, one at least.
    #[must_use]
    pub fn runs(mut self, runs: u32) -> Self {
        self.runs = runs.max(1);
        self
    }

    /// The pause before the second run.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// How each transaction begins: isolation level, read-only, SQLite's write lock at once.
    #[must_use]
    pub fn options(mut self, options: TransactionOptions) -> Self {
        self.options = options;
        self
    }

    /// The pause after that many runs.
    fn before(&self, runs: u32) -> Duration {
        let pause = self.pause.saturating_mul(1 << (runs - 1).min(16)).min(MOST);
        // Between half of it and all of it.
        let chance = RandomState::new().hash_one(runs) % 512;
        pause / 2 + (pause / 1024) * u32::try_from(chance).unwrap_or(0)
    }
}

impl Database {
    /// Runs `work` with a session of its own: commits when it gives `Ok`, rolls back when it gives `Err`. When the transaction met another
    /// one (a serialization failure, a deadlock), it is run again, with a new session, up to five times in all.
    ///
    /// So `work` may run several times: what it does outside the database (a mail, a counter) it should do after the transaction.
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::Database;
    /// # use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct Account {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     pub balance: i64,
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> rebis::Result<()> {
    /// # let db = Database::connect("sqlite://")?;
    /// # db.create_all().await?;
    /// # db.transaction(async |s| { s.add(Account::builder().balance(10)); Ok::<_, rebis::Error>(()) }).await?;
    /// let balance = db
    ///     .transaction(async |session| {
    ///         let account = session.get_or_404(Account, 1).await?;
    ///         account.edit().balance += 5;
    ///         Ok::<_, rebis::Error>(account.balance)
    ///     })
    ///     .await?;
    /// assert_eq!(balance, 15);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The error of `work`, or what the commit says; of the last run, when there were several.
    pub async fn transaction<R, E, F, Fut>(&self, work: F) -> Result<R, E>
    where
        F: FnMut(Session) -> Fut,
        Fut: Future<Output = Result<R, E>>,
        E: From<Error>,
    {
        self.transaction_with(Retry::default(), work).await
    }

    /// As [`transaction`](Self::transaction), with a limit, a pause and transaction options of your own.
    ///
    /// # Errors
    /// As [`transaction`](Self::transaction); and when the database lacks an option.
    pub async fn transaction_with<R, E, F, Fut>(&self, retry: Retry, mut work: F) -> Result<R, E>
    where
        F: FnMut(Session) -> Fut,
        Fut: Future<Output = Result<R, E>>,
        E: From<Error>,
    {
        let mut runs = 1;
        loop {
            let session = self.session();
            session.transaction_options(retry.options);
            let done = match work(session.clone()).await {
                Ok(value) => session.commit().await.map(|()| value).map_err(E::from),
                Err(error) => Err(error),
            };
            if done.is_err() {
                // The run's own error is what the caller needs; a connection that cannot roll back is closed by the pool.
                let _ = session.rollback().await;
            }
            if done.is_ok() || runs == retry.runs || !session.0.met_conflict() {
                return done;
            }
            tokio::time::sleep(retry.before(runs)).await;
            runs += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Retry};
    use std::time::Duration;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let retry = Retry::new().pause(Duration::from_millis(100));
        for (runs, most) in [(1, 100), (2, 200), (3, 400)] {
            let (pause, most) = (retry.before(runs), Duration::from_millis(most));
            assert!(pause >= most / 2 && pause <= most, "{pause:?}");
        }
        assert!(retry.before(40) <= MOST);
        assert_eq!(Retry::new().pause(Duration::ZERO).before(3), Duration::ZERO);
    }
}
