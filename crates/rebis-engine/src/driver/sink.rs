//! [`Sink`]: where a driver puts its rows. Invariant: a driver reads no further row before the last one is settled, so what waits to be taken is
//! bounded by the sink and not by the result.

use std::future::Future;

use tokio::sync::mpsc::Sender;

use crate::{Result, Row};

/// Takes rows one after the other.
#[allow(dead_code, reason = "the drivers use it, and each is a feature")]
pub(crate) trait Sink: Send {
    /// Reads a row while the driver lends it.
    fn take(&mut self, row: &Row<'_>) -> Result<()>;

    /// Waits until there is room for another one; says whether it is still wanted.
    fn settle(&mut self) -> impl Future<Output = bool> + Send;
}

/// A closure, which always has room.
#[allow(dead_code, reason = "the drivers use it, and each is a feature")]
pub(crate) struct Each<F>(pub(crate) F);

impl<F: FnMut(&Row<'_>) -> Result<()> + Send> Sink for Each<F> {
    #[inline]
    fn take(&mut self, row: &Row<'_>) -> Result<()> {
        (self.0)(row)
    }

    #[inline]
    async fn settle(&mut self) -> bool {
        true
    }
}

/// A channel of decoded rows.
pub(crate) struct Feed<F, T> {
    pub(crate) decode: F,
    pub(crate) to: Sender<T>,
    held: Option<T>,
}

impl<F, T> Feed<F, T> {
    pub(crate) fn new(decode: F, to: Sender<T>) -> Self {
        Feed { decode, to, held: None }
    }
}

impl<T: Send, F: FnMut(&Row<'_>) -> Result<T> + Send> Sink for Feed<F, T> {
    fn take(&mut self, row: &Row<'_>) -> Result<()> {
        self.held = Some((self.decode)(row)?);
        Ok(())
    }

    async fn settle(&mut self) -> bool {
        match self.held.take() {
            Some(row) => self.to.send(row).await.is_ok(),
            None => true,
        }
    }
}
