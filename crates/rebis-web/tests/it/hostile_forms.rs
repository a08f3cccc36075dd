//! Hostile input to forms and pages: markup in every field, bodies that are none, secrets in the log.
//!
//! Invariant: each of these is answered with a page or a 4xx, no markup of the sender comes back, and nothing secret is logged.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use rebis_macros::Form;
use rebis_web::{
    App, Args, Config, Form, FormErrors, Html, HttpError, Path, Redirect, Result, StatusCode, Templates,
    Upload, UserSession, axum, context,
};

use crate::bare;

pub(crate) const MARKUP: [&str; 8] = [
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</option></select><script>alert(1)</script>",
    "</title></form><script>alert(1)</script>",
    "\" autofocus onfocus=\"alert(1)",
    "{{ 7 * 7 }}{% include 'rebis/form.html' %}{{ config }}",
    "<!--\u{2028}]]>&lt;script&gt;",
];

#[derive(Form)]
#[form(crate = "rebis_web", validate = repeat)]
struct All {
    #[form(label = "<b>L</b>", help = "<i>H</i>", placeholder = "\"><u>")]
    text: Option<String>,
    #[form(email)]
    email: Option<String>,
    #[form(textarea)]
    area: Option<String>,
    #[form(password)]
    secret: Option<String>,
    #[form(hidden, pattern = "none")]
    hidden: Option<String>,
    #[form(search)]
    search: Option<String>,
    #[form(select)]
    list: Option<String>,
    #[form(radio)]
    radio: Option<String>,
    #[form(checkboxes)]
    boxes: Vec<String>,
    number: Option<i64>,
    date: Option<chrono::NaiveDate>,
    tick: bool,
    file: Option<Upload>,
    #[form(required)]
    missing: Option<String>,
}

fn repeat(form: &All, errors: &mut FormErrors<'_>) {
    errors.add("text", form.text.clone().unwrap_or_default());
}

async fn all(templates: Templates, mut form: Form<All>) -> Result<Response> {
    for name in ["list", "radio", "boxes"] {
        // What a visitor once stored is offered to others.
        form.set_choices(name, MARKUP.into_iter().chain(["harmless"]).map(|text| (text, text)));
    }
    let said = form.value("text").to_owned();
    if form.validated().is_none() {
        form.add_error("email", said.clone());
        form.add_error("", said);
    }
    Ok(templates.render("all.html", context! { form })?.into_response())
}

fn app() -> App {
    bare()
        .configure("SECRET_KEY", "a secret for the tests, long enough")
        .bootstrap()
        .route("/", [Method::GET, Method::POST], all)
        .template(
            "all.html",
            "{% extends 'rebis/base.html' %}{% from 'rebis/form.html' import quick_form %}\
             {% block title %}{{ form.text.value }}{% endblock %}\
             {% block content %}{{ quick_form(form, action=form.text.value, id=form.text.value, submit=form.text.value) }}{% endblock %}",
        )
}

/// Every tag of a page, as it begins.
fn tags(page: &str) -> Vec<&str> {
    let names = page
        .split('<')
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '!').next());
    names.map(Option::unwrap_or_default).collect()
}

#[tokio::test]
async fn markup_in_every_field_stays_text() {
    let client = app().test_client();
    let harmless: Vec<(&str, &str)> = All::names().into_iter().map(|name| (name, "harmless")).collect();
    let expected = client.get("/").await;
    assert_eq!(expected.status(), StatusCode::OK);
    let expected = client.post("/").form(&harmless).await.text();
    for text in MARKUP {
        let sent: Vec<(&str, &str)> = All::names().into_iter().map(|name| (name, text)).collect();
        let page = client.post("/").form(&sent).await;
        assert_eq!(page.status(), StatusCode::OK, "{text}");
        let page = page.text();
        assert_eq!(tags(&page), tags(&expected), "{text}");
        assert!(
            !text.contains("7 * 7") || page.contains("{{ 7 * 7 }}"),
            "what looks like a template is text:\n{page}"
        );
        for part in ["<script>", "<img", "<b>", "<i>", "<u>", " onfocus=\"", "<!--"] {
            assert!(!page.contains(part), "{part} by {text}:\n{page}");
        }
    }
}

