//! Giving a connection back. Invariant: what goes back to the pool has no transaction open and no answer outstanding.

use super::Connection;
use super::transact::State;
use crate::driver::Reset;

impl Drop for Connection {
    fn drop(&mut self) {
        let (Some(mut raw), Some(lease)) = (self.raw.take(), self.lease.take()) else { return };
        if self.broken.is_some() {
            return;
        }
        let clean = !self.busy && matches!(self.state, State::Idle | State::Pending(_) | State::Alone(_));
        if clean {
            return lease.give_back(raw);
        }
        match raw.driver.reset(self.busy) {
            Reset::Clean => lease.give_back(raw),
            Reset::Close => {}
            Reset::NeedsIo => {
                // Without a runtime there is no I/O: closing the connection rolls back as well.
                let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
                runtime.spawn(async move {
                    if raw.driver.rollback().await.is_ok() {
                        lease.give_back(raw);
                    }
                });
            }
        }
    }
}
