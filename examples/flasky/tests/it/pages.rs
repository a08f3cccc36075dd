//! The name form, as visitors use and misuse it; the error pages; the schema.

use flasky::User;
use rebis::prelude::*;
use rebis_testkit::each_database;

use super::open;

const CHANGED: &str = "Looks like you have changed your name!";

each_database! {
    async fn a_visitor_gives_a_name(test: TestDatabase) {
        let app = open(&test).await;
        let client = app.test_client();
        let first = client.get("/").await.text();
        assert!(first.contains("Hello, Stranger!") && first.contains("Pleased to meet you!"), "{first}");
        assert!(first.contains("What is your name?") && first.contains("name=\"csrf_token\""), "{first}");

        // POST, redirect, GET: a reload sends nothing again.
        let sent = client.post("/").form(&[("name", "Dave")]).await;
        assert_eq!((sent.status(), sent.header("location")), (StatusCode::SEE_OTHER, Some("/")));
        let second = client.get("/").await.text();
        assert!(second.contains("Hello, Dave!") && second.contains("Pleased to meet you!"), "{second}");
        assert!(!second.contains(CHANGED), "{second}");
        assert_eq!(select(User::username).all(&app.db().unwrap()).await.unwrap(), ["Dave"]);

        client.post("/").form(&[("name", "Dave")]).await;
        let third = client.get("/").await.text();
        assert!(third.contains("Hello, Dave!") && third.contains("Happy to see you again!"), "{third}");
        assert_eq!(select(User).count(&app.db().unwrap()).await.unwrap(), 1);

        // Another browser is another visitor.
        assert!(app.test_client().get("/").await.text().contains("Hello, Stranger!"));
    }

    async fn a_changed_name_is_said_once(test: TestDatabase) {
        let client = open(&test).await.test_client();
        client.post("/").form(&[("name", "Dave")]).await;
        client.post("/").form(&[("name", "David")]).await;
        let page = client.get("/").await.text();
        assert!(page.contains(CHANGED) && page.contains("Hello, David!"), "{page}");
        assert!(!client.get("/").await.text().contains(CHANGED));
    }

    async fn what_is_no_name_is_shown_again(test: TestDatabase) {
        let app = open(&test).await;
        let client = app.test_client();
        let empty = client.post("/").form(&[("name", "")]).await;
        assert_eq!(empty.status(), StatusCode::OK);
        assert!(empty.text().contains("This field is required."), "{}", empty.text());
        let long = "x".repeat(65);
        let page = client.post("/").form(&[("name", &long)]).await.text();
        assert!(page.contains("is-invalid") && page.contains(&long), "what was sent is kept: {page}");
        assert_eq!(select(User).count(&app.db().unwrap()).await.unwrap(), 0);
        let hostile = client.post("/").form(&[("name", "<b>x</b>")]).await;
        assert_eq!(hostile.status(), StatusCode::SEE_OTHER);
        let page = client.get("/").await.text();
        assert!(page.contains("&lt;b&gt;x") && !page.contains("<b>x"), "{page}");
    }

    async fn a_form_of_another_site_is_refused(test: TestDatabase) {
        let app = open(&test).await;
        let client = app.test_client();
        client.get("/").await;
        assert_eq!(client.post("/").form(&[("name", "Eve")]).without_csrf().await.status(), StatusCode::FORBIDDEN);
        let from_elsewhere = client.post("/").header("origin", "https://evil.example").form(&[("name", "Eve")]).await;
        assert!(from_elsewhere.status().is_client_error(), "{}", from_elsewhere.status());
        assert_eq!(select(User).count(&app.db().unwrap()).await.unwrap(), 0);
    }

    async fn pages_for_what_goes_wrong(test: TestDatabase) {
        async fn boom() -> Result<Html> {
            Err(HttpError::internal("the reason, for the log alone"))
        }
        let client = open(&test).await.get("/boom", boom).test_client();
        let lost = client.get("/nowhere").await;
        assert_eq!(lost.status(), StatusCode::NOT_FOUND);
        assert!(lost.text().contains("Flasky - Page Not Found"), "{}", lost.text());
        let failed = client.get("/boom").await;
        assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(failed.text().contains("<h1>Internal Server Error</h1>"), "{}", failed.text());
        assert!(!failed.text().contains("the reason"), "{}", failed.text());
        assert!(client.get("/user/dave").await.text().contains("Hello, dave!"));
    }

    async fn users_are_shown_with_their_roles(test: TestDatabase) {
        let app = open(&test).await;
        let db = app.db().unwrap();
        flasky::insert_rows(&db.session()).await.unwrap();
        let client = app.test_client();
        client.post("/").form(&[("name", "Dave")]).await;
        let statements = db.record().unwrap();
        let page = client.get("/users").await.text();
        assert_eq!(statements.len(), 3, "a count, users, roles: {:?}", statements.take());
        assert!(page.contains("<td>john</td><td>Admin</td>"), "{page}");
        assert!(page.contains("<td>Dave</td><td>–</td>"), "{page}");
        assert!(!page.contains("class=\"pagination\""), "one page needs no links: {page}");

        let session = db.session();
        session.add_all((10..30).map(|n| User::builder().username(format!("user{n}"))));
        session.commit().await.unwrap();
        let second = client.get("/users?page=2").await.text();
        assert_eq!(second.matches("<tr><td>").count(), 10, "{second}");
        for part in ["aria-current=\"page\" href=\"/users?page=2\">2</a>", "rel=\"prev\" href=\"/users?page=1\"", "href=\"/users?page=3\">3</a>"] {
            assert!(second.contains(part), "{part}: {second}");
        }
        for odd in ["0", "-1", "x", "99999999999999999999999"] {
            let status = client.get(&format!("/users?page={odd}")).await.status();
            assert!(!status.is_server_error(), "{odd}: {status}");
        }
    }

    async fn the_migrations_lead_to_the_models_and_back(test: TestDatabase) {
        let migrator = open(&test).await.migrator().unwrap();
        assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
        migrator.downgrade("base").await.unwrap();
        migrator.upgrade("head").await.unwrap();
        assert!(migrator.check().await.unwrap().is_clean());
    }
}
