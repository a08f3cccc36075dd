//! Error pages, handlers and mappers.
//!
//! Invariant: what the client sees of a 500 depends on the debug mode; what it sees of a refusal does not.

use std::fmt;

use rebis_web::{App, Blueprint, Html, HttpError, Json, Result, StatusCode, Templates, context};
use serde_json::{Value, json};

use crate::bare;

#[derive(Debug)]
struct Low(&'static str, Option<Box<Low>>);

impl fmt::Display for Low {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Low {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|low| low as _)
    }
}

fn low() -> Low {
    Low("the <top> failed", Some(Box::new(Low("the disk said no", None))))
}

async fn fails() -> Result<()> {
    Err(low())?;
    Ok(())
}

async fn panics() {
    panic!("a secret inside");
}

async fn refuses() -> Result<()> {
    Err(HttpError::new(StatusCode::CONFLICT, "taken by <b>susan</b>"))
}

fn app() -> App {
    bare().get("/fails", fails).get("/panics", panics).get("/refuses", refuses)
}

#[tokio::test]
async fn a_500_leaks_nothing_outside_debug() {
    let client = app().test_client();
    for path in ["/fails", "/panics"] {
        for accept in ["text/html", "application/json"] {
            let response = client.get(path).header("accept", accept).await;
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let text = response.text();
            assert!(!text.contains("disk") && !text.contains("top") && !text.contains("secret"), "{text}");
            assert!(text.contains("Internal Server Error"), "{text}");
        }
    }
}

#[tokio::test]
async fn debug_pages_show_the_chain_escaped() {
    let client = app().configure("DEBUG", true).test_client();
    let page = client.get("/fails").header("accept", "text/html").await.text();
    assert!(page.contains("the &lt;top&gt; failed") && page.contains("the disk said no"), "{page}");
    assert!(!page.contains("<top>"));
    assert!(client.get("/panics").await.text().contains("a handler panicked: a secret inside"));
    let json: Value = client.get("/fails").header("accept", "application/json").await.json();
    assert_eq!(json["debug"]["chain"], json!(["the <top> failed", "the disk said no"]));
}

#[tokio::test]
async fn refusals_are_pages_or_json() {
    let client = app().test_client();
    let page = client.get("/refuses").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text().contains("<title>409 Conflict</title>") && page.text().contains("&lt;b&gt;susan"));
    let json = client.get("/refuses").header("accept", "application/json").await;
    assert_eq!(
        json.json::<Value>(),
        json!({ "code": 409, "name": "Conflict", "description": "taken by <b>susan</b>" })
    );
    let lost = client.get("/lost").await;
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);
    assert!(lost.text().contains("<h1>Not Found</h1>"));
}

