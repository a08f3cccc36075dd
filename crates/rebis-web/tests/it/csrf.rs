//! Requests that another site makes in a visitor's name, and those that must pass all the same.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::Method;
use rebis_web::{
    App, Config, CsrfError, FormBody, Html, HttpError, Json, Result, StatusCode, Templates, TestClient,
    UserSession, axum, context,
};
use serde_json::json;

async fn form(templates: Templates) -> Result<Html> {
    templates.render("form.html", context! {})
}

async fn save(FormBody(fields): FormBody<HashMap<String, String>>) -> String {
    fields.get("name").cloned().unwrap_or_default()
}

async fn raw(body: Bytes) -> String {
    body.len().to_string()
}

async fn api(Json(value): Json<serde_json::Value>) -> Json<serde_json::Value> {
    Json(value)
}

async fn renew(session: UserSession) -> Result<()> {
    session.clear();
    session.set("user", 1)
}

async fn refused(error: HttpError) -> String {
    let cause = error.downcast_ref::<CsrfError>();
    match cause {
        Some(cause) if cause.is_cross_origin() => "cross origin",
        Some(cause) if cause.is_token_missing() => "missing",
        Some(_) => "wrong",
        None => "no CSRF",
    }
    .to_owned()
}

fn keyless() -> App {
    App::new(Config::new("/nowhere/shop"))
        .get("/form", form)
        .post("/save", save)
        .route("/raw", [Method::POST, Method::PUT, Method::DELETE], raw)
        .post("/api", api)
        .post("/renew", renew)
        .post("/hooks/pay", raw)
        .error_handler(StatusCode::FORBIDDEN, refused)
        .template("form.html", "{{ csrf_token() }}")
}

fn app() -> App {
    keyless().configure("SECRET_KEY", "a secret for the tests, long enough")
}

/// A browser that has loaded the form, and the token in it.
async fn visitor(app: &App) -> (TestClient, String) {
    let client = app.test_client();
    let token = client.get("/form").await.text();
    assert!(token.len() >= 43, "{token}");
    (client, token)
}

#[tokio::test]
async fn a_form_needs_the_token_of_its_session() {
    let (client, token) = visitor(&app()).await;
    assert_eq!(client.get("/form").await.text(), token, "the same in every tab");
    let name = ("name", "susan");
    let post = || client.post("/save").without_csrf();

    let sent = post().form(&[name, ("csrf_token", &token)]).await;
    assert_eq!((sent.status(), sent.text().as_str()), (StatusCode::OK, "susan"));
    let header = post().form(&[name]).header("x-csrf-token", &token).await;
    assert_eq!(header.status(), StatusCode::OK);

    let none = post().form(&[name]).await;
    assert_eq!((none.status(), none.text().as_str()), (StatusCode::FORBIDDEN, "missing"));
    assert_eq!(post().form(&[name, ("csrf_token", "")]).await.text(), "missing");
    let (_, other) = visitor(&app()).await;
    for wrong in [other.as_str(), "x", &token[1..], &format!("{token}A")] {
        let refused = post().form(&[name, ("csrf_token", wrong)]).await;
        assert_eq!((refused.status(), refused.text().as_str()), (StatusCode::FORBIDDEN, "wrong"));
    }
    let plain =
        post().header("content-type", "text/plain; charset=utf-8").body(format!("csrf_token={token}"));
    assert_eq!(plain.await.text(), "missing");
}

#[tokio::test]
async fn the_client_of_tests_sends_it() {
    let (client, _) = visitor(&app()).await;
    assert_eq!(client.post("/save").form(&[("name", "susan")]).await.text(), "susan");
    client.with_session(|session| session.set("user", 7)).unwrap();
    assert_eq!(client.post("/save").form(&[("name", "john")]).await.text(), "john");
    let seen = client.with_session(|session| Ok(session.get::<i64>("user"))).unwrap();
    assert_eq!(seen, Some(7));
}

#[tokio::test]
async fn a_token_dies_with_its_session() {
    let (client, token) = visitor(&app()).await;
    client.post("/renew").await;
    let old = client.post("/save").without_csrf().form(&[("name", "x"), ("csrf_token", &token)]).await;
    assert_eq!(old.text(), "wrong");
}

