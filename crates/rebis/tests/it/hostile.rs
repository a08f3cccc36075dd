//! SQL and markup in everything that a request can bring: path, query, JSON, form, session, and the data browser's addresses; what a database
//! refuses, in the log.
//!
//! **Invariant.** Such text is a value: it finds what is called so, is kept as it was sent, and changes nothing else.

use std::sync::Arc;

use rebis::prelude::*;
use rebis::web::Args;
use rebis_testkit::each_database;
use tracing_subscriber::util::SubscriberInitExt as _;

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

const MARKUP: [&str; 3] = [
    "\"><script>alert(1)</script>",
    "' onfocus=alert(1) autofocus '><img src=x onerror=alert(1)>",
    "</textarea></title><script>alert(1)</script>",
];

/// What nobody may read but the database.
#[derive(Model, Clone, Debug)]
#[model(table = "hostile_key")]
struct Key {
    #[column(primary_key)]
    id: i64,
    #[column(length = 40, unique)]
    token: String,
    #[column(check = "uses >= 0")]
    uses: i32,
}

#[derive(Deserialize)]
struct NewKey {
    token: String,
    uses: i32,
}

async fn add_key(session: Session, Json(new): Json<NewKey>) -> Result<String> {
    let key = session.add(Key::builder().token(new.token).uses(new.uses));
    session.commit().await?;
    Ok(key.id.to_string())
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
        .database(Database::new().models(models![Note, Key]))
        .get("/path/{text}", by_path)
        .get("/query", by_query)
        .get("/limit", limited)
        .get("/rename", rename)
        .get("/session", by_session)
        .post("/json", by_json)
        .post("/key", add_key)
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
        // Bytes that are no text, and bodies that are too large, or none.
        for path in ["?c=text&o=eq&v=%ff%fe", "?%ff=%ff", "row?key=%ff", "%ff/"] {
            let answer = client.get(&format!("{NOTES}{path}")).await;
            assert!(!answer.status().is_server_error(), "{path}: {}", answer.text());
        }
        let form = "application/x-www-form-urlencoded";
        for (kind, body, status) in [
            (form, format!("f.text={}", "a".repeat(3 << 20)), StatusCode::PAYLOAD_TOO_LARGE),
            ("application/json", String::from("{"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("multipart/form-data; boundary=b", String::from("--b"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ] {
            let new = client.post(&format!("{NOTES}new")).header("content-type", kind);
            let answer = new.header("accept", "text/html").body(body).await;
            let page = (answer.status(), answer.header("content-type"));
            assert_eq!(page, (status, Some("text/html; charset=utf-8")), "{kind}: {}", answer.text());
        }
        assert_eq!(select(Note).count(&db).await.unwrap(), 3);
    }

    async fn the_data_browser_shows_markup_as_text(test: TestDatabase) {
        let (app, db) = open(&test, true).await;
        let client = app.test_client();
        let session = db.session();
        let notes = session.add_all(MARKUP.map(|text| Note::builder().text(text)));
        session.commit().await.unwrap();
        const NOTES: &str = "/__rebis/data/t/hostile_note/";
        for (note, text) in notes.iter().zip(MARKUP) {
            let encoded = encoded(text);
            let row = format!("{NOTES}row?key={}", note.id);
            let mut pages = Vec::new();
            for path in [
                NOTES.to_owned(),
                row.clone(),
                format!("{NOTES}?c=text&o=eq&v={encoded}"),
                format!("{NOTES}?c=id&o=lt&v={encoded}"),
                format!("{NOTES}?c={encoded}&o={encoded}&v=1"),
                format!("{NOTES}?sort={encoded}&{encoded}={encoded}"),
                format!("{NOTES}row?key={encoded}"),
                format!("/__rebis/data/t/{encoded}/"),
            ] {
                pages.push(client.get(&path).header("accept", "text/html").await.text());
            }
            // More than the column takes: the form is shown again.
            let long = text.repeat(8);
            let refused = client.post(&row).form(&[("f.text", long.as_str())]).await;
            assert_ne!(refused.status(), StatusCode::INTERNAL_SERVER_ERROR, "{}", refused.text());
            pages.push(refused.text());
            for page in pages {
                for part in ["<script", "<img src=x", "onfocus=alert(1) autofocus '"] {
                    assert!(!page.contains(part), "{part} by {text}:\n{page}");
                }
            }
        }
    }

    async fn what_the_database_refuses_is_logged_without_values(test: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = Arc::new(std::fs::File::create(&path).unwrap());
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG);
        let _guard = subscriber.with_ansi(false).with_writer(log).finish().set_default();
        for debug in [false, true] {
            let (app, db) = open(&test, debug).await;
            let client = app.test_client();
            let send = async |token: &str, uses: i32| {
                let new = serde_json::json!({ "token": token, "uses": uses });
                client.post("/key").json(&new).header("accept", "text/html").await
            };
            let token = format!("hunter2-{debug}");
            assert_eq!(send(&token, 1).await.status(), StatusCode::OK);
            for (token, uses) in [(token.as_str(), 1), ("hunter2-negative", -1)] {
                let failed = send(token, uses).await;
                assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
                assert!(!failed.text().contains("hunter2"), "{}", failed.text());
            }
            db.drop_all().await.unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap();
        assert!(written.contains("POST /key: ") && written.contains("INSERT INTO"), "the log is looked at: {written}");
        assert!(!written.contains("hunter2"), "{written}");
    }
}
