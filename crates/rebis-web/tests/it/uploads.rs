//! Files that are sent with a form: taken, limited, refused.

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use rebis_macros::Form;
use rebis_web::{App, Form, FormFields, Result, StatusCode, Templates, Upload, UserSession, axum, context};

use crate::bare;

#[derive(Form)]
#[form(crate = "rebis_web")]
struct Photos {
    title: String,
    #[form(max_size = 200_000, accept = ["image/*", ".pdf"])]
    cover: Upload,
    extra: Vec<Upload>,
    note: Option<Upload>,
}

async fn photos(templates: Templates, mut form: Form<Photos>) -> Result<Response> {
    if let Some(data) = form.validated() {
        let cover = data.cover.bytes().await?;
        let even = cover.iter().all(|byte| *byte == b'x');
        let text = format!(
            "{} {:?} {} {even} {:?} {:?}",
            data.title,
            data.cover,
            cover.len(),
            data.extra,
            data.note
        );
        return Ok(text.into_response());
    }
    Ok(templates.render("photos.html", context! { form })?.into_response())
}

fn app() -> App {
    bare()
        .route("/", [Method::GET, Method::POST], photos)
        .template("photos.html", "{% from 'rebis/form.html' import quick_form %}{{ quick_form(form) }}")
}

#[tokio::test]
async fn files_are_taken_from_memory_and_from_the_disk() {
    let client = app().test_client();
    let small = client
        .post("/")
        .multipart(
            &[("title", "süß")],
            &[
                ("cover", "a.png", "image/png", b"xx"),
                ("extra", "b", "a/b", b""),
                ("extra", "c", "a/b", b"1"),
            ],
        )
        .await;
    assert_eq!(
        small.text(),
        "süß <Upload \"a.png\", 2 bytes> 2 true [<Upload \"b\", 0 bytes>, <Upload \"c\", 1 bytes>] None"
    );
    let large = client
        .post("/")
        .multipart(&[("title", "t")], &[("cover", "a.PDF", "x/y", &vec![b'x'; 199_999])])
        .await;
    assert_eq!(large.text(), "t <Upload \"a.PDF\", 199999 bytes> 199999 true [] None");
}

#[tokio::test]
async fn what_is_wrong_with_a_file_stands_beside_it() {
    let client = app().test_client();
    let page = client.get("/").await.text();
    assert!(page.contains("<form method=\"post\" enctype=\"multipart/form-data\">"), "{page}");
    assert!(page.contains("<input class=\"form-control\" id=\"cover\" name=\"cover\" required accept=\"image/*,.pdf\" type=\"file\">"), "{page}");
    assert!(page.contains("name=\"extra\" type=\"file\" multiple>"), "{page}");
    for (files, complaint) in [
        (vec![], "This field is required."),
        (vec![("cover", "", "application/octet-stream", vec![])], "This field is required."),
        (
            vec![("cover", "a.exe", "application/x-dosexec", vec![b'x'])],
            "Not a file of the right kind (image/*, .pdf).",
        ),
        (vec![("cover", "a.png", "image/png", vec![b'x'; 200_001])], "The file is larger than 195 KiB."),
    ] {
        let files: Vec<_> = files.iter().map(|(a, b, c, d)| (*a, *b, *c, d.as_slice())).collect();
        let page = client.post("/").multipart(&[("title", "t\"><b>")], &files).await.text();
        assert!(page.contains(&format!("id=\"cover-error\">{complaint}</div>")), "{complaint}: {page}");
        assert!(page.contains("value=\"t&quot;&gt;&lt;b&gt;\""), "what was typed is kept: {page}");
    }
    let named = client.post("/").form(&[("title", "t"), ("cover", "a.png")]).await.text();
    assert!(named.contains("id=\"cover-error\">This field is required."), "a name is no file: {named}");
}