#[tokio::test]
async fn files_are_sent_whole() {
    let (client, token) = visitor(&app()).await;
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let post = |body: String| {
        client
            .post("/raw")
            .without_csrf()
            .header("content-type", "multipart/form-data; boundary=b")
            .body(body)
    };
    let body = format!("{}{}--b--\r\n", part("csrf_token", &token), part("file", "content"));
    assert_eq!(post(body.clone()).await.text(), body.len().to_string());
    assert_eq!(post(part("file", &token)).await.text(), "missing");
    assert_eq!(post(part("csrf_token", "guessed")).await.text(), "wrong");
    let huge = part("file", &"x".repeat(3 << 20));
    assert_eq!(post(huge).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn another_site_is_refused_even_with_the_token() {
    for app in [app(), keyless()] {
        let client = app.test_client();
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "https://shop.example.evil.example"),
            ("origin", "shop.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let post = client.post("/save").header("host", "shop.example").header(name, value);
            let response = post.form(&[("name", "x")]).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}: {value}");
            assert_eq!(response.text(), "cross origin", "{name}: {value}");
            let empty = client.post("/raw").header("host", "shop.example").header(name, value).await;
            assert_eq!(empty.text(), "cross origin", "without a body; {name}: {value}");
            let put = client.put("/raw").header("host", "shop.example").header(name, value);
            let put =
                put.header("cookie", "session=x").header("content-type", "application/json").body("{}").await;
            assert_eq!(put.text(), "cross origin", "with cookies; {name}: {value}");
        }
    }
}

#[tokio::test]
async fn the_own_site_and_trusted_ones_pass() {
    let app = app().configure("CSRF_TRUSTED_ORIGINS", vec!["https://pay.example"]);
    let (client, token) = visitor(&app).await;
    for headers in [
        [("origin", "https://shop.example"), ("x-none", "")],
        [("origin", "https://shop.example"), ("sec-fetch-site", "same-origin")],
        [("origin", "https://pay.example"), ("sec-fetch-site", "cross-site")],
    ] {
        let mut post = client.post("/save").without_csrf().header("host", "shop.example");
        for (name, value) in headers {
            post = post.header(name, value);
        }
        let response = post.form(&[("name", "susan"), ("csrf_token", &token)]).await;
        assert_eq!(response.text(), "susan", "{headers:?}");
    }
}

#[tokio::test]
async fn a_first_post_of_a_browser_has_no_token_yet() {
    let client = app().test_client();
    let post = client.post("/save").header("host", "shop.example").header("origin", "https://shop.example");
    assert_eq!(post.form(&[("name", "susan")]).await.text(), "missing");
}

#[tokio::test]
async fn what_is_no_browser_needs_nothing() {
    let client = app().test_client();
    assert_eq!(client.post("/save").form(&[("name", "script")]).await.text(), "script");
    assert_eq!(client.post("/api").json(&json!([1])).await.json::<Vec<i64>>(), [1]);
    let cors = client.post("/api").header("origin", "https://app.example").json(&json!([1])).await;
    assert_eq!(cors.status(), StatusCode::OK, "JSON without cookies; a browser has asked before");
    assert_eq!(client.delete("/raw").header("origin", "https://app.example").await.status(), StatusCode::OK);
    let (visitor, _) = visitor(&app()).await;
    assert_eq!(visitor.post("/api").json(&json!([1])).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn exempt_and_off() {
    let hooks = app().configure("CSRF_EXEMPT", vec!["/hooks/"]).test_client();
    let cross = |client: &TestClient, path| {
        client.post(path).header("origin", "https://evil.example").form(&[("name", "x")])
    };
    assert_eq!(cross(&hooks, "/hooks/pay").await.status(), StatusCode::OK);
    assert_eq!(cross(&hooks, "/save").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(cross(&hooks, "/nowhere").await.status(), StatusCode::NOT_FOUND);
    let off = app().configure("CSRF_ENABLED", false).test_client();
    assert_eq!(cross(&off, "/save").await.status(), StatusCode::OK);
    assert!(app().configure("CSRF_ENABLED", "perhaps").build().is_err());
}

#[tokio::test]
async fn a_token_without_a_key_is_an_error() {
    let response = keyless().configure("DEBUG", true).test_client().get("/form").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.text().contains("openssl rand -hex 32"), "{}", response.text());
}
