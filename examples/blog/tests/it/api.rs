//! Each endpoint: what the seed shows, and what goes wrong.

use blog::{Post, User};
use rebis::prelude::*;
use rebis_testkit::each_database;
use serde_json::{Value, json};

use super::open;

each_database! {
    async fn users_are_made_and_shown(test: TestDatabase) {
        let (_, client) = open(&test).await;
        let made = client.post("/users").json(&json!({"username": "alice", "email": "alice@example.com"})).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        assert_eq!(made.json::<Value>(), json!({"id": 1, "username": "alice"}));
        assert_eq!(client.get("/users").await.json::<Value>(), json!([{"id": 1, "username": "alice"}]));

        let made = client.post("/posts").json(&json!({"title": "Hello", "content": "World", "user_id": 1})).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        assert_eq!(made.json::<Value>(), json!({"id": 1, "title": "Hello"}));
        assert_eq!(
            client.get("/users/1").await.json::<Value>(),
            json!({"id": 1, "username": "alice", "posts": [{"id": 1, "title": "Hello"}]})
        );
        assert_eq!(client.get("/posts").await.json::<Value>(), json!([{"id": 1, "title": "Hello", "author": "alice"}]));
    }

    async fn what_cannot_be_is_refused(test: TestDatabase) {
        let (_, client) = open(&test).await;
        let alice = json!({"username": "alice", "email": "alice@example.com"});
        client.post("/users").json(&alice).await;
        assert_eq!(client.post("/users").json(&alice).await.status(), StatusCode::CONFLICT);
        assert_eq!(client.post("/users").json(&json!({"username": "bob"})).await.status(), 422);
        assert_eq!(client.post("/users").header("content-type", "application/json").body("{").await.status(), 400);
        assert_eq!(client.get("/users/7").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(client.get("/users/alice").await.status(), StatusCode::NOT_FOUND);
        let homeless = client.post("/posts").json(&json!({"title": "x", "content": "y", "user_id": 7})).await;
        assert_eq!(homeless.status(), 422);
        assert!(homeless.text().contains("no user"), "{}", homeless.text());
        // What failed is gone with its request.
        assert_eq!(client.get("/posts").await.json::<Value>(), json!([]));
    }

    async fn users_change_and_go_with_their_posts(test: TestDatabase) {
        let (db, client) = open(&test).await;
        client.post("/users").json(&json!({"username": "alice", "email": "a@example.com"})).await;
        client.post("/users").json(&json!({"username": "bob", "email": "b@example.com"})).await;
        client.post("/posts").json(&json!({"title": "x", "content": "y", "user_id": 1})).await;

        let statements = db.record().unwrap();
        let changed = client.patch("/users/1").json(&json!({"email": "new@example.com"})).await;
        assert_eq!(changed.json::<Value>(), json!({"id": 1, "username": "alice"}));
        let updates = statements.take().into_iter().filter(|s| s.starts_with("UPDATE")).collect::<Vec<_>>();
        assert_eq!(updates.len(), 1, "{updates:?}");
        assert!(updates[0].contains("email") && !updates[0].contains("username"), "{updates:?}");
        assert_eq!(client.patch("/users/1").json(&json!({"username": "bob"})).await.status(), StatusCode::CONFLICT);

        assert_eq!(client.delete("/users/1").await.status(), StatusCode::NO_CONTENT);
        assert_eq!(select(User::username).all(&db).await.unwrap(), ["bob"]);
        assert_eq!(select(Post).count(&db).await.unwrap(), 0);
    }

    async fn pages_tell_of_each_other(test: TestDatabase) {
        let (db, client) = open(&test).await;
        let session = db.session();
        session.add_all((1..=95).map(|i| User::builder().username(format!("u{i}")).email(format!("u{i}@example.com"))));
        session.commit().await.unwrap();

        let page = client.get("/users?page=5").await.json::<Value>();
        assert_eq!(page["users"].as_array().unwrap().len(), 10);
        assert_eq!(page["users"][0]["username"], "u41");
        assert_eq!((&page["total"], &page["pages"], &page["current_page"]), (&json!(95), &json!(10), &json!(5)));
        assert_eq!((&page["prev_num"], &page["next_num"]), (&json!(4), &json!(6)));
        let last = client.get("/users?page=10").await.json::<Value>();
        assert_eq!(last["users"].as_array().unwrap().len(), 5);
        assert_eq!((&last["has_next"], &last["next_num"]), (&json!(false), &Value::Null));
        assert_eq!(last["iter_pages"], json!([1, 2, null, 8, 9, 10]));
        // Past the end there is nothing, and a page that is no number is none.
        assert_eq!(client.get("/users?page=11").await.json::<Value>()["users"], json!([]));
        assert_eq!(client.get("/users?page=x").await.json::<Value>().as_array().unwrap().len(), 95);
    }

    async fn names_are_searched(test: TestDatabase) {
        let (db, client) = open(&test).await;
        let session = db.session();
        for name in ["alice", "malik", "bob"] {
            session.add(User::builder().username(name).email(format!("{name}@example.com")));
        }
        session.commit().await.unwrap();
        assert_eq!(client.get("/search?q=ali").await.json::<Value>(), json!(["alice", "malik"]));
        assert_eq!(client.get("/search").await.json::<Value>(), json!(["alice", "bob", "malik"]));
        assert_eq!(client.get("/search?q='%20OR%201=1").await.json::<Value>(), json!([]));
    }

    async fn students_take_courses(test: TestDatabase) {
        let (_, client) = open(&test).await;
        client.post("/students").json(&json!({"name": "Alice"})).await;
        client.post("/students").json(&json!({"name": "Bob"})).await;
        client.post("/students/1/courses").json(&json!({"name": "Math"})).await;
        let alice = client.post("/students/1/courses").json(&json!({"name": "Physics"})).await;
        assert_eq!(alice.json::<Value>(), json!({"id": 1, "name": "Alice", "courses": ["Math", "Physics"]}));
        client.post("/students/2/courses").json(&json!({"name": "Math"})).await;
        assert_eq!(
            client.get("/courses/1").await.json::<Value>(),
            json!({"id": 1, "name": "Math", "students": ["Alice", "Bob"]})
        );
        assert_eq!(client.get("/students/2").await.json::<Value>()["courses"], json!(["Math"]));
        assert_eq!(client.get("/courses/2").await.json::<Value>()["students"], json!(["Alice"]));
    }
}
