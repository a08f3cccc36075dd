//! The debug mode: error pages, the bar, the last requests, the tools.
//!
//! Invariant: each test that sees something in debug mode sees with the same requests that nothing of it is there without.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use rebis_web::debug::{Query, Trace};
use rebis_web::{
    App, Blueprint, Html, HttpError, Json, Result, StatusCode, Templates, TestResponse, UserSession, context,
};
use serde_json::{Value, json};

use crate::bare;
use crate::hostile_forms::MARKUP;

fn note(sql: &str) {
    if let Some(trace) = Trace::current() {
        let binds = vec!["'susan <b>'".to_owned()];
        let elapsed = Duration::from_micros(1500);
        trace.query(Query { sql: sql.to_owned(), binds, elapsed, rows: Some(2), ..Query::default() });
    }
}

async fn page() -> Html {
    note("SELECT \"name\" FROM \"user\" WHERE \"name\" < ?");
    Html::from("<!doctype html><html><body><h1>Hello</h1></body></html>")
}

async fn looped() -> Html {
    for _ in 0..7 {
        note("SELECT 1");
    }
    if let Some(trace) = Trace::current() {
        trace.remark("20 statements for the relation Post.author");
    }
    Html::from("<!doctype html><title>a</title><p>no end tags")
}

async fn fails() -> Result<Html> {
    note("SELECT 2");
    let number: i64 = "seven".parse()?;
    Ok(Html(number.to_string()))
}

async fn panics() -> Html {
    panic!("at the disco");
}

async fn template(templates: Templates) -> Result<Html> {
    let user = json!({ "name": "susan", "password": "pa55" });
    templates.render("broken.html", context! { user })
}

async fn form(session: UserSession, _: axum::extract::Form<Value>) -> Result<Html> {
    session.set("user_id", 7)?;
    Err(HttpError::internal("not today"))
}

async fn fragment() -> Html {
    Html::from("<li>one</li>")
}

async fn data() -> Json<Value> {
    note("SELECT 3");
    Json(json!({ "html": "<!doctype html><body></body>" }))
}

async fn stream() -> Response {
    let parts = ["<!doctype html><body>", "</body>"].map(|part| Ok::<_, Infallible>(Bytes::from(part)));
    let body = Body::from_stream(futures_util::stream::iter(parts));
    ([(header::CONTENT_TYPE, "text/html")], body).into_response()
}

async fn download() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html"), (header::CONTENT_DISPOSITION, "attachment")];
    (headers, "<!doctype html><body></body>").into_response()
}

async fn policy() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/html"), (header::CONTENT_SECURITY_POLICY, "style-src 'nonce-abc123'")];
    (headers, "<!doctype html><body></body>").into_response()
}

fn app() -> App {
    bare()
        .configure("SECRET_KEY", "only for these tests, and 32 bytes long")
        .template("broken.html", "<p>{{ user.name }}</p>\n<p>{{ user.name|nosuch }}</p>")
        .template("fine.html", "<html><body>{{ session.user_id }}</body></html>")
        .get("/page", page)
        .get("/loop", looped)
        .get("/fails", fails)
        .get("/panics", panics)
        .get("/template", template)
        .post("/form", form)
        .get("/fragment", fragment)
        .get("/data", data)
        .get("/stream", stream)
        .get("/download", download)
        .get("/policy", policy)
}

fn debug() -> App {
    app().configure("DEBUG", true)
}

async fn html(app: &App, path: &str) -> TestResponse {
    app.test_client().get(path).header("accept", "text/html").await
}

#[tokio::test]
async fn the_error_page_says_why_where_and_what_ran() {
    let text = html(&debug(), "/fails").await.text();
    assert!(text.contains("<h1>invalid digit found in string</h1>"), "{text}");
    assert!(text.contains("tests/it/debug.rs:"), "where `?` stands: {text}");
    assert!(
        text.contains("SELECT 2") && text.contains("1.50 ms") && text.contains("&#39;susan &lt;b&gt;&#39;"),
        "{text}"
    );
    assert!(text.contains("<dd>fails</dd>") || text.contains("<dd>/fails</dd>"), "{text}");
    assert!(!text.contains("rebis-debug-bar") || text.matches("SELECT 2").count() > 1);

    let plain = html(&app(), "/fails").await.text();
    for inside in ["digit", "debug.rs", "SELECT", "__rebis"] {
        assert!(!plain.contains(inside), "{inside}: {plain}");
    }
}