#[tokio::test]
async fn a_request_has_a_limit_of_its_own() {
    let client = app().configure("MAX_CONTENT_LENGTH", 100_000).test_client();
    let refused = client
        .post("/")
        .multipart(&[("title", "t")], &[("cover", "a.png", "image/png", &vec![b'x'; 100_000])])
        .await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.text().contains("larger than the server allows"), "{}", refused.text());
    let plain = client.post("/").form(&[("title", &"t".repeat(100_001))]).await;
    assert_eq!(plain.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(plain.text().contains("(MAX_CONTENT_LENGTH says"), "{}", plain.text());
    let text = app().configure("MAX_CONTENT_LENGTH", 9 << 20).test_client();
    let refused = text.post("/").multipart(&[("title", &"t".repeat(2 << 20))], &[]).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE, "text stays in memory");
    let many = vec![("f", ""); 1001];
    assert_eq!(client.post("/").multipart(&many, &[]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn malformed_bodies_are_the_clients_mistake() {
    let client = app().test_client();
    let send = async |kind: &str, body: &[u8]| {
        client.post("/").header("content-type", kind).body(body.to_vec()).await.status().as_u16()
    };
    let good = "multipart/form-data; boundary=b";
    assert_eq!(send("multipart/form-data", b"").await, 400);
    assert_eq!(send(good, b"").await, 400);
    assert_eq!(send(good, b"--b\r\nContent-Disposition: form-data; name=\"a\"").await, 400);
    assert_eq!(send(good, b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end").await, 400);
    assert_eq!(send(good, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n").await, 400);
    assert_eq!(send(good, b"\xff\xfe\x00").await, 400);
    assert_eq!(send("multipart/mixed; boundary=b", b"").await, 415);
    let text = b"--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n\xff\xfe\r\n--b--\r\n";
    assert_eq!(send(good, text).await, 200, "shown again: what is no UTF-8 is replaced");
}

#[tokio::test]
async fn files_are_saved_once_and_where_the_program_says() {
    async fn save(app: App, form: FormFields) -> Result<String> {
        let file = form.file("file").ok_or_else(rebis_web::HttpError::not_found)?;
        let name = file.safe_name().unwrap_or_default();
        Ok(match file.save(app.config().root().join("kept").join(&name)).await {
            Ok(()) => name,
            Err(error) => format!("{:?}", error.kind()),
        })
    }
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("kept")).unwrap();
    let client = App::new(rebis_web::Config::new(root.path())).post("/", save).test_client();
    let large = vec![b'y'; 100_000];
    let send = async |name: &str, content: &[u8]| {
        client.post("/").multipart(&[], &[("file", name, "text/plain", content)]).await.text()
    };
    assert_eq!(send("../../escape.txt", b"x").await, "escape.txt");
    assert_eq!(send("escape.txt", b"other").await, "AlreadyExists");
    assert_eq!(send("large", &large).await, "large");
    assert_eq!(std::fs::read(root.path().join("kept/escape.txt")).unwrap(), b"x");
    assert_eq!(std::fs::read(root.path().join("kept/large")).unwrap(), large);
    let outside = std::fs::read_dir(root.path()).unwrap().count();
    assert_eq!(outside, 1, "nothing beside the folder");
}

#[tokio::test]
async fn the_token_stands_in_front_of_the_files() {
    async fn token(session: UserSession) -> Result<String> {
        session.csrf_token()
    }
    let app = app()
        .get("/token", token)
        .configure("SECRET_KEY", "a secret for the tests, long enough")
        .configure("MAX_CONTENT_LENGTH", 4 << 20);
    let client = app.test_client();
    let token = client.get("/token").await.text();
    let large = vec![b'x'; 1 << 20];
    let file: &[(&str, &str, &str, &[u8])] = &[("cover", "a.png", "image/png", &large)];
    let sent =
        client.post("/").without_csrf().multipart(&[("csrf_token", &token), ("title", "t")], file).await;
    assert!(sent.text().contains("The file is larger than 195 KiB."), "all of it was read: {}", sent.text());
    let without = client.post("/").without_csrf().multipart(&[("title", "t")], file).await;
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    let wrong = client.post("/").without_csrf().multipart(&[("csrf_token", "x"), ("title", "t")], file).await;
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
}
