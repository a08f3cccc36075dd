//! The data browser, through the test client: what it shows, what it writes, what it refuses.

use rebis::prelude::*;
use rebis::web::{TestClient, TestResponse};
use rebis_testkit::each_database;

#[derive(Model, Clone, Debug)]
#[model(table = "browsed_author")]
struct Author {
    #[column(primary_key)]
    id: i64,
    #[column(length = 40, unique)]
    name: String,
    #[column(length = 80)]
    password_hash: Option<String>,
    active: bool,
    born: Option<NaiveDate>,
    #[relation(back_populates = author, cascade = "all, delete-orphan")]
    books: HasMany<Book>,
}

#[derive(Model, Clone, Debug)]
#[model(table = "browsed_book")]
struct Book {
    #[column(primary_key)]
    id: i64,
    #[column(length = 80, validate = not_empty)]
    title: String,
    #[column(index, foreign_key = Author::id)]
    author_id: i64,
    #[relation(key = author_id, back_populates = books)]
    author: BelongsTo<Author>,
}

#[derive(Model, Clone, Debug)]
#[model(table = "browsed_tag", primary_key(book_id, word))]
struct Tag {
    #[column(foreign_key = Book::id)]
    book_id: i64,
    #[column(length = 20)]
    word: String,
}

/// In a database of its own, with kinds of rows and a column that is read when it is asked for.
#[derive(Model, Clone, Debug)]
#[model(table = "browsed_worker", bind = "staff")]
struct Worker {
    #[column(primary_key)]
    id: i64,
    #[column(length = 40)]
    name: String,
    notes: rebis::Deferred<String>,
    #[column(flatten)]
    job: Job,
}

#[derive(rebis::Columns, Clone, Debug, PartialEq)]
#[model(tag = "job")]
enum Job {
    #[model(table = "browsed_coder")]
    Coder {
        #[column(length = 20)]
        language: String,
    },
    Guest {
        until: i32,
    },
    Trainee,
}

fn not_empty(title: &String) -> std::result::Result<(), String> {
    if title == "Untitled" { Err("A title is needed.".to_owned()) } else { Ok(()) }
}

fn create_app(config: Config) -> App {
    App::new(config.with("SECRET_KEY", "only for these tests, and 32 bytes long"))
        .database(Database::new().models(models![Author, Book, Tag]))
        .migrations(&[])
}

async fn open(test: &rebis_testkit::TestDatabase) -> (App, TestClient) {
    let app = create_app(Config::new(".").with("DATABASE_URL", test.url()).with("DEBUG", true));
    let db = app.db().unwrap();
    db.create_all().await.unwrap();
    let session = db.session();
    for number in 1..=30 {
        let author =
            session.add(Author::builder().name(format!("author {number:02}")).active(number % 2 == 0));
        if number == 1 {
            author.edit().password_hash = Some("h4shed".to_owned());
            session.add(Book::builder().title("First <b>book</b>").author(&author));
            session.add(Book::builder().title("Second").author(&author));
        }
    }
    session.commit().await.unwrap();
    let client = app.test_client();
    (app, client)
}

async fn get(client: &TestClient, path: &str) -> String {
    let page = client.get(path).await;
    assert_eq!(page.status(), StatusCode::OK, "{path}: {}", page.text());
    page.text()
}

async fn post(client: &TestClient, path: &str, fields: &[(&str, &str)]) -> TestResponse {
    client.post(path).form(fields).await
}

const AUTHORS: &str = "/__rebis/data/t/browsed_author/";

