//! The signals that stop a server.
//!
//! Invariant: Ctrl+C works everywhere; SIGTERM, which service managers send, where there is one.

/// Ready at the first SIGINT or SIGTERM.
pub(super) async fn stop() {
    let interrupt = async {
        // Without a handler the signal's default ends the process, so there is nothing to wait for here.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
