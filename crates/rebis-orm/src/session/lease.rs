//! [`Lease`]: the session's connection while a statement uses it. Invariant: a statement that leaves the transaction unusable, also one whose
//! future was dropped, leaves a session that says so.

use std::ops::{Deref, DerefMut};

use rebis_engine::Connection;
use tokio::sync::MappedMutexGuard;

use super::Shared;

/// The connection of a session, given back when dropped.
pub(crate) struct Lease<'a> {
    session: &'a Shared,
    connection: MappedMutexGuard<'a, Connection>,
}

impl<'a> Lease<'a> {
    pub(super) fn new(session: &'a Shared, connection: MappedMutexGuard<'a, Connection>) -> Self {
        Lease { session, connection }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if self.connection.met_conflict() {
            self.session.note_conflict();
        }
        if let Some(why) = self.connection.transaction_failure() {
            self.session.work.lock().failed.get_or_insert_with(|| why.to_owned());
        }
    }
}

impl Deref for Lease<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
