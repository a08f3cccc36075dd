//! What answers while there is no program to answer: why there is none.
//!
//! **Invariants.** Every request gets status 503, so that nothing takes the page for the application's. A browser comes back by itself.

use std::net::TcpListener;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rebis_web::axum::extract::Request;
use rebis_web::axum::http::{StatusCode, header};
use rebis_web::axum::response::{IntoResponse as _, Response};
use rebis_web::{App, BoxError, Config, Html, Json, ServeOptions, Server};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Why nothing serves.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// What cargo and the compiler said.
    Build(String),
    /// How the program ended.
    Ended(String),
}

pub(super) struct StandIn {
    trouble: Arc<RwLock<Trouble>>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl StandIn {
    /// Answers on the socket from now on.
    pub(super) fn start(socket: &TcpListener, trouble: Trouble) -> Result<Self, BoxError> {
        let trouble = Arc::new(RwLock::new(trouble));
        let (shown, (stop, stopped)) = (Arc::clone(&trouble), oneshot::channel());
        let app = App::new(Config::new(".")).configure("CSRF_ENABLED", false).before_request(
            move |request: Request| {
                let page = page(&shown.read().unwrap_or_else(PoisonError::into_inner), &request);
                async move { Err::<Request, Response>(page) }
            },
        );
        let options = ServeOptions { grace: Duration::from_secs(1), ..ServeOptions::default() };
        let server = Server::listening(app, options, socket.try_clone()?)?;
        let server = tokio::spawn(async move {
            let stop = async {
                // Who would say it is gone if this fails.
                let _ = stopped.await;
            };
            // It has no hooks that could fail.
            let _ = server.run(stop).await;
        });
        Ok(StandIn { trouble, stop, server })
    }

    /// There is another reason now.
    pub(super) fn says(&self, trouble: Trouble) {
        *self.trouble.write().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Answers what it has begun to answer, and leaves the socket.
    pub(super) async fn end(self) {
        let _ = self.stop.send(());
        let _ = self.server.await;
    }
}

fn page(trouble: &Trouble, request: &Request) -> Response {
    let (title, text) = match trouble {
        Trouble::Build(said) => ("The application does not compile", said.as_str()),
        Trouble::Ended(status) => ("The application ended by itself", status.as_str()),
    };
    let accept =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let answer = if accept.contains("json") && !accept.contains("html") {
        Json(serde_json::json!({ "code": 503, "name": title, "description": text })).into_response()
    } else {
        Html(html(title, text)).into_response()
    };
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

/// A page that asks again every second.
fn html(title: &str, text: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<meta http-equiv=\"refresh\" content=\"1\">\n<title>{title}</title>\n<style>\n:root {{ color-scheme: light dark; \
         font: 1rem/1.5 system-ui, sans-serif; }}\nbody {{ max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }}\npre {{ overflow-x: auto; \
         padding: 1rem; border: 1px solid; border-radius: .25rem; }}\n</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<pre \
         tabindex=\"0\">{}</pre>\n<p>The terminal with <code>rebis run</code> says the same. This page comes back by itself when a file was \
         saved and the application runs.</p>\n</main>\n</body>\n</html>\n",
        escape(text)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text of a terminal without its colours, and without what was written over.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let last = line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default();
        let mut pieces = last.split('\u{1b}');
        plain.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            // `[`, numbers, and a letter that says what for.
            plain.push_str(piece.find(|c: char| c.is_ascii_alphabetic()).map_or("", |end| &piece[end + 1..]));
        }
        plain.push('\n');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_s_text_becomes_plain() {
        assert_eq!(
            plain("\u{1b}[1m\u{1b}[31merror\u{1b}[0m: no <b>\n  Building 1/2\r\u{1b}[Kdone\n"),
            "error: no <b>\ndone\n"
        );
        assert!(html("Oh", "no <b> & so").contains("no &lt;b&gt; &amp; so"));
    }
}
