//! `#[rebis::test]`: an application and a database for each test, on every database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use rebis::engine::{DatabaseUrl, Server};
use rebis::migrate::{Script, revision};
use rebis::orm::Addable;
use rebis::prelude::*;
use rebis::testing::{Fixture, Settings, TestApp, TestClient, run, sequence};
use rebis_testkit::Backend;

#[derive(Model, Clone, Debug)]
#[model(table = "testing_member")]
struct Member {
    #[column(primary_key)]
    id: i64,
    #[column(length = 40, unique)]
    name: String,
}

#[derive(Model, Clone, Debug)]
#[model(table = "testing_trace", bind = "testing_audit")]
struct Trace {
    #[column(primary_key)]
    id: i64,
    text: String,
}

/// What the models say, and a row that only the migrations write.
const MIGRATIONS: &[Script] = &[Script {
    revision: revision("aaaa5555"),
    file: "aaaa5555_members.rs",
    source: "//! members",
    program: "tests 1",
    upgrade: |op| {
        use rebis::migrate::prelude::*;
        op.create_table("testing_member", |t| {
            t.column("id", BigInteger).primary_key();
            t.column("name", String(40)).not_null();
            t.unique(["name"]);
        });
        op.execute("INSERT INTO testing_member (name) VALUES ('founder')");
    },
    downgrade: |op| op.drop_table("testing_member"),
}];

fn create_app(config: Config) -> App {
    App::new(config)
        .database(Database::new().models(models![Member]))
        .migrations(MIGRATIONS)
        .bind("testing_audit", Database::new(), &[])
        .get("/members", members)
        .post("/members", join)
        .get("/me", me)
}

async fn members(db: Database) -> Result<Json<Vec<String>>> {
    Ok(Json(select(Member::name).order_by(Member::id).all(&db).await?))
}

#[derive(Form)]
struct Join {
    name: String,
}

async fn join(session: Session, mut form: Form<Join>) -> Result<StatusCode> {
    let member = form.validated().ok_or_else(|| HttpError::bad_request("who?"))?;
    session.add(Member::builder().name(member.name));
    session.commit().await?;
    Ok(StatusCode::CREATED)
}

async fn me(user: UserSession) -> Result<String> {
    user.get("name").ok_or_else(HttpError::unauthorized)
}

fn member() -> impl Addable<Model = Member> {
    Member::builder().name(format!("member{}", sequence("member")))
}

