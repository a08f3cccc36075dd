//! The visitor's session and flash messages, and what hostile cookies do to them.

use rebis_web::{
    App, Config, Html, Redirect, Result, StatusCode, Templates, TestClient, UserSession, context,
};

const OLD: &str = "the old secret of the tests, long enough";
const NEW: &str = "the new secret of the tests, long enough";

async fn login(session: UserSession) -> Result<Redirect> {
    session.set("name", "susan")?;
    session.flash("Hello & welcome", "success");
    session.flash("Read the rules", "info");
    Ok(Redirect::to("/page"))
}

async fn logout(session: UserSession) {
    session.clear();
}

async fn me(session: UserSession) -> String {
    session.get::<String>("name").unwrap_or_else(|| "nobody".to_owned())
}

async fn keep(session: UserSession) {
    session.set_permanent(true);
}

async fn fill(session: UserSession) -> Result<()> {
    session.set("basket", "x".repeat(5000))
}

async fn inject(session: UserSession) -> Result<()> {
    session.set("name", "a\r\nSet-Cookie: admin=1; Path=/")
}

async fn page(templates: Templates) -> Result<Html> {
    templates.render("page.html", context! {})
}

async fn silent() -> &'static str {
    "static"
}

fn with(config: Config) -> App {
    App::new(config)
        .get("/me", me)
        .get("/page", page)
        .get("/silent", silent)
        .post("/login", login)
        .post("/logout", logout)
        .post("/keep", keep)
        .post("/fill", fill)
        .post("/inject", inject)
        .template(
            "page.html",
            "{{ session.name }}:{{ session._flashes }}\
             {% for category, text in get_flashed_messages(with_categories=true) %}[{{ category }} {{ text }}]{% endfor %}\
             {{ get_flashed_messages(category_filter=['info'])|join(',') }}",
        )
}

fn app(secret: &str) -> App {
    with(Config::new("/nowhere/shop").with("SECRET_KEY", secret))
}

async fn cookie_of(client: &TestClient) -> String {
    let response = client.post("/login").await;
    let cookie = response.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn remembers_and_forgets() {
    let client = app(NEW).test_client();
    assert_eq!(client.get("/me").await.text(), "nobody");
    let response = client.post("/login").await;
    let cookie = response.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{cookie}");
    assert!(!cookie.contains("susan"));
    let read = client.get("/me").await;
    assert_eq!(read.text(), "susan");
    assert_eq!(read.header("vary"), Some("Cookie"));
    assert_eq!(read.header("set-cookie"), None, "nothing changed");
    assert_eq!(client.get("/silent").await.header("vary"), None);
    client.post("/logout").await;
    assert_eq!(client.get("/me").await.text(), "nobody");
}

#[tokio::test]
async fn secure_over_https_and_kept_when_asked() {
    let client = app(NEW).test_client();
    let proxied = client.post("/keep").header("x-forwarded-proto", "https").await;
    let cookie = proxied.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Max-Age=2678400; Secure"), "{cookie}");
    let client = app(NEW).configure("SESSION_COOKIE_SECURE", true).test_client();
    assert!(client.post("/login").await.header("set-cookie").unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn messages_are_shown_once() {
    let client = app(NEW).test_client();
    client.post("/login").await;
    let first = client.get("/page").await.text();
    assert_eq!(first, "susan:[success Hello &amp; welcome][info Read the rules]Read the rules");
    assert_eq!(client.get("/page").await.text(), "susan:");
}

#[tokio::test]
async fn a_cookie_of_anybody_else_is_an_empty_session() {
    let cookie = cookie_of(&app(OLD).test_client()).await;
    let client = app(NEW).test_client();
    let cut = &cookie[..cookie.len() - 4];
    let longer = format!("{cookie}AAAA");
    for bad in [
        cookie.as_str(),
        cut,
        &longer,
        "session=",
        "session=eyJuYW1lIjoic3VzYW4ifQ",
        "session=%00%ff",
        "session",
        ";;=;",
    ] {
        let response = client.get("/me").header("cookie", bad).await;
        assert_eq!((response.status(), response.text().as_str()), (StatusCode::OK, "nobody"), "{bad}");
    }
    let same = app(OLD).test_client().get("/me").header("cookie", &cookie).await;
    assert_eq!(same.text(), "susan");
    let renamed = app(OLD).configure("SESSION_COOKIE_NAME", "other").test_client();
    let other = renamed.get("/me").header("cookie", &cookie.replace("session=", "other=")).await;
    assert_eq!(other.text(), "nobody", "sealed under another name");
}

#[tokio::test]
async fn keys_rotate_and_the_old_one_dies() {
    let old = cookie_of(&app(OLD).test_client()).await;
    let both = app(NEW).configure("SECRET_KEY_FALLBACKS", vec![OLD]).test_client();
    let response = both.get("/me").header("cookie", &old).await;
    assert_eq!(response.text(), "susan");
    let renewed = response.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();

    let after = app(NEW).test_client();
    assert_eq!(after.get("/me").header("cookie", &renewed).await.text(), "susan");
    assert_eq!(after.get("/me").header("cookie", &old).await.text(), "nobody", "replayed after the rotation");
}

#[tokio::test]
async fn expired() {
    let app = app(NEW).configure("SESSION_LIFETIME", 0);
    let cookie = cookie_of(&app.test_client()).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(app.test_client().get("/me").header("cookie", &cookie).await.text(), "nobody");
}

#[tokio::test]
async fn without_a_key_the_error_says_how_to_make_one() {
    for config in [Config::new("/nowhere/shop"), Config::new("/nowhere/shop").with("SECRET_KEY", "hunter2")] {
        let client = with(config.with("DEBUG", true)).test_client();
        assert_eq!(client.get("/silent").await.text(), "static");
        assert_eq!(client.get("/page").await.status(), StatusCode::OK, "an empty session can be read");
        let refused = client.post("/login").await;
        assert_eq!(refused.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(refused.text().contains("SECRET_KEY"), "{}", refused.text());
        assert!(refused.text().contains("openssl rand -hex 32"), "{}", refused.text());
        assert!(!refused.text().contains("hunter2"));
    }
}

#[tokio::test]
async fn too_large_for_a_browser_is_an_error() {
    let client = app(NEW).configure("DEBUG", true).test_client();
    let response = client.post("/fill").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.text().contains("it holds: basket"), "{}", response.text());
    assert_eq!(response.header("set-cookie"), None);
}

#[tokio::test]
async fn values_cannot_become_headers() {
    let client = app(NEW).test_client();
    let response = client.post("/inject").await;
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 1);
    assert!(!response.header("set-cookie").unwrap().contains("admin"));
    assert_eq!(client.get("/me").await.text(), "a\r\nSet-Cookie: admin=1; Path=/");
    let named = app(NEW).configure("SESSION_COOKIE_NAME", "a\r\nx").test_client().post("/login").await;
    assert_eq!(named.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