#[tokio::test]
async fn a_client_that_reads_json_gets_the_same_as_json() {
    let get = async |app: App| -> Value {
        app.test_client().get("/fails").header("accept", "application/json").await.json()
    };
    let debug = get(debug()).await;
    assert_eq!(debug["debug"]["chain"], json!(["invalid digit found in string"]));
    assert_eq!(debug["debug"]["queries"][0]["sql"], "SELECT 2");
    assert_eq!(debug["debug"]["queries"][0]["rows"], 2);
    assert!(debug["debug"]["at"].as_str().unwrap().contains("tests/it/debug.rs:"), "{debug}");
    assert_eq!(get(app()).await.get("debug"), None);
}

#[tokio::test]
async fn a_panic_says_its_place() {
    let text = html(&debug(), "/panics").await.text();
    assert!(
        text.contains("a handler panicked: at the disco") && text.contains("tests/it/debug.rs:"),
        "{text}"
    );
    assert!(text.contains("class=\"line here\"") && text.contains("panic!("), "the lines around: {text}");
    assert!(!html(&app(), "/panics").await.text().contains("disco"));
}

#[tokio::test]
async fn a_template_error_shows_its_lines_and_variables_without_secrets() {
    let text = html(&debug(), "/template").await.text();
    assert!(text.contains("broken.html") && text.contains("nosuch"), "{text}");
    assert!(text.contains("susan") && !text.contains("pa55"), "{text}");
    assert!(!html(&app(), "/template").await.text().contains("nosuch"));
}

#[tokio::test]
async fn the_request_is_shown_without_secrets() {
    let client = debug().test_client();
    let token = client.with_session(UserSession::csrf_token).unwrap();
    let fields = [("name", "Susan"), ("password", "pa55word"), ("csrf_token", token.as_str())];
    let post =
        client.post("/form?page=2").header("accept", "text/html").header("authorization", "Basic czNjcjN0");
    let page = post.form(&fields).await;
    assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = page.text();
    assert!(text.contains("not today") && text.contains("Susan") && text.contains("<td>2</td>"), "{text}");
    assert!(text.contains("<dd>user_id</dd>"), "{text}");
    assert!(text.contains("Basic ***"), "{text}");
    for secret in ["pa55word", "czNjcjN0", token.as_str()] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let cookie = client.with_session(|session| Ok(session.get::<i64>("user_id"))).unwrap();
    assert!(cookie.is_some(), "the handler got its form and its session");
}

