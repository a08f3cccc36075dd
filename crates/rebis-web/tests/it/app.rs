//! Routes, endpoints, extensions, hooks and commands.
//!
//! Invariant: what is wrong with an application is said when it is built.

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use rebis_web::{App, Args, Blueprint, CommandContext, HttpError, Json, Path, Redirect, Result, StatusCode};
use serde_json::{Value, json};

use crate::bare;

async fn index() -> &'static str {
    "index"
}

async fn show(Path(id): Path<i64>) -> Json<Value> {
    Json(json!({ "id": id }))
}

async fn create(Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(body))
}

fn users() -> Blueprint {
    Blueprint::new("users").url_prefix("/users").get("/", index).post("/", create).get("/{id}", show)
}

fn complaint(app: App) -> String {
    app.build().unwrap_err().to_string()
}

#[tokio::test]
async fn routes_have_methods_endpoints_and_urls() {
    let app = bare().get("/", index).get("/index", index).blueprint(users());
    let client = app.test_client();

    assert_eq!(client.get("/").await.text(), "index");
    assert_eq!(client.get("/index").await.text(), "index");
    assert_eq!(client.get("/users/7").await.json::<Value>(), json!({ "id": 7 }));
    let made = client.post("/users/").json(&json!({ "a": 1 })).await;
    assert_eq!((made.status(), made.text()), (StatusCode::CREATED, "{\"a\":1}\n".to_owned()));

    assert_eq!(app.url_for("users.show", [("id", 7)]).unwrap(), "/users/7");
    assert_eq!(app.url_for("index", [("q", "a b")]).unwrap(), "/?q=a+b");
    let error = app.url_for("users.shwo", ()).unwrap_err().to_string();
    assert_eq!(error, "Could not build url for endpoint 'users.shwo'. Did you mean 'users.show' instead?");
    assert!(app.url_for("users.show", ()).unwrap_err().to_string().contains("specify values [\"id\"]"));

    let listed: Vec<String> =
        app.routes().unwrap().iter().map(|r| format!("{} {:?} {}", r.endpoint, r.methods, r.rule)).collect();
    assert_eq!(
        listed,
        [
            "index [GET] /",
            "index [GET] /index",
            "users.index [GET] /users/",
            "users.create [POST] /users/",
            "users.show [GET] /users/{id}"
        ]
    );
    assert_eq!(format!("{app:?}"), "<App 'shop'>");
}

#[tokio::test]
async fn methods_paths_and_slashes_as_in_flask() {
    let client = bare().blueprint(users()).test_client();
    assert_eq!(client.get("/users/abc").await.status(), StatusCode::NOT_FOUND);

    let refused = client.delete("/users/").await;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.header("allow"), Some("GET,HEAD,POST,OPTIONS"));
    let options = client.request(rebis_web::Method::OPTIONS, "/users/").await;
    assert_eq!((options.status(), options.header("allow")), (StatusCode::OK, Some("GET,HEAD,POST,OPTIONS")));
    for (path, status) in [("/users/1", StatusCode::OK), ("/nothing", StatusCode::NOT_FOUND)] {
        let head = client.request(rebis_web::Method::HEAD, path).await;
        assert_eq!((head.status(), head.text()), (status, String::new()));
        // How long the body would be, not that there is none.
        let length = client.get(path).await.bytes().len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()), "{path}");
    }

    let moved = client.get("/users?page=2").await;
    assert_eq!((moved.status().as_u16(), moved.header("location")), (308, Some("/users/?page=2")));
    assert_eq!(client.get("/users/1/").await.status(), StatusCode::NOT_FOUND);
}

#[test]
fn contradictions_are_said_when_the_application_is_built() {
    let twice = complaint(bare().get("/", index).get("/", show));
    assert!(twice.contains("GET / is answered twice: by index and by show"), "{twice}");

    mod other {
        pub(super) async fn index() {}
    }
    let name = complaint(bare().get("/a", index).get("/b", other::index));
    assert!(name.contains("the endpoint index means two things") && name.contains(".endpoint("), "{name}");

    let unnamed = complaint(bare().get("/", || async {}));
    assert!(unnamed.contains("is a closure and has no name"), "{unnamed}");

    let all = complaint(
        bare()
            .get("no-slash", index)
            .get("/old/:id", show)
            .get("/{a}", index)
            .get("/{b}", show)
            .get("/{x", show),
    );
    for part in [
        "must start with /",
        "write the parameter :id as {name}",
        "matches the same requests as /{a}",
        "malformed",
    ] {
        assert!(all.contains(part), "{part} is not in:\n{all}");
    }

    let twins = complaint(bare().blueprint(users()).blueprint(users()));
    assert!(twins.contains("two blueprints are named users"), "{twins}");
    let dot = complaint(bare().blueprint(Blueprint::new("a.b")));
    assert!(dot.contains("no dot"), "{dot}");
    let early = complaint(bare().endpoint("x"));
    assert!(early.contains("there is none yet"), "{early}");
    let mount = complaint(bare().mount("/", axum::Router::new()));
    assert!(mount.contains("cannot be mounted"), "{mount}");
    let clash = complaint(bare().get("/static/{*rest}", index).static_files("static"));
    assert!(clash.contains("/static"), "{clash}");
    let statics = complaint(bare().static_files("static").static_files("other"));
    assert!(
        statics.contains("/static and for ") && statics.contains("/other: /static is one folder"),
        "{statics}"
    );
    let limit = complaint(bare().configure("MAX_CONTENT_LENGTH", "huge"));
    assert!(limit.contains("MAX_CONTENT_LENGTH"), "{limit}");
}