each_database! {
    async fn tables_rows_filters_order_and_pages(test: TestDatabase) {
        let (_app, client) = open(&test).await;
        let tables = get(&client, "/__rebis/data/").await;
        assert!(tables.contains("browsed_author") && tables.contains(">30<") && tables.contains(">2<"), "{tables}");
        let first = get(&client, AUTHORS).await;
        assert!(first.contains("30 rows") && first.contains("author 25") && !first.contains("author 26"), "{first}");
        assert!(first.contains("***") && !first.contains("h4shed"), "{first}");
        let second = get(&client, &format!("{AUTHORS}?sort=-name&page=2")).await;
        assert!(second.contains("author 05") && !second.contains("author 06"), "{second}");
        let some = get(&client, &format!("{AUTHORS}?c=name&o=contains&v=r+1")).await;
        assert!(some.contains("10 rows") && some.contains("author 19"), "{some}");
        let flags = get(&client, &format!("{AUTHORS}?c=active&o=eq&v=true")).await;
        assert!(flags.contains("15 rows"), "{flags}");
        let none = get(&client, &format!("{AUTHORS}?c=born&o=notnull")).await;
        assert!(none.contains("0 rows") && none.contains("No rows."), "{none}");
        for wrong in ["?c=id&o=eq&v=abc", "?c=nothing&v=1", "?sort=nothing"] {
            let page = get(&client, &format!("{AUTHORS}{wrong}")).await;
            assert!(page.contains("role=\"alert\""), "{wrong}: {page}");
        }
    }

    async fn rows_lead_to_what_they_are_related_to(test: TestDatabase) {
        let (_app, client) = open(&test).await;
        let author = get(&client, &format!("{AUTHORS}row?key=1")).await;
        let link = "/__rebis/data/t/browsed_book/?of=browsed_author&amp;rel=books&amp;key=1";
        assert!(author.replace("&#x2f;", "/").contains(&format!("href=\"{link}\">2 Book")), "{author}");
        let books = get(&client, &link.replace("&amp;", "&")).await;
        assert!(books.contains("2 rows") && books.contains("First &lt;b&gt;book"), "{books}");
        let book = get(&client, "/__rebis/data/t/browsed_book/row?key=1").await;
        assert!(book.replace("&#x2f;", "/").contains("/__rebis/data/t/browsed_author/row?key=1"), "{book}");
        for gone in ["row?key=99", "row?key=abc", "row", "?of=browsed_book&rel=author&key=1&x=1"] {
            let page = client.get(&format!("{AUTHORS}{gone}")).await;
            let expected = if gone.starts_with('?') { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(page.status(), expected, "{gone}");
        }
        assert_eq!(client.get("/__rebis/data/t/nothing/").await.status(), StatusCode::NOT_FOUND);
    }

    async fn a_row_is_added_changed_and_deleted(test: TestDatabase) {
        let (app, client) = open(&test).await;
        get(&client, &format!("{AUTHORS}new")).await;
        let fields = [("f.name", "Susan"), ("f.active", "true"), ("f.born", "2001-02-03"), ("f.password_hash", "x9")];
        let made = post(&client, &format!("{AUTHORS}new"), &fields).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER, "{}", made.text());
        let page = made.header("location").unwrap().to_owned();
        assert!(get(&client, &page).await.contains("2001-02-03"));

        let row = page.trim_end_matches("&saved=1");
        let fields = [("f.name", "Susan B."), ("f.active", "false"), ("f.born", ""), ("f.password_hash", "")];
        assert_eq!(post(&client, row, &fields).await.status(), StatusCode::SEE_OTHER);
        let db = app.db().unwrap();
        let susan = select(Author).filter(Author::name.eq("Susan B.")).one(&db).await.unwrap();
        assert_eq!((susan.active, susan.born), (false, None));
        assert_eq!(susan.password_hash.as_deref(), Some("x9"), "an empty secret field keeps what there is");

        let deleted = post(&client, &format!("{AUTHORS}delete?key=1"), &[("a", "b")]).await;
        assert_eq!(deleted.status(), StatusCode::SEE_OTHER, "{}", deleted.text());
        assert_eq!(select(Book).count(&db).await.unwrap(), 0, "the session's cascade went along");
        let list = get(&client, deleted.header("location").unwrap()).await;
        assert!(list.contains("Deleted"), "{list}");
    }

    async fn what_is_refused_stands_at_its_field(test: TestDatabase) {
        let (app, client) = open(&test).await;
        get(&client, &format!("{AUTHORS}new")).await;
        let taken = post(&client, &format!("{AUTHORS}new"), &[("f.name", "author 07"), ("f.active", "true")]).await;
        assert_eq!(taken.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = taken.text();
        assert!(text.contains("id=\"f.name.error\">This value is already taken."), "{text}");
        assert!(text.contains("value=\"author 07\""), "what was sent is kept: {text}");
        let wrong = post(&client, &format!("{AUTHORS}row?key=1"), &[("f.born", "yesterday"), ("f.name", "n")]).await;
        assert!(wrong.text().contains("id=\"f.born.error\""), "{}", wrong.text());
        let empty = post(&client, &format!("{AUTHORS}new"), &[("f.name", ""), ("f.active", "")]).await;
        assert!(empty.text().contains("id=\"f.name.error\">This field is needed."), "{}", empty.text());
        let title = post(&client, "/__rebis/data/t/browsed_book/row?key=1", &[("f.title", "Untitled")]).await;
        assert!(title.text().contains("id=\"f.title.error\">A title is needed."), "{}", title.text());
        let lost = post(&client, "/__rebis/data/t/browsed_book/new", &[("f.title", "Lost"), ("f.author_id", "999")]).await;
        assert_eq!(lost.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(lost.text().contains("role=\"alert\""), "{}", lost.text());
        let db = app.db().unwrap();
        assert_eq!(select(Author).count(&db).await.unwrap(), 30);
        assert_eq!(select(Author).filter(Author::name.eq("n")).count(&db).await.unwrap(), 0, "all or nothing");
        assert_eq!(select(Book).count(&db).await.unwrap(), 2);
    }

    async fn keys_of_several_columns(test: TestDatabase) {
        let (app, client) = open(&test).await;
        get(&client, "/__rebis/data/t/browsed_tag/new").await;
        let fields = [("f.book_id", "1"), ("f.word", "a & b, c/d")];
        let made = post(&client, "/__rebis/data/t/browsed_tag/new", &fields).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER, "{}", made.text());
        let page = made.header("location").unwrap().to_owned();
        assert!(get(&client, &page).await.contains("a &amp; b, c"), "{page}");
        let delete = page.replace("row?", "delete?");
        assert_eq!(post(&client, &delete, &[("a", "b")]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(select(Tag).count(&app.db().unwrap()).await.unwrap(), 0);
    }

    async fn another_site_cannot_write(test: TestDatabase) {
        let (app, client) = open(&test).await;
        get(&client, &format!("{AUTHORS}new")).await;
        let new = format!("{AUTHORS}new");
        let fields = [("f.name", "Mallory"), ("f.active", "true")];
        let without = client.post(&new).form(&fields).without_csrf().await;
        assert_eq!(without.status(), StatusCode::FORBIDDEN);
        let foreign = client.post(&new).form(&fields).header("origin", "https://evil.example").await;
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
        let far = client.post(&new).form(&fields).header("host", "evil.example").await;
        assert_eq!(far.status(), StatusCode::FORBIDDEN);
        assert_eq!(select(Author).count(&app.db().unwrap()).await.unwrap(), 30);
        let released = app.configure("DEBUG", false).test_client();
        for path in ["/__rebis/", "/__rebis/data/", AUTHORS] {
            assert_eq!(released.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    async fn another_database_with_kinds_of_rows_and_columns_that_are_read_later(test: TestDatabase) {
        let app = create_app(
            Config::new(".")
                .with("DATABASE_URL", test.url())
                .with("DATABASE_URL_STAFF", test.url())
                .with("DEBUG", true),
        )
        .bind("staff", Database::new().models(models![Worker]), &[]);
        let staff = app.db_of("staff").unwrap();
        staff.create_all().await.unwrap();
        let session = staff.session();
        session.add(Worker::builder().name("ada").notes("a long text").job(Job::Coder { language: "Rust".to_owned() }));
        session.commit().await.unwrap();
        let client = app.test_client();
        const WORKERS: &str = "/__rebis/data/t/staff~browsed_worker/";
        let list = get(&client, WORKERS).await;
        for part in ["<td>coder</td><td>Rust</td>", "asked for: notes."] {
            assert!(list.contains(part), "{part}: {list}");
        }
        assert!(!list.contains("a long text"), "{list}");
        let row = format!("{WORKERS}row?key=1");
        assert!(get(&client, &row).await.contains("a long text</textarea>"));
        let fields = [("f.name", "Ada"), ("f.notes", "shorter"), ("f.language", "C")];
        assert_eq!(post(&client, &row, &fields).await.status(), StatusCode::SEE_OTHER);
        let session = staff.session();
        let ada = session.get_or_404(Worker, 1).await.unwrap();
        assert_eq!((ada.name.as_str(), ada.notes.get().await.unwrap().as_str()), ("Ada", "shorter"));
        assert_eq!(ada.job, Job::Coder { language: "C".to_owned() });
        // The row moves to the table of its new kind.
        let fields = [("f.job", "guest"), ("f.language", ""), ("f.until", "9")];
        let moved = post(&client, &row, &fields).await;
        assert_eq!(moved.status(), StatusCode::SEE_OTHER, "{}", moved.text());
        let ada = staff.session().get_or_404(Worker, 1).await.unwrap();
        assert_eq!(ada.job, Job::Guest { until: 9 });
        let new = format!("{WORKERS}new");
        let fields = [("f.name", "bob"), ("f.notes", "n"), ("f.job", "trainee")];
        let made = post(&client, &new, &fields).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER, "{}", made.text());
        assert_eq!(select(Worker).count(&staff).await.unwrap(), 2);
        let schema = get(&client, "/__rebis/data/schema").await;
        assert!(schema.contains("schema.svg?bind=staff\""), "{schema}");
        let picture = client.get("/__rebis/data/schema.svg?bind=staff").await;
        assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
        assert!(picture.text().contains(">browsed_coder</text>"), "{}", picture.text());
        assert_eq!(client.get("/__rebis/data/schema.svg?bind=none").await.status(), StatusCode::NOT_FOUND);
    }

    async fn schema_and_migrations(test: TestDatabase) {
        let (_app, client) = open(&test).await;
        let schema = get(&client, "/__rebis/data/schema").await;
        assert!(schema.contains("href=\"#t-browsed_author\"") && schema.contains("erDiagram"), "{schema}");
        let migrations = get(&client, "/__rebis/data/migrations").await;
        assert!(migrations.contains("There are no migrations.") && migrations.contains("Drift"), "{migrations}");
        assert!(migrations.contains("browsed_author"), "the models are ahead: {migrations}");
        assert_eq!(client.get("/__rebis/").await.header("location"), Some("/__rebis/data/"));
    }
}
