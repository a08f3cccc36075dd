//! Forms that are shown again: values kept, errors beside the fields.

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use rebis_web::{App, FormFields, Result, StatusCode, Templates, axum, context};

use crate::bare;

async fn register(templates: Templates, mut form: FormFields) -> Result<Response> {
    form.set_default("name", "your name");
    let name = form.field("name").required().length(2..=5).text();
    form.field("mail").email().done();
    form.field("role").one_of(&["user", "admin"]).done();
    form.field("again").equal_to("password").done();
    let age = form.field("age").check(|age| age != "13", "Unlucky.").parse::<u8>();
    if form.is_submitted() && name == "susan" {
        form.add_error("name", "Taken.");
    }
    if form.is_valid() {
        let tags: Vec<&str> = form.values("tag").collect();
        return Ok(format!("{name} {age:?} {tags:?}").into_response());
    }
    Ok(templates.render("form.html", context! { form })?.into_response())
}

fn app() -> App {
    bare().route("/", [Method::GET, Method::POST], register).template(
        "form.html",
        "{% for name in ['name', 'mail', 'role', 'again', 'age'] %}\
         {% if form[name].error %}{{ name }}={{ form[name].value }}: {{ form[name].error }} {% endif %}\
         {% endfor %}<{{ form.name.value }}>",
    )
}

async fn sent(fields: &[(&str, &str)]) -> String {
    app().test_client().post("/").form(fields).await.text()
}

#[tokio::test]
async fn shown_first_without_errors() {
    assert_eq!(app().test_client().get("/").await.text(), "<your name>");
}

#[tokio::test]
async fn each_check_complains_beside_its_field() {
    assert_eq!(sent(&[]).await, "name=: This field is required. <>");
    assert_eq!(sent(&[("name", " ")]).await, "name= : This field is required. < >");
    assert_eq!(sent(&[("name", "a")]).await, "name=a: Field must be between 2 and 5 characters long. <a>");
    assert_eq!(sent(&[("name", "susan")]).await, "name=susan: Taken. <susan>");
    for bad in ["x", "@b", "a@", "a @b", "a@b\r\nBcc: c"] {
        assert!(
            sent(&[("name", "ann"), ("mail", bad)]).await.contains("Not a valid email address."),
            "{bad}"
        );
    }
    assert!(sent(&[("name", "ann"), ("role", "root")]).await.contains("Not a valid choice."));
    assert!(
        sent(&[("name", "ann"), ("password", "x")])
            .await
            .contains("again=: This must be the same as password.")
    );
    assert!(sent(&[("name", "ann"), ("age", "300")]).await.contains("age=300: Not a valid value."));
    assert!(sent(&[("name", "ann"), ("age", "13")]).await.contains("age=13: Unlucky."));
}

#[tokio::test]
async fn valid() {
    let fields =
        [("name", "änne"), ("mail", "a@b"), ("role", "user"), ("age", " 7 "), ("tag", "x"), ("tag", "y")];
    assert_eq!(sent(&fields).await, "änne Some(7) [\"x\", \"y\"]");
}

#[tokio::test]
async fn hostile_values_are_kept_and_escaped() {
    let text = sent(&[("name", "\"><script>alert(1)</script>")]).await;
    assert!(text.contains("&gt;&lt;script&gt;") && !text.contains("<script"), "{text}");
    assert!(!sent(&[("name", "{{ config }}")]).await.contains("Config"));
    let client = app().test_client();
    let bytes = client.post("/").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(bytes.body("name=%ff%00&&=&%").await.status(), StatusCode::OK);
    assert_eq!(client.post("/").json(&1).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let huge = "x".repeat(3 << 20);
    assert_eq!(client.post("/").form(&[("name", &huge)]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
