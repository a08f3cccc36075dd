//! The real socket.
//!
//! Invariant: every server here takes a free port and is stopped by its own signal.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::Response;
use rebis_web::{App, BoxError, FormBody, FormFields, Json, ServeOptions, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::bare;

fn options() -> ServeOptions {
    let short = Duration::from_millis(300);
    ServeOptions { port: 0, header_timeout: short, body_timeout: short, ..ServeOptions::default() }
}

async fn exchange(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn requests_in_flight_finish_before_the_server_ends() {
    async fn slow(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
        tokio::time::sleep(Duration::from_millis(400)).await;
        format!("slow but done for {}", peer.ip())
    }
    let steps = Arc::new(AtomicUsize::new(0));
    let (up, down) = (steps.clone(), steps.clone());
    let app = bare()
        .get("/slow", slow)
        .on_startup(move |_: App| {
            up.fetch_add(1, Ordering::SeqCst);
            std::future::ready(Ok::<(), BoxError>(()))
        })
        .on_shutdown(move |_: App| {
            down.fetch_add(10, Ordering::SeqCst);
            std::future::ready(Ok::<(), BoxError>(()))
        });
    let server = Server::bind(app, options()).await.unwrap();
    let address = server.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async { drop(stopped.await) }));

    let idle = TcpStream::connect(address).await.unwrap();
    let request =
        tokio::spawn(async move { exchange(address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await });
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(steps.load(Ordering::SeqCst), 1);
    stop.send(()).unwrap();
    let answer = request.await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("slow but done for 127.0.0.1"),
        "{answer}"
    );
    running.await.unwrap().unwrap();
    assert_eq!(steps.load(Ordering::SeqCst), 11);
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn the_length_that_is_said_is_that_of_the_body_that_leaves() {
    async fn page() -> &'static str {
        "short"
    }
    let app = bare().get("/", page);
    let changed =
        app.clone().after_request(async |response: Response| response.map(|_| "a longer one".into()));
    for (app, found) in [(app, "short"), (changed, "a longer one")] {
        let server = Server::bind(app, options()).await.unwrap();
        let address = server.address();
        let (_stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(async { drop(stopped.await) }));
        let ask = async |line: &str| {
            exchange(address, &format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
        };

        let got = ask("GET /").await;
        let length = format!("content-length: {}\r\n", found.len());
        assert!(got.contains(&length) && got.ends_with(&format!("\r\n\r\n{found}")), "{got}");
        assert_eq!(got.matches("content-length").count(), 1, "{got}");
        let (missing, head) = (ask("GET /none").await, ask("HEAD /none").await);
        let (_, body) = missing.split_once("\r\n\r\n").unwrap();
        let length = format!("content-length: {}\r\n", body.len());
        assert!(missing.starts_with("HTTP/1.1 404") && missing.contains(&length), "{missing}");
        assert!(
            head.starts_with("HTTP/1.1 404") && head.contains(&length) && head.ends_with("\r\n\r\n"),
            "{head}"
        );
    }
}

#[tokio::test]
async fn who_came_in_before_the_signal_is_answered() {
    async fn here() -> &'static str {
        "here"
    }
    let server = Server::bind(bare().get("/", here), options()).await.unwrap();
    let address = server.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async { drop(stopped.await) }));
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Answered, so that the connection behind it in the queue is accepted soon.
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    first.read_to_end(&mut Vec::new()).await.unwrap();
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer:?}");
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn slow_headers_and_garbage_do_not_hold_a_connection() {
    let server = Server::bind(bare(), options()).await.unwrap();
    let address = server.address();
    let (_stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(server.run(async { drop(stopped.await) }));

    let half = tokio::time::timeout(Duration::from_secs(3), exchange(address, "GET / HTTP/1.1\r\nHost:"));
    half.await.expect("the server closes the connection");
    let garbage = exchange(address, "\x16\x03\x01 nonsense\r\n\r\n").await;
    assert!(garbage.starts_with("HTTP/1.1 400"), "{garbage}");
    let fine = exchange(address, "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(fine.starts_with("HTTP/1.1 404") && fine.contains("Not Found</h1>"), "{fine}");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_slow_answer_is_not() {
    /// Longer than a connection may be idle, in pieces.
    async fn stream() -> axum::body::Body {
        let pieces = futures_util::stream::unfold(0, |n| async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            (n < 4).then(|| (Ok::<_, BoxError>(format!("piece {n}")), n + 1))
        });
        axum::body::Body::from_stream(pieces)
    }
    let server = Server::bind(bare().get("/stream", stream), options()).await.unwrap();
    let address = server.address();
    let (_stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(server.run(async { drop(stopped.await) }));

    // The connection is kept, so it is the server that ends it, once it has nothing to answer.
    let start = std::time::Instant::now();
    let two = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2);
    let answer =
        tokio::time::timeout(Duration::from_secs(10), exchange(address, &two)).await.expect("it is closed");
    assert_eq!(answer.matches("piece 3").count(), 2, "{answer}");
    assert!(start.elapsed() >= Duration::from_millis(2 * 800 + 300), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_body_that_stops_half_way_is_refused() {
    async fn read(form: FormFields) -> String {
        form.value("a").to_owned()
    }
    async fn upload(form: FormFields) -> String {
        format!("{:?}", form.file("a"))
    }
    async fn fields(FormBody(fields): FormBody<Vec<(String, String)>>) -> String {
        format!("{fields:?}")
    }
    async fn json(Json(value): Json<serde_json::Value>) -> String {
        value.to_string()
    }
    let app = bare().post("/read", read).post("/upload", upload).post("/fields", fields).post("/json", json);
    let server = Server::bind(app, options()).await.unwrap();
    let address = server.address();
    let (_stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(server.run(async { drop(stopped.await) }));
    let head = |path: &str, kind: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 100\r\nConnection: close\r\n\r\n"
        )
    };
    let form = "application/x-www-form-urlencoded";
    let urlencoded = head("/read", form) + "a=secret";
    let fields = head("/fields", form) + "a=secret";
    let json = head("/json", "application/json") + "{\"a\": \"secret";
    let part = "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x\"\r\n\r\nsecret";
    let multipart = head("/upload", "multipart/form-data; boundary=b") + part;
    for request in [urlencoded, fields, json, multipart] {
        let answer = tokio::time::timeout(Duration::from_secs(3), exchange(address, &request));
        let answer = answer.await.expect("the server does not wait for ever");
        assert!(answer.starts_with("HTTP/1.1 408") && !answer.contains("secret"), "{request}: {answer}");
        assert!(answer.contains("did not arrive in time"), "{answer}");
    }
}

/// Sends a byte again and again, each well before a timeout, until the server answers.
async fn drip(address: SocketAddr, head: &str, byte: &[u8]) -> String {
    let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
    write.write_all(head.as_bytes()).await.unwrap();
    let byte = byte.to_vec();
    let dripping = tokio::spawn(async move {
        while write.write_all(&byte).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = Vec::new();
    // A connection that was reset has no more to say either.
    let _ =
        tokio::time::timeout(Duration::from_secs(5), read.read_to_end(&mut answer)).await.expect("it ends");
    dripping.abort();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn who_sends_a_byte_now_and_then_is_not_waited_for() {
    async fn read(form: FormFields) -> String {
        form.value("a").len().to_string()
    }
    let server = Server::bind(bare().post("/", read), options()).await.unwrap();
    let address = server.address();
    let (_stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(server.run(async { drop(stopped.await) }));

    let answer = drip(address, "GET / HTTP/1.1\r\nHost: x\r\nX: ", b"y").await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n\r\na=";
    let answer = drip(address, head, b"y").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");

    // Fast enough: the body takes longer than the timeout, and each second brings more than is asked for.
    let head = head.replace("9999", "12002");
    let answer = drip(address, &head, &[b'y'; 400]).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("12000"), "{answer}");
}

#[tokio::test]
async fn a_taken_port_says_which_and_what_to_do() {
    let first = Server::bind(bare(), options()).await.unwrap();
    let port = first.address().port();
    let error = Server::bind(bare(), ServeOptions { port, ..options() }).await.unwrap_err();
    assert!(error.is_address_in_use());
    let text = error.to_string();
    assert!(
        text.contains(&format!("port {port} on 127.0.0.1 is in use")) && text.contains("--port"),
        "{text}"
    );
}

#[tokio::test]
async fn a_startup_hook_that_fails_keeps_the_server_from_starting() {
    let app = bare().on_startup(async |_: App| Err::<(), BoxError>("no disk".into()));
    let server = Server::bind(app, options()).await.unwrap();
    let error = server.run(std::future::pending()).await.unwrap_err();
    assert_eq!(error.to_string(), "a startup hook failed: no disk");
}
