//! A request and its session: one for each request, rolled back unless committed.

use rebis::prelude::*;
use rebis_testkit::each_database;

#[derive(Model, Clone, Debug)]
struct Note {
    #[column(primary_key)]
    id: i64,
    #[column(length = 40, unique)]
    text: String,
}

async fn forget(session: Session) -> Result<String> {
    let note = session.add(Note::builder().text("never committed"));
    session.flush().await?;
    Ok(format!("written as {}", note.id))
}

async fn keep(session: Session) -> Result<String> {
    session.add(Note::builder().text("kept"));
    session.commit().await?;
    Ok(String::from("kept"))
}

async fn twice(first: Session, second: Session) -> Result<String> {
    first.add(Note::builder().text("added to the first"));
    let seen = select(Note).filter(Note::text.eq("added to the first")).count(&second).await?;
    Ok(format!("the second sees {seen}"))
}

async fn count(db: Database) -> Result<String> {
    Ok(select(Note).count(&db).await?.to_string())
}

async fn show(session: Session, Path(id): Path<i64>) -> Result<String> {
    Ok(session.get_or_404(Note, id).await?.text.clone())
}

async fn broken(session: Session) -> Result<String> {
    select(Note).filter(Note::text.eq("x")).one(&session).await?;
    Ok(String::new())
}

fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new().models(models![Note]))
        .get("/forget", forget)
        .get("/keep", keep)
        .get("/twice", twice)
        .get("/count", count)
        .get("/notes/{id}", show)
        .get("/broken", broken)
}

each_database! {
    async fn what_is_not_committed_is_rolled_back(test: TestDatabase) {
        let app = create_app(Config::new(".").with("DATABASE_URL", test.url()));
        app.db().unwrap().create_all().await.unwrap();
        let client = app.test_client();
        assert!(client.get("/forget").await.text().starts_with("written as "));
        assert_eq!(client.get("/count").await.text(), "0");
        assert_eq!(client.get("/keep").await.text(), "kept");
        assert_eq!(client.get("/count").await.text(), "1");
        // Refused by the unique constraint: an error page, and the next request is served as if nothing had been.
        assert_eq!(client.get("/keep").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(client.get("/count").await.text(), "1");
    }

    async fn a_request_has_one_session(test: TestDatabase) {
        let app = create_app(Config::new(".").with("DATABASE_URL", test.url()));
        app.db().unwrap().create_all().await.unwrap();
        let client = app.test_client();
        assert_eq!(client.get("/twice").await.text(), "the second sees 1");
        assert_eq!(client.get("/count").await.text(), "0");
    }

    async fn a_row_that_is_not_there_is_a_404_and_a_fault_is_not(test: TestDatabase) {
        let app = create_app(Config::new(".").with("DATABASE_URL", test.url()));
        app.db().unwrap().create_all().await.unwrap();
        let client = app.test_client();
        assert_eq!(client.get("/notes/7").await.status(), StatusCode::NOT_FOUND);
        let page = client.get("/broken").await;
        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!page.text().contains("note"), "nothing of the cause is told: {}", page.text());
    }
}

#[tokio::test]
async fn an_application_without_a_database_says_so_to_its_maker_alone() {
    let app = App::new(Config::new(".")).get("/", forget);
    let visitor = app.test_client().get("/").await;
    assert_eq!(visitor.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!visitor.text().contains("database"), "{}", visitor.text());
    let maker = app.configure("DEBUG", true).test_client().get("/").await;
    assert!(maker.text().contains("this application has no database; give it one with"), "{}", maker.text());
}