#[tokio::test]
async fn what_is_sent_is_text_in_bar_error_page_and_list() {
    for text in MARKUP {
        let client = debug().test_client();
        client.get("/page").await;
        let pair = [(text, text)];
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let header = text.replace('\u{2028}', "");
        let bar = client.get("/page").query(&pair).header("x-sent", &header).await.text();
        let error = client.post("/form").query(&pair).form(&pair).header("x-sent", &header).await;
        assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let lost = client.get(&format!("/{encoded}")).header("accept", "text/html").await.text();
        let json =
            client.post("/fails").json(&json!({ text: text })).header("accept", "text/html").await.text();
        let list = client.get("/__rebis/requests").await.text();
        let mut pages = vec![bar, error.text(), lost, json, list];
        for number in 2..=5 {
            let one = client.get(&format!("/__rebis/requests/{number}")).await;
            assert_eq!(one.status(), StatusCode::OK, "{number}");
            pages.push(one.text());
        }
        for page in pages {
            for part in ["<script", "<img", " onfocus=\"", "<!--", "</form>"] {
                assert!(!page.contains(part), "{part} by {text}:\n{page}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_gets_the_bar_before_its_end() {
    let client = debug().test_client();
    let text = client.get("/page").await.text();
    let bar = text.find("<rebis-debug-bar>").unwrap();
    assert!(
        text.starts_with("<!doctype html><html><body><h1>Hello</h1>") && text.ends_with("</body></html>"),
        "{text}"
    );
    assert!(text[bar..].contains("1 query, 1.50 ms"), "{text}");
    assert!(
        text[bar..].contains("&quot;name&quot; &lt; ?") && text[bar..].contains("&#39;susan &lt;b&gt;&#39;"),
        "{text}"
    );
    assert!(!text.contains("<script"), "{text}");
    assert_eq!(
        app().test_client().get("/page").await.text(),
        "<!doctype html><html><body><h1>Hello</h1></body></html>"
    );
    let off = debug().configure("DEBUG_BAR", false).test_client();
    assert!(!off.get("/page").await.text().contains("rebis-debug-bar"));
}

#[tokio::test]
async fn an_old_program_says_that_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said.txt");
    let client = debug().configure("BUILD_FAILED", said.to_str().unwrap()).test_client();
    assert!(!client.get("/page").await.text().contains("old program"));
    std::fs::write(&said, "error[E0308]: expected `&str`, found <b>").unwrap();
    for path in ["/page", "/fails"] {
        let text = client.get(path).header("accept", "text/html").await.text();
        assert!(text.contains("the sources do not compile"), "{path}: {text}");
        assert!(text.contains("error[E0308]: expected `&amp;str`, found &lt;b&gt;"), "{path}: {text}");
    }
    let off = app().configure("BUILD_FAILED", said.to_str().unwrap()).test_client();
    assert!(!off.get("/page").await.text().contains("E0308"));
}

#[tokio::test]
async fn the_bar_warns_of_loops() {
    let text = debug().test_client().get("/loop").await.text();
    assert!(text.starts_with("<!doctype html><title>a</title><p>no end tags<rebis-debug-bar>"), "{text}");
    assert!(text.contains("2 warnings") && text.contains("The same statement ran 7 times"), "{text}");
    assert!(
        text.contains("20 statements for the relation Post.author") && text.contains("7 × the same text"),
        "{text}"
    );
}

#[tokio::test]
async fn only_whole_pages_get_the_bar() {
    let client = debug().test_client();
    for path in ["/fragment", "/data", "/stream", "/download"] {
        let with = client.get(path).await;
        let without = app().test_client().get(path).await;
        assert_eq!(with.bytes(), without.bytes(), "{path}");
    }
    for (name, value) in
        [("hx-request", "true"), ("x-requested-with", "XMLHttpRequest"), ("sec-fetch-dest", "empty")]
    {
        assert!(!client.get("/page").header(name, value).await.text().contains("rebis-debug-bar"), "{name}");
    }
    assert!(
        client.get("/page").header("sec-fetch-dest", "document").await.text().contains("rebis-debug-bar")
    );
    assert!(client.request(rebis_web::Method::HEAD, "/page").await.bytes().is_empty());
}

#[tokio::test]
async fn the_bar_keeps_to_the_policy_of_the_page() {
    let response = debug().test_client().get("/policy").await;
    assert_eq!(response.header("content-security-policy"), Some("style-src 'nonce-abc123'"));
    assert!(response.text().contains("href=\"/__rebis/debug.css\" nonce=\"abc123\""), "{}", response.text());
}

#[tokio::test]
async fn the_last_requests_can_be_looked_at() {
    let client = debug().test_client();
    client.get("/data?token=s3cr3t").await;
    client.get("/page").await;
    let list = client.get("/__rebis/requests").await;
    assert_eq!(list.status(), StatusCode::OK);
    let text = list.text();
    assert!(text.find("/page").unwrap() < text.find("/data").unwrap(), "the newest first: {text}");
    assert!(!text.contains("rebis-debug-bar"));
    let one = client.get("/__rebis/requests/1").await.text();
    assert!(one.contains("SELECT 3") && one.contains("***") && !one.contains("s3cr3t"), "{one}");
    assert_eq!(client.get("/__rebis/requests/99").await.status(), StatusCode::NOT_FOUND);
    assert!(client.get("/__rebis/debug.css").await.header("content-type").unwrap().starts_with("text/css"));

    let plain = app().test_client();
    for path in ["/__rebis/requests", "/__rebis/debug.css", "/__rebis/"] {
        assert_eq!(plain.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert!(app().routes().unwrap().iter().all(|route| !route.rule.contains("__rebis")));
}

#[tokio::test]
async fn the_tools_answer_this_machine_only() {
    let tool = Blueprint::new("mails").url_prefix("/mails").get("/", fragment);
    let app = debug().debug_tool("Mails", tool);
    let client = app.test_client();
    assert!(client.get("/page").await.text().contains("<a href=\"/__rebis/mails/\">Mails</a>"));
    assert_eq!(client.get("/__rebis/mails/").header("host", "localhost:5000").await.text(), "<li>one</li>");
    for path in ["/__rebis/mails/", "/__rebis/requests", "/__rebis/requests/1"] {
        let refused = client.get(path).header("host", "rebound.example").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(refused.text().contains("DEBUG_TOOLS"), "{}", refused.text());
        let proxied = client.get(path).header("x-forwarded-for", "10.0.0.1").await;
        assert_eq!(proxied.status(), StatusCode::FORBIDDEN);
    }
    let open = app.clone().configure("DEBUG_TOOLS", "anywhere").test_client();
    assert_eq!(open.get("/__rebis/mails/").header("host", "box.example").await.text(), "<li>one</li>");
    let off = app.clone().configure("DEBUG_TOOLS", "off").test_client();
    assert_eq!(off.get("/__rebis/mails/").await.status(), StatusCode::NOT_FOUND);
    let released = app.configure("DEBUG", false).test_client();
    assert_eq!(released.get("/__rebis/mails/").await.status(), StatusCode::NOT_FOUND);
}