#[rebis::test(create_app)]
async fn migrations_make_the_tables(app: TestApp) -> Result<()> {
    app.client().get("/members").await.assert_ok().assert_contains(r#"["founder"]"#);
    assert!(app.app().is_at_head().await?);
    assert!(app.app().config().get::<bool>("TESTING")?);
    // The other database has no migrations: its models are what there is.
    let audit = app.app().db_of("testing_audit")?.session();
    audit.add(Trace::builder().text("seen"));
    audit.commit().await?;
    Ok(())
}

#[rebis::test(create_app, create_all)]
async fn models_make_the_tables(db: Database) -> Result<()> {
    assert_eq!(select(Member).count(&db).await?, 0);
    Ok(())
}

#[rebis::test(create_app)]
async fn one_test_writes(client: TestClient, session: Session) -> Result<()> {
    client.post("/members").form(&[("name", "susan")]).await.assert_status(201);
    assert_eq!(select(Member).filter(Member::name.eq("susan")).count(&session).await?, 1);
    Ok(())
}

#[rebis::test(create_app)]
async fn another_test_writes_the_same(client: TestClient) {
    assert_eq!(client.get("/members").await.json::<Vec<String>>(), ["founder"]);
    client.post("/members").form(&[("name", "susan")]).await.assert_status(201);
    let again = client.post("/members").form(&[("name", "susan")]).await;
    let cause = again.assert_status(500).error().unwrap();
    assert!(cause.downcast_ref::<rebis::orm::Error>().unwrap().is_unique_violation());
}

#[rebis::test(create_app)]
async fn factories_count_from_one(app: TestApp) -> Result<()> {
    let all = app.add_all((0..3).map(|_| member())).await?;
    assert_eq!(all[2].name, "member3");
    let (page, statements) = app.statements(app.client().get("/members")).await;
    page.assert_contains("member1");
    assert_eq!(statements.len(), 1, "{statements:?}");
    app.assert_statements(1, app.client().get("/members")).await.assert_contains("member3");
    Ok(())
}

#[rebis::test(create_app)]
#[should_panic(expected = "expected 0 statements, there were 1\n   1. SELECT")]
async fn too_many_statements_are_listed(app: TestApp) {
    app.assert_statements(0, app.client().get("/members")).await;
}

#[rebis::test(create_app)]
#[should_panic(expected = "expected \"nobody\" in the body\nGET /members gave 200 OK")]
async fn an_assertion_says_what_came(client: TestClient) {
    client.get("/members").await.assert_contains("nobody");
}

struct LoggedIn(TestClient);

impl Fixture for LoggedIn {
    async fn set_up(app: &TestApp) -> Result<Self> {
        let client = app.client();
        client.with_session(|session| session.set("name", "susan"))?;
        Ok(LoggedIn(client))
    }
}

#[rebis::test(create_app)]
async fn fixtures_are_asked_for_by_type(somebody: LoggedIn, nobody: TestClient) {
    somebody.0.get("/me").await.assert_ok().assert_contains("susan");
    nobody.get("/me").await.assert_status(401);
}

struct Broken;

impl Fixture for Broken {
    async fn set_up(_: &TestApp) -> Result<Self> {
        Err(HttpError::conflict("there is no more room"))
    }
}

#[rebis::test(create_app)]
#[should_panic(expected = "Broken could not be made: 409 Conflict: there is no more room")]
async fn a_fixture_that_fails_is_named(_broken: Broken) {}

#[rebis::test]
async fn a_plain_test_has_a_runtime() {
    tokio_is_there().await;
}

async fn tokio_is_there() {
    let answer = rebis::web::axum::body::to_bytes("here".into(), 10).await.unwrap();
    assert_eq!(answer, "here");
}

fn own_choice(config: Config) -> App {
    App::new(config).database(Database::connect("sqlite://").unwrap().models(models![Member]))
}

#[rebis::test(own_choice)]
#[should_panic(expected = "a database of its own choice")]
async fn a_database_that_tests_may_not_touch_is_refused(_app: TestApp) {}

/// A package whose configuration names the server, as a user's would.
fn package(backend: Backend) -> Option<(tempfile::TempDir, Settings, Option<Server>)> {
    let url = backend.server()?;
    let folder = tempfile::tempdir().unwrap();
    let said = "DATABASE_URL = \"sqlite:////nowhere/at/all.db\"\nDATABASE_URL_TESTING_AUDIT = \"sqlite:////nowhere/audit.db\"\n";
    std::fs::write(folder.path().join("config.toml"), said).unwrap();
    std::fs::write(folder.path().join("config.test.toml"), format!("TEST_DATABASE_URL = {url:?}\n")).unwrap();
    let root: &'static str = folder.path().to_str().unwrap().to_owned().leak();
    let server = DatabaseUrl::parse(&url).ok().and_then(|url| Server::of(&url).ok());
    Some((folder, Settings { root, package: "tests", create_all: false }, server))
}

/// Two tests after one another, one of which fails; then nothing is left of either.
fn on(backend: Backend) {
    let Some((_folder, settings, server)) = package(backend) else { return };
    let used = Mutex::new(Vec::new());
    for fails in [false, true] {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            run(settings, Some(create_app), async |app: TestApp| {
                let url = app.db().engine().unwrap().url().clone();
                used.lock().unwrap().push(url);
                assert_eq!(app.client().get("/members").await.json::<Vec<String>>(), ["founder"]);
                let session = app.session();
                session.add(Member::builder().name("susan"));
                session.commit().await.unwrap();
                // Fails with a transaction open.
                session.add(Member::builder().name("john"));
                session.flush().await.unwrap();
                assert!(!fails, "on purpose");
            });
        }));
        assert_eq!(outcome.is_err(), fails, "{:?}", used.lock().unwrap());
    }
    let used = used.into_inner().unwrap();
    assert_eq!(used.len(), 2);
    assert_ne!(used[0], used[1]);
    for url in used {
        match (url.file(), &server) {
            (Some(file), _) => assert!(!file.exists() && file.parent().is_some_and(|p| !p.exists())),
            (None, Some(server)) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let there = runtime.block_on(server.databases()).unwrap();
                assert!(!there.iter().any(|name| name == url.database()), "{url} is left behind");
            }
            _ => panic!("{url}"),
        }
    }
}

#[test]
fn sqlite() {
    on(Backend::Sqlite);
}

#[test]
fn postgres() {
    on(Backend::Postgres);
}

#[test]
fn mysql() {
    on(Backend::MySql);
}
