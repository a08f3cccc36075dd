//! The accept loop.
//!
//! Invariant: a client that sends its headers slowly, or none, holds a connection no longer than the header timeout, one that falls
//! silent in a body, or drips, no longer than the body timeout; an error of one connection never ends the loop. A connection that was accepted before the
//! signal to stop may still send its first request.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::ServeOptions;
use super::pace::{Pace, PacedBody};
use super::patience::Patience;
use crate::pipeline::Site;

/// How long a connection without a request is waited for after the signal to stop.
const FIRST_REQUEST: Duration = Duration::from_millis(500);

pub(super) async fn accept(
    listener: TcpListener,
    site: Site,
    options: &ServeOptions,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    // `Patience` counts.
    http.header_read_timeout(None);
    // Each connection holds a receiver: sending tells them to finish, and the channel is closed when the last one has.
    let (finish, finishing) = watch::channel(());
    let pace = Pace { patience: options.body_timeout, rate: options.body_rate };
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                start(&http, finishing.clone(), site.clone(), pace, options.header_timeout, stream, peer)
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                // Out of file descriptors, usually: the connections that end give some back.
                tracing::error!(target: "rebis::serve", %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    drop(listener);
    drop(finishing);
    // Fails when no connection is open, and then there is nothing to tell.
    let _ = finish.send(());
    if tokio::time::timeout(options.grace, finish.closed()).await.is_err() {
        tracing::warn!(target: "rebis::serve", "requests that were still running after {:?} were cut off", options.grace);
    }
}

fn start(
    http: &http1::Builder,
    mut finishing: watch::Receiver<()>,
    site: Site,
    pace: Pace,
    head: Duration,
    stream: TcpStream,
    peer: SocketAddr,
) {
    // Answers are written whole; waiting for more to send with them only delays them. A socket that refuses is slower, not wrong.
    let _ = stream.set_nodelay(true);
    let asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&asked);
    let patience = Patience::new();
    let waiting = patience.clone();
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        patience.asked();
        let request = request.map(|body| Body::new(PacedBody::new(body, pace)));
        let answer = site.clone().answer(request, Some(peer));
        let patience = patience.clone();
        answer.map(move |response| Ok::<_, Infallible>(response.map(|body| patience.answer(body))))
    });
    let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::spawn(async move {
        let mut connection = pin!(connection);
        let mut impatient = pin!(waiting.ends(head));
        tokio::select! {
            biased;
            result = connection.as_mut() => return ended(result, peer),
            () = impatient.as_mut() => return given_up(peer),
            _ = finishing.changed() => {}
        }
        // Who has just come in has his request on the way.
        if !asked.load(Ordering::Relaxed)
            && let Ok(result) = tokio::time::timeout(FIRST_REQUEST, connection.as_mut()).await
        {
            return ended(result, peer);
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            biased;
            result = connection => ended(result, peer),
            () = impatient => given_up(peer),
        }
    });
}

fn ended(result: hyper::Result<()>, peer: SocketAddr) {
    if let Err(error) = result {
        tracing::debug!(target: "rebis::serve", %error, %peer, "connection ended");
    }
}

fn given_up(peer: SocketAddr) {
    tracing::debug!(target: "rebis::serve", %peer, "connection closed: no request came in time");
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