impl All {
    fn names() -> Vec<&'static str> {
        <Self as rebis_web::FromForm>::spec().fields().iter().map(rebis_web::FieldSpec::name).collect()
    }
}

#[tokio::test]
async fn bodies_that_are_none_are_never_a_500() {
    let client = app().test_client();
    client.get("/").await;
    let mut state = 7_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    let pieces: [&[u8]; 10] = [
        b"--b\r\n",
        b"--b--",
        b"\r\n\r\n",
        b"Content-Disposition: form-data; name=\"text\"",
        b"; filename=\"x\"",
        b"text=",
        b"&",
        b"%",
        b"\xff\x00",
        b"name=\"csrf_token\"",
    ];
    for round in 0..300 {
        let mut body = Vec::new();
        for _ in 0..random() % 40 {
            match random() % 3 {
                0 => body.push(random()),
                _ => body.extend_from_slice(pieces[usize::from(random()) % pieces.len()]),
            }
        }
        for kind in [
            "multipart/form-data; boundary=b",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=",
        ] {
            let answer = client.post("/").header("content-type", kind).body(body.clone()).await;
            let status = answer.status();
            assert!(status == 200 || status.is_client_error(), "{status} in round {round}: {kind} {body:?}");
        }
    }
}

#[tokio::test]
async fn redirects_cannot_be_split_into_headers() {
    async fn go(args: Args) -> Redirect {
        Redirect::to(args.get_or("to", String::new()))
    }
    async fn local(args: Args) -> Result<Redirect> {
        Redirect::local(args.get_or("to", String::new()))
    }
    let client = bare().get("/go", go).get("/local", local).test_client();
    for to in [
        "/a\r\nSet-Cookie: session=evil",
        "/a\nX-Evil: 1",
        "/a\0b",
        "/\u{0d0a}",
        "//evil.example",
        "/\\evil.example",
    ] {
        let answer = client.get("/go").query(&[("to", to)]).await;
        assert!(answer.header("set-cookie").is_none() && answer.header("x-evil").is_none(), "{to:?}");
        let location = answer.header("location").unwrap_or_default();
        assert!(!location.contains(['\r', '\n', '\0']), "{to:?}: {location:?}");
        let safe = client.get("/local").query(&[("to", to)]).await;
        assert!(
            safe.status() == 400 || safe.header("location").is_some_and(|l| l.starts_with("/%")),
            "{to:?}"
        );
    }
}

#[tokio::test]
async fn text_that_is_no_utf8() {
    async fn show(Path(name): Path<String>, args: Args, session: UserSession) -> String {
        format!("{name} {:?} {:?}", args.text("q"), session.get::<String>("name"))
    }
    let client = app().get("/show/{name}", show).test_client();
    assert!(client.get("/show/%ff%fe").await.status().is_client_error());
    let answer = client.get("/show/a?q=%ff&%ff=1").header("cookie", "session=%ff; session=; =; ;;").await;
    assert_eq!((answer.status(), answer.text().as_str()), (StatusCode::OK, "a Some(\"\u{fffd}\") None"));
}

/// Keeps every event and its fields as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        span.record(&mut Fields(&self.0));
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Fields(&self.0));
    }
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Fields(&self.0));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

struct Fields<'a>(&'a Mutex<String>);

impl tracing::field::Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    async fn fail(mut form: Form<All>) -> Result<Html> {
        let data = form.validated();
        Err(HttpError::internal(format!("the mail server said no to {form:?} ({})", data.is_some())))
    }
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let app = App::new(Config::new("/nowhere").with("SECRET_KEY", "hunter2-hunter2-hunter2-hunter2-hunter2"))
        .post("/", fail);
    let client = app.test_client();
    client.with_session(|session| session.set("card", "hunter2")).unwrap();
    let fields = [("secret", "hunter2"), ("missing", "x")];
    let answer = client.post("/?token=hunter2").header("authorization", "Bearer hunter2").form(&fields).await;
    assert_eq!(answer.status(), 500);
    let refused =
        client.post("/").without_csrf().form(&[("csrf_token", "hunter2"), ("secret", "hunter2")]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let written = log.0.lock().unwrap().clone();
    assert!(written.contains("the mail server said no"), "the log is looked at: {written}");
    assert!(!written.contains("hunter2") && !answer.text().contains("hunter2"), "{written}");
}
