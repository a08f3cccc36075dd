//! The debug bar with a database: which queries a request made, with their values, without secrets; loops are said.

use rebis::prelude::*;
use rebis_testkit::each_database;

#[derive(Model, Clone, Debug)]
#[model(table = "noted_member")]
struct Member {
    #[column(primary_key)]
    id: i64,
    #[column(length = 40, unique)]
    name: String,
    #[column(length = 80)]
    password_hash: String,
    #[column(length = 40, secret)]
    pin: String,
    #[relation(back_populates = member)]
    letters: HasMany<Letter>,
}

#[derive(Model, Clone, Debug)]
#[model(table = "noted_letter")]
struct Letter {
    #[column(primary_key)]
    id: i64,
    #[column(index, foreign_key = Member::id)]
    member_id: i64,
    #[relation(key = member_id, back_populates = letters)]
    member: BelongsTo<Member>,
}

// Error pages show the lines around a place, so the secrets are written down here, away from it.
const HASH: &str = "h4shed";
const PIN: &str = "s3cret pin";

async fn join(session: Session) -> Result<Html> {
    session.add(Member::builder().name("susan").password_hash(HASH).pin(PIN));
    session.commit().await?;
    let known = select(Member).filter(Member::name.eq("susan") & Member::pin.eq(PIN)).count(&session).await?;
    Ok(Html(format!("<!doctype html><body>{known} members</body>")))
}

async fn twice(session: Session) -> Result<Html> {
    session.add(Member::builder().name("susan").password_hash(HASH).pin(PIN));
    session.commit().await?;
    Ok(Html::default())
}

async fn one_by_one(session: Session) -> Result<Html> {
    session.fetch(FetchMode::One);
    for member in select(Member).all(&session).await? {
        member.letters.all().await?;
    }
    Ok(Html::from("<!doctype html><body></body>"))
}

fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new().models(models![Member, Letter]))
        .get("/join", join)
        .get("/twice", twice)
        .get("/loop", one_by_one)
}

async fn open(test: &rebis_testkit::TestDatabase, debug: bool) -> App {
    let config = Config::new(".").with("DATABASE_URL", test.url()).with("DEBUG", debug);
    let app = create_app(config);
    app.db().unwrap().create_all().await.unwrap();
    app
}

each_database! {
    async fn the_bar_has_the_queries_of_the_request(test: TestDatabase) {
        let app = open(&test, true).await;
        let client = app.test_client();
        let text = client.get("/join").await.text();
        assert!(text.starts_with("<!doctype html><body>1 members<rebis-debug-bar>"), "{text}");
        assert!(text.contains("2 queries") && text.contains("INSERT INTO"), "{text}");
        assert!(text.contains("susan") && text.contains("***"), "{text}");
        for secret in [HASH, PIN] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        // Whoever asks outside a request is in no bar.
        select(Member).all(&app.db().unwrap()).await.unwrap();
        let other = client.get("/__rebis/requests").await.text();
        assert_eq!(other.matches("/join").count(), 1, "{other}");
    }

    async fn the_error_page_has_the_query_that_failed(test: TestDatabase) {
        let client = open(&test, true).await.test_client();
        client.get("/join").await;
        let page = client.get("/twice").header("accept", "text/html").await;
        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let text = page.text();
        assert!(text.contains("class=\"failed\"") && text.contains("tests/it/debug.rs:"), "{text}");
        assert!(!text.contains(HASH) && !text.contains(PIN), "{text}");
        let json: serde_json::Value = client.get("/twice").header("accept", "application/json").await.json();
        assert!(json["debug"]["queries"][0]["error"].is_string(), "{json}");
    }

    async fn a_loop_over_a_relation_is_said_with_its_remedy(test: TestDatabase) {
        let app = open(&test, true).await;
        let session = app.db().unwrap().session();
        for number in 0..25 {
            session.add(Member::builder().name(format!("m{number}")).password_hash("").pin(""));
        }
        session.commit().await.unwrap();
        let text = app.test_client().get("/loop").await.text();
        assert!(text.contains("26 queries") && text.contains("The same statement ran 25 times"), "{text}");
        assert!(text.contains("select(Member).with(Member::letters)"), "{text}");
    }

    async fn outside_debug_mode_nobody_listens(test: TestDatabase) {
        let client = open(&test, false).await.test_client();
        assert_eq!(client.get("/join").await.text(), "<!doctype html><body>1 members</body>");
        assert_eq!(client.get("/__rebis/requests").await.status(), StatusCode::NOT_FOUND);
    }
}