#[tokio::test]
async fn the_application_has_its_own_pages() {
    async fn not_found(templates: Templates, error: HttpError) -> Result<Html> {
        templates.render("404.html", context! { message => error.message() })
    }
    async fn broken(templates: Templates) -> Result<Html> {
        templates.render("missing.html", context! {})
    }
    let app = app()
        .template("404.html", "lost at {{ request.path }}: {{ message }}")
        .error_handler(StatusCode::NOT_FOUND, not_found)
        .error_handler(StatusCode::CONFLICT, broken);
    let client = app.test_client();
    let lost = client.get("/lost").await;
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);
    assert!(lost.text().starts_with("lost at /lost: The requested URL"), "{}", lost.text());
    // A handler of errors that fails itself is a plain 500, not a loop.
    assert_eq!(client.get("/refuses").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn errors_of_other_crates_get_a_status() {
    let app = app().map_error(|error: &Low| (error.0 == "the disk said no").then(HttpError::not_found));
    let response = app.test_client().get("/fails").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(!response.text().contains("disk"));

    // A refusal made on purpose is not mapped.
    async fn on_purpose() -> Result<()> {
        Err(HttpError::forbidden().with_source(low()))
    }
    let app = app.get("/purpose", on_purpose);
    assert_eq!(app.test_client().get("/purpose").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_blueprint_has_its_own_pages() {
    async fn lost(path: axum::http::Uri) -> Result<()> {
        let status = if path.path().ends_with("/gone") { StatusCode::GONE } else { StatusCode::NOT_FOUND };
        Err(HttpError::status_only(status))
    }
    let page = |who: &'static str| async move |error: HttpError| format!("{who} {}", error.status().as_u16());
    let inner = Blueprint::new("inner")
        .url_prefix("/inner")
        .get("/lost", lost)
        .get("/gone", lost)
        .get("/panics", panics)
        .error_handler(StatusCode::NOT_FOUND, page("replaced"))
        .error_handler(StatusCode::NOT_FOUND, page("inner"));
    let outer = Blueprint::new("outer")
        .url_prefix("/outer")
        .get("/lost", lost)
        .error_handler(StatusCode::NOT_FOUND, page("outer"))
        .error_handler(StatusCode::INTERNAL_SERVER_ERROR, page("outer"))
        .blueprint(inner);
    let app = bare()
        .get("/lost", lost)
        .blueprint(outer)
        .post("/outer/inner/lost", lost)
        .endpoint("post")
        .before_request(async |request: axum::extract::Request| {
            if request.headers().contains_key("x-banned") { Err(HttpError::not_found()) } else { Ok(request) }
        });
    // With pages of the application, and with those of blueprints alone.
    let client = app.clone().error_handler(StatusCode::NOT_FOUND, page("app")).test_client();
    let plain = app.test_client();
    let error = "<!doctype html>";
    for (path, with, without) in [
        ("/lost", "app 404", error),
        ("/outer/lost", "outer 404", "outer 404"),
        ("/outer/inner/lost", "inner 404", "inner 404"),
        ("/outer/inner/panics", "outer 500", "outer 500"),
        ("/outer/inner/gone", error, error),
        // No blueprint owns what no route has.
        ("/outer/inner/nothing", "app 404", error),
    ] {
        for (client, begins) in [(&client, with), (&plain, without)] {
            let text = client.get(path).await.text();
            assert!(text.starts_with(begins), "{path}: {text}");
        }
    }
    // The same path by another method is another route; what a hook of the application refuses is the blueprint's still.
    assert_eq!(client.post("/outer/inner/lost").await.text(), "app 404");
    assert_eq!(client.get("/outer/inner/lost").header("x-banned", "1").await.text(), "inner 404");
    let head = client.request(axum::http::Method::HEAD, "/outer/inner/lost").await;
    assert_eq!((head.status(), head.header("content-length")), (StatusCode::NOT_FOUND, Some("9")));
}

#[tokio::test]
async fn a_blueprint_says_what_errors_of_other_crates_mean_in_it() {
    let says =
        |status| move |error: &Low| (error.0 == "the disk said no").then(|| HttpError::status_only(status));
    let inner =
        Blueprint::new("inner").url_prefix("/inner").get("/", fails).map_error(says(StatusCode::GONE));
    let plain = Blueprint::new("plain").url_prefix("/plain").get("/", fails);
    let none =
        Blueprint::new("none").url_prefix("/none").get("/", fails).map_error(|_: &std::fmt::Error| None);
    let client = bare()
        .get("/", fails)
        .blueprint(inner)
        .blueprint(plain)
        .blueprint(none)
        .map_error(says(StatusCode::CONFLICT))
        .test_client();
    for (path, status) in [("/", 409), ("/inner/", 410), ("/plain/", 409), ("/none/", 409)] {
        assert_eq!(client.get(path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_shared_error_in_the_extensions_is_a_cause() {
    async fn rejects() -> axum::response::Response {
        use axum::response::IntoResponse as _;
        let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
        let cause: std::sync::Arc<dyn std::error::Error + Send + Sync> = std::sync::Arc::new(low());
        response.extensions_mut().insert(cause);
        response
    }
    let app = bare().get("/", rejects).configure("DEBUG", true);
    let response = app.test_client().get("/").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().contains("the disk said no"));
}

#[tokio::test]
async fn answers_with_a_body_are_left_alone() {
    async fn own() -> (StatusCode, Json<Value>) {
        (StatusCode::NOT_FOUND, Json(json!({ "mine": true })))
    }
    let response = bare().get("/", own).test_client().get("/").await;
    assert_eq!(
        (response.status(), response.json::<Value>()),
        (StatusCode::NOT_FOUND, json!({ "mine": true }))
    );
}

#[tokio::test]
async fn a_part_of_the_application_answers_errors_in_json() {
    async fn inner() -> Result<()> {
        Err(HttpError::conflict("taken"))
    }
    async fn broken() -> Result<()> {
        Err(HttpError::internal("no disk"))
    }
    let api =
        Blueprint::new("api").url_prefix("/api").json_errors().get("/taken", inner).get("/broken", broken);
    let client = bare().blueprint(api).get("/taken", inner).test_client();
    let kind = async |path: &str, accept: Option<&str>| {
        let request = client.get(path);
        let answer = match accept {
            Some(accept) => request.header("accept", accept).await,
            None => request.await,
        };
        answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().to_owned()
    };
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in ["/api/taken", "/api/broken", "/api/nothing/at/all", "/api"] {
        for accept in [None, Some("*/*"), Some("application/json")] {
            assert_eq!(kind(path, accept).await, "application/json", "{path} {accept:?}");
        }
        assert_eq!(kind(path, Some(browser)).await, "text/html", "{path}");
    }
    for path in ["/taken", "/nothing", "/apis"] {
        assert_eq!(kind(path, Some("*/*")).await, "text/html", "{path}");
    }
    let refused = client.post("/api/taken").await;
    assert_eq!((refused.status().as_u16(), refused.json::<Value>()["code"].as_u64()), (405, Some(405)));
    let all = bare().json_errors().test_client();
    assert_eq!(all.get("/nothing").await.header("content-type"), Some("application/json"));
}

#[test]
fn the_text_names_the_cause_and_the_message_does_not() {
    let parse = || "x".parse::<i32>().unwrap_err();
    let converted = HttpError::from(parse());
    let internal = HttpError::internal(parse());
    let refused = HttpError::bad_request("A number, please.").with_source(parse());
    for error in [&converted, &internal] {
        assert_eq!(error.to_string(), "500 Internal Server Error: invalid digit found in string");
        assert!(!error.message().contains("digit"), "{}", error.message());
    }
    assert_eq!(refused.to_string(), "400 Bad Request: A number, please.");
    assert_eq!(format!("{internal:?}"), internal.to_string(), "said once");
    let boxed: Box<dyn std::error::Error + Send + Sync> = refused.into();
    assert_eq!(boxed.source().map(ToString::to_string).as_deref(), Some("invalid digit found in string"));
    let boxed: Box<dyn std::error::Error + Send + Sync> = internal.into();
    assert_eq!(boxed.to_string(), "invalid digit found in string");
    assert!(boxed.source().is_none(), "the text says it");
}