#[tokio::test]
async fn blueprints_nest_and_routers_mount() {
    let inner = Blueprint::new("inner").url_prefix("/inner").get("/x", index);
    let outer = Blueprint::new("outer").url_prefix("/outer").blueprint(inner);
    let api = axum::Router::new().route("/ping", axum::routing::get(|| async { "pong" }));
    let app = bare().blueprint(outer).mount("/api", api);
    assert_eq!(app.url_for("outer.inner.index", ()).unwrap(), "/outer/inner/x");
    let client = app.test_client();
    assert_eq!(client.get("/outer/inner/x").await.text(), "index");
    assert_eq!(client.get("/api/ping").await.text(), "pong");
    assert_eq!(client.get("/api/none").await.status(), StatusCode::NOT_FOUND);
}

#[test]
fn links_for_elsewhere_stand_on_the_setting() {
    let at = |base: &str| bare().blueprint(users()).configure("BASE_URL", base);
    let shop = at("https://shop.example/");
    assert_eq!(shop.external_url_for("users.show", [("id", 7)]).unwrap(), "https://shop.example/users/7");
    let below = at("http://example.org:8080/shop");
    let url = below.external_url_for("users.index", [("q", "a b"), ("_anchor", "top")]).unwrap();
    assert_eq!(url, "http://example.org:8080/shop/users/?q=a+b#top");

    let unset = bare().blueprint(users()).external_url_for("users.index", ()).unwrap_err().to_string();
    assert!(unset.contains("BASE_URL is not set") && unset.contains("https://shop.example"), "{unset}");
    for wrong in [
        "shop.example",
        "/shop",
        "ftp://shop.example",
        "https://",
        "https://a@b.example",
        "https://a.example/?b",
        "",
    ] {
        let all = complaint(at(wrong));
        assert!(all.contains("BASE_URL") && all.contains("such as https://shop.example"), "{wrong}: {all}");
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Service(&'static str);

#[tokio::test]
async fn extensions_reach_handlers_and_two_apps_share_nothing() {
    async fn which(app: App, axum::Extension(service): axum::Extension<Service>) -> String {
        format!("{} {}", service.0, app.get_extension::<Service>().is_some())
    }
    let base = bare().get("/", which);
    let one = base.clone().extension(Service("zero")).extension(Service("one"));
    let two = base.clone().extension(Service("two"));
    assert_eq!(one.test_client().get("/").await.text(), "one true");
    assert_eq!(two.test_client().get("/").await.text(), "two true");
    assert_eq!(base.get_extension::<Service>(), None);
    assert_eq!(base.test_client().get("/").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn hooks_run_around_requests_in_their_order() {
    async fn seen(request: Request) -> String {
        request.headers().get("x-order").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    }
    fn before(letter: &'static str) -> impl Fn(Request) -> std::future::Ready<Result<Request>> + Clone {
        move |mut request| {
            let order = request.headers().get("x-order").map(|v| v.to_str().unwrap()).unwrap_or_default();
            let order = format!("{order}{letter}").parse().unwrap();
            request.headers_mut().insert("x-order", order);
            std::future::ready(Ok(request))
        }
    }
    fn after(letter: &'static str) -> impl Fn(Response) -> std::future::Ready<Response> + Clone {
        move |mut response| {
            let order = response.headers().get("x-order").map(|v| v.to_str().unwrap()).unwrap_or_default();
            let order = format!("{order}{letter}").parse().unwrap();
            response.headers_mut().insert("x-order", order);
            std::future::ready(response)
        }
    }
    let app = bare()
        .get("/", seen)
        .before_request(before("a"))
        .before_request(before("b"))
        .after_request(after("c"))
        .after_request(after("d"));
    let response = app.test_client().get("/").await;
    assert_eq!((response.text(), response.header("x-order")), ("ab".to_owned(), Some("dc")));

    let closed = app.before_request(async |_| Err::<Request, _>(HttpError::forbidden()));
    let response = closed.test_client().get("/").await;
    assert_eq!((response.status(), response.header("x-order")), (StatusCode::FORBIDDEN, Some("dc")));
}

#[tokio::test]
async fn hooks_know_the_route_and_may_exchange_the_body() {
    async fn rule(request: Request) -> Result<Request, String> {
        let rule = request.extensions().get::<MatchedPath>().map(|rule| rule.as_str().to_owned());
        if request.uri().query() == Some("rule") { Err(format!("{rule:?}")) } else { Ok(request) }
    }
    let app = bare().blueprint(users()).before_request(rule);
    let client = app.test_client();
    assert_eq!(client.get("/users/7?rule").await.text(), "Some(\"/users/{id}\")");
    assert_eq!(client.get("/none?rule").await.text(), "None");

    let longer =
        app.after_request(async |response: Response| response.map(|_| "a longer body than before".into()));
    let client = longer.test_client();
    for path in ["/users/", "/none"] {
        let got = client.get(path).await;
        assert_eq!(got.text(), "a longer body than before");
        assert!(got.header("content-length").is_none_or(|length| length == "25"), "{path}");
    }
}

#[tokio::test]
async fn an_application_may_stand_in_another_router() {
    use tower::ServiceExt as _;
    async fn name(app: App, service: Option<axum::Extension<Service>>) -> String {
        format!("{} {:?}", app.name(), service.map(|axum::Extension(service)| service.0))
    }
    async fn rule(rule: MatchedPath) -> String {
        rule.as_str().to_owned()
    }
    let inner = App::new(rebis_web::Config::new("/nowhere/inner"))
        .extension(Service("inner"))
        .blueprint(users())
        .get("/name", name)
        .get("/rule/{of}", rule);
    let outer = axum::Router::new().nest("/shop", inner.clone().into_router().unwrap());
    let ask = async |method: rebis_web::Method, path: &str| {
        let request = Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap();
        let response = outer.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
    };
    assert_eq!(ask(rebis_web::Method::GET, "/shop/users/7").await, (200, "{\"id\":7}\n".to_owned()));
    assert_eq!(ask(rebis_web::Method::HEAD, "/shop/users/7").await, (200, String::new()));
    assert_eq!(ask(rebis_web::Method::GET, "/shop/rule/7").await.1, "/rule/{of}");
    assert_eq!(ask(rebis_web::Method::DELETE, "/shop/users/7").await.0, 405);
    assert!(ask(rebis_web::Method::GET, "/shop/none").await.1.contains("<h1>Not Found</h1>"));
    assert_eq!(ask(rebis_web::Method::GET, "/none").await, (404, String::new()));

    let other =
        bare().extension(Service("outer")).get("/name", name).mount("/in", inner.into_router().unwrap());
    let client = other.test_client();
    assert_eq!(client.get("/in/name").await.text(), "inner Some(\"inner\")");
    assert_eq!(client.get("/name").await.text(), "shop Some(\"outer\")");
    assert_eq!(client.get("/in/users/7").await.text(), "{\"id\":7}\n");
}

#[tokio::test]
async fn args_redirects_cookies_and_forms() {
    async fn search(args: Args) -> String {
        format!("{} {}", args.get_or("page", 1), args.get_or("q", String::new()))
    }
    async fn login(
        app: App,
        rebis_web::FormBody(form): rebis_web::FormBody<Vec<(String, String)>>,
    ) -> Result<Response> {
        use axum::response::IntoResponse as _;
        let cookie = format!("user={}; HttpOnly; Path=/", form[0].1);
        Ok(([("set-cookie", cookie)], app.redirect("me", ())?).into_response())
    }
    async fn me(headers: axum::http::HeaderMap) -> String {
        headers.get("cookie").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    }
    async fn next(args: Args) -> Result<Redirect> {
        Redirect::local(args.get_or("next", "/".to_owned()))
    }
    let client =
        bare().get("/search", search).post("/login", login).get("/me", me).get("/next", next).test_client();

    assert_eq!(client.get("/search?page=x&q=a+b").await.text(), "1 a b");
    assert_eq!(client.get("/search").query(&[("page", "3")]).await.text(), "3 ");
    let sent = client.post("/login").form(&[("name", "susan")]).await;
    assert_eq!((sent.status().as_u16(), sent.header("location")), (303, Some("/me")));
    let followed = client.clone().follow_redirects(true).post("/login").form(&[("name", "john")]).await;
    assert_eq!((followed.status(), followed.text()), (StatusCode::OK, "user=john".to_owned()));
    assert_eq!(client.get("/next?next=/me").await.header("location"), Some("/me"));
    assert_eq!(client.get("/next?next=//evil.example").await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn commands_receive_the_application() {
    async fn greet(context: CommandContext) -> Result<()> {
        let name: &String = context.matches.get_one("name").unwrap();
        match name.as_str() {
            "nobody" => Err(HttpError::internal("nobody to greet")),
            _ => {
                assert_eq!(context.app.name(), "shop");
                Ok(())
            }
        }
    }
    let clap = rebis_web::clap::Command::new("greet").arg(rebis_web::clap::Arg::new("name").required(true));
    let app = bare().command(clap, greet);
    let command = &app.commands()[0];
    let run = async |name: &str| {
        let matches = command.clap().clone().get_matches_from(["greet", name]);
        command.run(CommandContext::new(app.clone(), matches)).await
    };
    assert!(run("susan").await.is_ok());
    let error = run("nobody").await.unwrap_err();
    assert_eq!(error.to_string(), "nobody to greet");
}

#[tokio::test]
async fn every_response_carries_the_headers_of_a_careful_site() {
    async fn own() -> ([(&'static str, &'static str); 1], &'static str) {
        ([("x-frame-options", "DENY")], "own")
    }
    let app = bare().get("/", || async { "hi" }).endpoint("index").get("/own", own);
    let client = app.test_client();
    for path in ["/", "/own", "/nowhere"] {
        let response = client.get(path).await;
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(response.header("referrer-policy"), Some("strict-origin-when-cross-origin"));
        let policy = "base-uri 'self'; frame-ancestors 'self'; object-src 'none'";
        assert_eq!(response.header("content-security-policy"), Some(policy));
        let frames = if path == "/own" { "DENY" } else { "SAMEORIGIN" };
        assert_eq!(response.headers().get_all("x-frame-options").iter().collect::<Vec<_>>(), [frames]);
        assert_eq!(response.header("strict-transport-security"), None);
    }
    let https = client.get("/").header("x-forwarded-proto", "https").await;
    assert_eq!(https.header("strict-transport-security"), Some("max-age=31536000"));

    let own = serde_json::json!({ "content_security_policy": "default-src 'self'", "referrer-policy": "", "X-New": "a" });
    let client = app.clone().configure("SECURITY_HEADERS", own).test_client();
    let response = client.get("/").await;
    assert_eq!(response.header("content-security-policy"), Some("default-src 'self'"));
    assert_eq!((response.header("referrer-policy"), response.header("x-new")), (None, Some("a")));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    let off = app.clone().configure("SECURITY_HEADERS_ENABLED", false).test_client();
    assert_eq!(off.get("/").await.header("x-content-type-options"), None);
    let wrong = app.configure("SECURITY_HEADERS", serde_json::json!({ "x": "a\nb" })).build().unwrap_err();
    assert!(wrong.to_string().contains("SECURITY_HEADERS: the value of x cannot be sent"), "{wrong}");
}

#[tokio::test]
async fn paths_of_any_language_are_found_and_linked_to() {
    let deep = Blueprint::new("api").url_prefix("/é").json_errors().get("/größe/{größe}", show_text);
    let other = axum::Router::new().route("/x", axum::routing::get(index));
    let app = bare().get("/über uns", index).blueprint(deep).mount("/ö", other);
    let client = app.test_client();
    let rules: Vec<&str> = app.routes().unwrap().iter().map(|route| route.rule.as_str()).collect();
    assert_eq!(rules, ["/über uns", "/é/größe/{größe}"], "as they were declared");

    assert_eq!(client.get("/%C3%BCber%20uns").await.text(), "index");
    assert_eq!(client.get("/%C3%A9/gr%C3%B6%C3%9Fe/gro%C3%9F").await.text(), "groß");
    assert_eq!(client.get("/%C3%B6/x").await.text(), "index");
    assert_eq!(app.url_for("index", ()).unwrap(), "/%C3%BCber%20uns");
    let link = app.url_for("api.show_text", [("größe", "groß")]).unwrap();
    assert_eq!(client.get(&link).await.text(), "groß");
    assert_eq!(client.get("/%C3%A9/no").await.header("content-type"), Some("application/json"));
    let twice = complaint(bare().get("/ü", index).get("/%C3%BC", create_again));
    assert!(twice.contains("GET /%C3%BC is answered twice"), "{twice}");
}

async fn show_text(Path(size): Path<String>) -> String {
    size
}

async fn create_again() {}

#[test]
fn a_query_is_no_part_of_a_path() {
    let said = complaint(bare().get("/search?q={q}", index));
    assert!(said.contains("handlers take the query with Args or Query"), "{said}");
}
