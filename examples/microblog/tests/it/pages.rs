//! Pages and JSON, each test with an application and a database of its own.

use microblog::{Post, User, create_app};
use rebis::prelude::*;
use rebis::web::TestClient;
use rebis_testkit::each_database;

async fn open(test: &rebis_testkit::TestDatabase) -> TestClient {
    let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
    let db = app.db().unwrap();
    db.create_all().await.unwrap();
    let session = db.session();
    let john = session.add(User::builder().username("john").email("john@example.com"));
    session.add(User::builder().username("susan").email("susan@example.com"));
    session.add(Post::builder().body("my first post!").author(&john));
    session.commit().await.unwrap();
    app.test_client()
}

each_database! {
    async fn the_front_page_shows_posts_and_authors(test: TestDatabase) {
        let page = open(&test).await.get("/").await;
        assert_eq!(page.status(), StatusCode::OK);
        let text = page.text();
        assert!(text.contains("my first post!") && text.contains("href=\"/user/john\""), "{text}");
    }

    async fn somebodys_page_or_a_404(test: TestDatabase) {
        let client = open(&test).await;
        assert!(client.get("/user/susan").await.text().contains("susan has not written anything yet"));
        assert!(client.get("/user/john").await.text().contains("my first post!"));
        assert_eq!(client.get("/user/nobody").await.status(), StatusCode::NOT_FOUND);
    }

    async fn a_user_is_made_once(test: TestDatabase) {
        let client = open(&test).await;
        let new = serde_json::json!({ "username": "ada", "email": "ada@example.com" });
        let made = client.post("/api/users").json(&new).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        assert_eq!(made.json::<serde_json::Value>()["username"], "ada");
        // Refused by the unique index, and nothing of it is left.
        assert_eq!(client.post("/api/users").json(&new).await.status(), StatusCode::CONFLICT);

        let shown = client.get("/api/users/1").await.json::<serde_json::Value>();
        assert_eq!(shown, serde_json::json!({ "id": 1, "username": "john", "posts": ["my first post!"] }));
        assert_eq!(client.get("/api/users/99").await.status(), StatusCode::NOT_FOUND);
    }
}
