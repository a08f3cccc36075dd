//! The lock that lets one program at a time migrate a database.
//!
//! **Invariant.** It belongs to the connection that migrates, so it ends with it, however that ends. Where a transaction keeps every other
//! writer out, that is the lock.

use rebis_engine::{Connection, ErrorKind, TransactionOptions};

use crate::Result;
use crate::dialect::rules;

/// How often a transaction that finds another writer is begun again; each try waits for the connection's busy timeout.
pub(crate) const TRIES: usize = 60;

/// Waits until nobody else migrates this database.
pub(crate) async fn acquire(conn: &mut Connection) -> Result<()> {
    let rules = rules(conn.dialect())?;
    let Some(try_lock) = rules.try_lock else { return Ok(()) };
    let mut said = false;
    while conn.fetch_optional::<(i64,)>(try_lock, &[]).await? != Some((1,)) {
        if !std::mem::replace(&mut said, true) {
            tracing::info!(target: "rebis::migrate", "Waiting for another program that migrates this database.");
        }
        conn.script(rules.pause).await?;
    }
    Ok(())
}

/// Gives the lock back.
pub(crate) async fn release(conn: &mut Connection) -> Result<()> {
    let rules = rules(conn.dialect())?;
    if rules.try_lock.is_some() {
        conn.script(rules.unlock).await?;
    }
    Ok(())
}

/// Begins a transaction that may write, waiting for one that does, as often as `most` says.
pub(crate) async fn begin(conn: &mut Connection, most: usize) -> Result<()> {
    let options = TransactionOptions { immediate: true, ..TransactionOptions::default() };
    let mut tries = 0;
    loop {
        tries += 1;
        match conn.begin(options).await {
            Err(e) if e.kind() == ErrorKind::Locked && tries < most => {}
            done => return Ok(done?),
        }
    }
}
