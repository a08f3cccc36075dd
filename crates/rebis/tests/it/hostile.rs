//! SQL in everything that a request can bring: path, query, JSON, form, session, and the data browser's addresses.
//!
//! **Invariant.** Such text is a value: it finds what is called so, is kept as it was sent, and changes nothing else.

use rebis::prelude::*;
use rebis::web::Args;
use rebis_testkit::each_database;

const HOSTILE: [&str; 14] = [
    "' OR '1'='1",
    "'; DROP TABLE hostile_note; --",
    "\" OR \"\"=\"",
    "\\'; DELETE FROM hostile_note; --",
    "\\",
    "x' UNION SELECT id, text, text FROM hostile_note --",
    "`; DROP TABLE hostile_note; #",
    "$1 ? :text {} %s ?1",
    "/* */ -- #",
    "%' OR 1=1 --",
    "%_\\%",
    "\u{2019} OR 1=1",
    "0x27 OR 1=1",
    "a\r\nb",
];

#[derive(Model, Clone, Debug, Serialize)]
#[model(table = "hostile_note")]
struct Note {
    #[column(primary_key)]
    id: i64,
    #[column(length = 120)]
    text: String,
}

#[derive(Form, Deserialize)]
struct NoteForm {
    text: String,
}

async fn by_path(session: Session, Path(text): Path<String>) -> Result<Json<Vec<Entity<Note>>>> {
    Ok(Json(select(Note).filter(Note::text.eq(text)).all(&session).await?))
}

async fn by_query(session: Session, args: Args) -> Result<String> {
    let text: String = args.get_or("q", String::new());
    let found = [
        select(Note).filter(Note::text.eq(text.as_str())).count(&session).await?,
        select(Note).filter(Note::text.contains(text.as_str())).count(&session).await?,
        select(Note).filter(Note::text.in_([text.clone(), text.clone()])).count(&session).await?,
    ];
    let by_hand: Vec<(i64,)> = session
        .fetch_all(sql("SELECT count(*) FROM hostile_note WHERE text = {}").bind(text.as_str()))
        .await?;
    Ok(format!("{found:?} {by_hand:?}"))
}

async fn limited(session: Session, args: Args) -> Result<String> {
    let limit = args.get_or("limit", 1_u64);
    Ok(select(Note).order_by(Note::id).limit(limit).all(&session).await?.len().to_string())
}

async fn add(session: Session, text: String) -> Result<String> {
    let note = session.add(Note::builder().text(text));
    session.commit().await?;
    session.expire_all();
    Ok(session.get_or_404(Note, note.id).await?.text.clone())
}

async fn by_json(session: Session, Json(new): Json<NoteForm>) -> Result<String> {
    add(session, new.text).await
}

async fn by_form(session: Session, visitor: UserSession, mut form: Form<NoteForm>) -> Result<String> {
    let Some(new) = form.validated() else { return Ok(format!("{form:?}")) };
    visitor.set("text", &new.text)?;
    add(session, new.text).await
}

async fn by_session(session: Session, visitor: UserSession) -> Result<String> {
    let text = visitor.get::<String>("text").unwrap_or_default();
    Ok(select(Note).filter(Note::text.eq(text)).count(&session).await?.to_string())
}

async fn rename(db: Database, args: Args) -> Result<String> {
    let text: String = args.get_or("q", String::new());
    let changed =
        update(Note).filter(Note::text.eq(text.as_str())).set(Note::text, text).execute(&db).await?;
    Ok(changed.to_string())
}

