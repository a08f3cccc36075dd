//! What stands around the routes of one blueprint, and of no other.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use rebis_web::{App, Blueprint, Config, HttpError, TestClient};

type Admitted = Result<Request, HttpError>;

/// Notes in the request that it came by, in the order in which it did.
fn by(name: &'static str) -> impl Fn(Request) -> std::future::Ready<Admitted> + Clone {
    move |mut request| {
        let way = request.extensions().get::<String>().cloned().unwrap_or_default();
        request.extensions_mut().insert(way + name);
        std::future::ready(Ok(request))
    }
}

/// Notes the same of the response, in a header.
fn back(name: &'static str) -> impl Fn(Response) -> std::future::Ready<Response> {
    move |mut response| {
        let way = response.headers().get("back").map_or("", |way| way.to_str().unwrap()).to_owned();
        response.headers_mut().insert("back", HeaderValue::try_from(way + name).unwrap());
        std::future::ready(response)
    }
}

async fn way(request: Request) -> String {
    request.extensions().get::<String>().cloned().unwrap_or_default()
}

fn client() -> TestClient {
    let layer = |name: &'static str| {
        from_fn(move |request: Request, next: Next| async move {
            let request = by(name)(request).await?;
            Ok::<_, HttpError>(back(name)(next.run(request).await).await)
        })
    };
    let inner = Blueprint::new("inner")
        .url_prefix("/inner")
        .get("/", way)
        .before_request(by("i"))
        .after_request(back("i"))
        .blueprint(Blueprint::new("innermost").get("/most", way).endpoint("most"));
    let locked = Blueprint::new("locked").url_prefix("/locked").get("/", way).before_request(
        |request: Request| async {
            if request.headers().contains_key("x-key") { Ok(request) } else { Err(HttpError::forbidden()) }
        },
    );
    let outer = Blueprint::new("outer")
        .url_prefix("/outer")
        // Registered after the routes or before them: it is the same.
        .before_request(by("o1"))
        .get("/", way)
        .blueprint(inner)
        .before_request(by("o2"))
        .layer(layer("L1"))
        .layer(layer("L2"))
        .after_request(back("o1"))
        .after_request(back("o2"))
        .blueprint(locked);
    App::new(Config::new("."))
        .get("/", way)
        .blueprint(outer)
        .post("/outer/", way)
        .endpoint("post")
        .before_request(by("a"))
        .after_request(back("a"))
        .error_handler(StatusCode::FORBIDDEN, || async { "the application's page" })
        .test_client()
}

#[tokio::test]
async fn hooks_and_layers_of_a_blueprint_are_for_its_routes_alone() {
    let client = client();
    for (path, there, back) in [
        ("/", "a", "a"),
        // Hooks in their order, then layers from the outermost in; the way back is the reverse.
        ("/outer/", "ao1o2L2L1", "L1L2o2o1a"),
        ("/outer/inner/", "ao1o2L2L1i", "iL1L2o2o1a"),
        ("/outer/inner/most", "ao1o2L2L1i", "iL1L2o2o1a"),
    ] {
        let response = client.get(path).await;
        assert_eq!((response.text().as_str(), response.header("back")), (there, Some(back)), "{path}");
    }
    // The same path, by another method and from no blueprint.
    assert_eq!(client.post("/outer/").await.text(), "a");
    // What no route answers is no blueprint's.
    let lost = client.get("/outer/nothing").await;
    assert_eq!((lost.status(), lost.header("back")), (StatusCode::NOT_FOUND, Some("a")));
    let method = client.delete("/outer/inner/").await;
    assert_eq!((method.status(), method.header("back")), (StatusCode::METHOD_NOT_ALLOWED, Some("a")));
}

#[tokio::test]
async fn what_a_hook_refuses_gets_the_page_of_the_application() {
    let client = client();
    let refused = client.get("/outer/locked/").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        (refused.text().as_str(), refused.header("back")),
        ("the application's page", Some("L1L2o2o1a"))
    );
    let admitted = client.get("/outer/locked/").header("x-key", "1").await;
    assert_eq!(admitted.text(), "ao1o2L2L1");
}
