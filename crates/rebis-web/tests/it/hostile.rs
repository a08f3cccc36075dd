//! Hostile input: paths, bodies, markup.
//!
//! Invariant: each of these is answered with a 4xx or harmless text, and the server goes on.

use std::fs;

use rebis_web::{App, Config, Html, Json, Path, Result, StatusCode, Templates, context};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bare;

#[derive(Deserialize, Serialize)]
struct NewUser {
    username: String,
    age: u8,
}

async fn create(Json(user): Json<NewUser>) -> Json<NewUser> {
    Json(user)
}

#[tokio::test]
async fn json_bodies_that_cannot_be_read() {
    let client = bare().configure("MAX_CONTENT_LENGTH", 1000).post("/users", create).test_client();
    let send = async |kind: &str, body: &str| {
        let response = client.post("/users").header("content-type", kind).body(body.to_owned()).await;
        assert_eq!(response.header("content-type"), Some("application/json"), "{}", response.text());
        let json: Value = response.json();
        assert_eq!(json["code"], response.status().as_u16());
        (response.status().as_u16(), json["description"].as_str().unwrap().to_owned())
    };
    let json = "application/json";
    assert_eq!(send("text/plain", "{}").await.0, 415);
    let (status, text) = send(json, "{\"username\": ").await;
    assert!(status == 400 && text.contains("EOF"), "{status} {text}");
    let (status, text) = send(json, r#"{"username": "a", "age": -1}"#).await;
    assert!(status == 422 && text.contains("age: invalid value"), "{status} {text}");
    assert_eq!(send(json, r#"{"username": "a"}"#).await.0, 422);
    assert_eq!(send(json, "").await.0, 400);
    assert_eq!(send(json, &"[".repeat(900)).await.0, 422);
    assert_eq!(send(json, &format!(r#"{{"username": "{}"}}"#, "a".repeat(2000))).await.0, 413);
    let bytes = client
        .post("/users")
        .header("content-type", json)
        .body(b"{\"username\": \"\xff\xfe\", \"age\": 1}".to_vec())
        .await;
    assert_eq!((bytes.status(), bytes.header("content-type")), (StatusCode::BAD_REQUEST, Some(json)));
    let fine = client.post("/users").json(&NewUser { username: "a".into(), age: 1 }).await;
    assert_eq!(fine.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_default_limit_is_two_mebibytes() {
    async fn length(body: axum::body::Bytes) -> String {
        body.len().to_string()
    }
    let client = bare().post("/", length).test_client();
    assert_eq!(client.post("/").body(vec![0; 2 << 20]).await.text(), (2 << 20).to_string());
    assert_eq!(client.post("/").body(vec![0; (2 << 20) + 1]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn static_files_stay_in_their_folder() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("static/css")).unwrap();
    fs::write(root.path().join("static/css/style.css"), "body{}").unwrap();
    fs::write(root.path().join("secret.txt"), "hunter2").unwrap();
    let app = App::new(Config::new(root.path())).static_files("static");
    assert_eq!(app.url_for("static", [("filename", "css/style.css")]).unwrap(), "/static/css/style.css");

    let client = app.test_client();
    let found = client.get("/static/css/style.css").await;
    assert_eq!((found.text().as_str(), found.header("content-type")), ("body{}", Some("text/css")));
    for path in [
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/..%2fsecret.txt",
        "/static/%2e%2e%2fsecret.txt",
        "/static/css/../../secret.txt",
        "/static/..%5csecret.txt",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/static/%00",
        "/static/%ff%fe",
        "/static/css/style.css%0d%0aSet-Cookie:%20a=b",
        "/static/css/style.css%00.html",
        "/static/css",
        "/static/css/",
        "/static/",
        "/static/none.css",
    ] {
        let response = client.get(path).await;
        let text = response.text();
        assert!(!response.status().is_success(), "{path}: {} {text}", response.status());
        assert!(!text.contains("hunter2") && !text.contains("root:"), "{path}");
    }
    assert_eq!(client.post("/static/css/style.css").await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn markup_is_escaped_wherever_a_value_lands() {
    async fn page(templates: Templates, Path(name): Path<String>) -> Result<Html> {
        templates.render("page.html", context! { name })
    }
    let source = r#"<p title="{{ name }}">{{ name }}</p><a href="{{ url_for('page', name=name) }}">x</a>{{ request.path }}"#;
    let client = bare().template("page.html", source).get("/{name}", page).test_client();
    let text = client.get("/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%27").await.text();
    assert!(!text.contains("<script>") && !text.contains("\"\""), "{text}");
    assert!(text.contains("&lt;script&gt;") && text.contains("%22%3E%3Cscript%3E"), "{text}");
}

#[tokio::test]
async fn template_names_stay_in_their_folder() {
    async fn page(templates: Templates, Path(name): Path<String>) -> Result<Html> {
        templates.render(&name, context! {})
    }
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("templates")).unwrap();
    fs::write(root.path().join("secret.txt"), "hunter2").unwrap();
    let client = App::new(Config::new(root.path())).templates("templates").get("/{name}", page).test_client();
    for name in ["..%2Fsecret.txt", "%2E%2E%5Csecret.txt", "%2Fetc%2Fpasswd"] {
        let response = client.get(&format!("/{name}")).await;
        assert!(response.status().is_server_error() && !response.text().contains("hunter2"), "{name}");
    }
}

#[tokio::test]
async fn slash_redirects_do_not_leave_the_site() {
    async fn any() {}
    let client = bare().get("/{*rest}", any).get("/x/", any).test_client();
    for path in ["//evil.example", "/\\evil.example", "//evil.example/.."] {
        let location = client.get(path).await.header("location").map(str::to_owned);
        assert!(
            location.as_deref().is_none_or(|to| to.starts_with('/') && !to.starts_with("//")),
            "{location:?}"
        );
    }
}