async fn open(test: &rebis_testkit::TestDatabase, debug: bool) -> (App, Database) {
    let config = Config::new(".")
        .with("DATABASE_URL", test.url())
        .with("SECRET_KEY", "only for these tests, and 32 bytes long")
        .with("DEBUG", debug);
    let app = App::new(config)
        .database(Database::new().models(models![Note]))
        .get("/path/{text}", by_path)
        .get("/query", by_query)
        .get("/limit", limited)
        .get("/rename", rename)
        .get("/session", by_session)
        .post("/json", by_json)
        .post("/form", by_form);
    let db = app.db().unwrap();
    db.create_all().await.unwrap();
    let session = db.session();
    session.add_all(["one", "two", "three"].map(|text| Note::builder().text(text)));
    session.commit().await.unwrap();
    (app, db)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

each_database! {
    async fn what_is_sent_is_a_value(test: TestDatabase) {
        let (app, db) = open(&test, false).await;
        let client = app.test_client();
        for (number, text) in HOSTILE.iter().enumerate() {
            let found = client.get(&format!("/path/{}", encoded(text))).await;
            assert_eq!((found.status().as_u16(), found.text().trim()), (200, "[]"), "{text:?}");
            let found = client.get("/query").query(&[("q", *text)]).await.text();
            assert!(found.starts_with("[0, ") && found.contains(", 0] [(0,)]"), "{text:?}: {found}");
            let limit = client.get("/limit").query(&[("limit", *text)]).await;
            assert_eq!(limit.text(), "1", "what is no number is the default: {text:?}");
            assert_eq!(client.get("/rename").query(&[("q", *text)]).await.text(), "0", "{text:?}");

            // It is kept as it was sent, and found by its own name alone.
            let new = serde_json::json!({ "text": text });
            assert_eq!(client.post("/json").json(&new).await.text(), *text);
            let kept = client.post("/form").form(&[("text", *text)]).await.text();
            assert_eq!(kept, text.replace("\r\n", "\n"));
            let mine = if text.contains('\r') { "1" } else { "2" };
            assert_eq!(client.get("/session").await.text(), mine, "{text:?}");
            assert_eq!(client.get("/rename").query(&[("q", *text)]).await.text(), mine, "{text:?}");
            assert_eq!(select(Note).count(&db).await.unwrap(), 3 + 2 * (number as u64 + 1), "{text:?}");
        }
        let texts = select(Note::text).order_by(Note::id).limit(3).all(&db).await.unwrap();
        assert_eq!(texts, ["one", "two", "three"]);
    }

    async fn a_form_refuses_the_character_that_no_text_has(test: TestDatabase) {
        let (app, db) = open(&test, false).await;
        let form = app.test_client().post("/form").form(&[("text", "a\0b")]).await.text();
        assert!(form.contains("Not a valid value."), "{form}");
        assert_eq!(select(Note).count(&db).await.unwrap(), 3);
    }

    async fn a_character_that_the_database_has_not_is_the_client_s_matter(test: TestDatabase) {
        let (app, db) = open(&test, false).await;
        let client = app.test_client();
        let has_not = db.engine().unwrap().dialect() == rebis::Dialect::Postgres;
        let expected = if has_not { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let new = serde_json::json!({ "text": "a\0b" });
        for answer in [
            client.get("/path/a%00b").await,
            client.get("/query?q=a%00b").await,
            client.get("/rename?q=a%00b").await,
            client.post("/json").json(&new).await,
        ] {
            assert_eq!(answer.status(), expected, "{}", answer.text());
            assert_eq!(answer.text().contains("such as U+0000"), has_not, "{}", answer.text());
        }
        assert_eq!(select(Note).count(&db).await.unwrap(), if has_not { 3 } else { 4 });
    }

    async fn the_data_browser_takes_names_and_values_as_such(test: TestDatabase) {
        let (app, db) = open(&test, true).await;
        let client = app.test_client();
        const NOTES: &str = "/__rebis/data/t/hostile_note/";
        for text in HOSTILE {
            for (parameter, more) in
                [("c", "&v=1"), ("v", "&c=text&o=eq"), ("v", "&c=text&o=contains"), ("v", "&c=id&o=lt"), ("o", "&c=text&v=x"), ("sort", ""), ("page", ""), ("per_page", ""), ("key", "&of=hostile_note&rel=x"), ("saved", "")]
            {
                let path = format!("{NOTES}?{parameter}={}{more}", encoded(text));
                let answer = client.get(&path).await;
                assert!(!answer.status().is_server_error(), "{path}: {}", answer.text());
            }
            for path in [format!("/__rebis/data/t/{}/", encoded(text)), format!("{NOTES}row?key={}", encoded(text))] {
                assert_eq!(client.get(&path).await.status(), StatusCode::NOT_FOUND, "{path}");
            }
        }
        assert_eq!(select(Note).count(&db).await.unwrap(), 3);
    }
}
