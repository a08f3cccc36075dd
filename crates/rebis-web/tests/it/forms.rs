//! Forms that are structs: shown, checked, shown again; and their markup.

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use rebis_macros::{Form, FormEnum};
use rebis_web::{App, Config, Form, FormErrors, Result, StatusCode, Templates, TestClient, axum, context};

use crate::bare;

#[derive(Clone, Copy, Debug, PartialEq, FormEnum)]
#[form(crate = "rebis_web")]
enum Role {
    User,
    #[form(label = "Looks after <others>")]
    Moderator,
}

#[derive(Debug, Form)]
#[form(crate = "rebis_web", submit = "Join", validate = agree)]
struct Join {
    #[form(label = "What is your name?", length = 2..=5, help = "As on your badge.", validate = not_admin)]
    name: String,
    #[form(email)]
    mail: Option<String>,
    #[form(password, length = 3.., attr(autocomplete = "new-password"))]
    password: String,
    #[form(password, equal_to = password, optional)]
    again: String,
    #[form(range = 18..=120, message = "For adults.")]
    age: u8,
    weight: Option<f64>,
    born: Option<NaiveDate>,
    #[form(placeholder = "Choose one")]
    role: Role,
    #[form(radio)]
    wish: Option<Role>,
    #[form(checkboxes)]
    duties: Vec<Role>,
    #[form(choices = [("de", "Deutsch"), ("en", "English")])]
    language: Option<String>,
    #[form(textarea, attr(rows = 3))]
    about: Option<String>,
    #[form(pattern = "[a-z]{2}-[0-9]+", trim)]
    code: Option<String>,
    #[form(url)]
    site: Option<String>,
    #[form(required)]
    terms: bool,
    #[form(default = true)]
    news: bool,
    #[form(hidden, default = "none")]
    source: Option<String>,
}

fn not_admin(name: &str) -> Result<(), String> {
    if name == "root" { Err(format!("{name} is taken.")) } else { Ok(()) }
}

fn agree(join: &Join, errors: &mut FormErrors<'_>) {
    if join.name == join.password {
        errors.add("password", "Not your name.");
    }
    if join.age == 99 {
        errors.add("", "Come back next year.");
    }
}

async fn join(templates: Templates, mut form: Form<Join>) -> Result<Response> {
    if let Some(data) = form.validated() {
        return Ok(format!("{data:?}").into_response());
    }
    Ok(templates.render("join.html", context! { form })?.into_response())
}

fn app(template: &str) -> App {
    bare().route("/", [Method::GET, Method::POST], join).template(
        "join.html",
        format!("{{% from 'rebis/form.html' import quick_form, render_field %}}{template}"),
    )
}

const GOOD: [(&str, &str); 5] =
    [("name", "susan"), ("password", "abc"), ("again", "abc"), ("age", "31"), ("terms", "true")];

/// The fields of a good form, some of them replaced or added.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all: Vec<_> = GOOD.into_iter().chain([("role", "user")]).collect();
    all.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    all.extend(changes);
    all
}

async fn complaints(fields: &[(&str, &str)]) -> String {
    let template = "{% for e in form._form.errors %}!{{ e }} {% endfor %}\
                    {% for field in form if field.error %}{{ field.name }}: {{ field.error }} {% endfor %}";
    app(template).test_client().post("/").form(fields).await.text()
}

#[tokio::test]
async fn a_good_form_becomes_the_struct() {
    let text = complaints(&with(&[
        ("mail", " susan@example.com "),
        ("weight", "61.5"),
        ("born", "1990-02-28"),
        ("wish", "moderator"),
        ("duties", "user"),
        ("duties", "moderator"),
        ("language", "en"),
        ("about", "one\r\ntwo"),
        ("code", " ab-12 "),
        ("site", "https://example.com"),
        ("unknown", "x"),
    ]))
    .await;
    assert_eq!(
        text,
        "Join { name: \"susan\", mail: Some(\"susan@example.com\"), password: \"abc\", again: \"abc\", age: 31, \
         weight: Some(61.5), born: Some(1990-02-28), role: User, wish: Some(Moderator), duties: [User, Moderator], \
         language: Some(\"en\"), about: Some(\"one\\ntwo\"), code: Some(\"ab-12\"), site: Some(\"https://example.com\"), \
         terms: true, news: false, source: None }"
    );
    let least = complaints(&with(&[])).await;
    assert!(least.contains("mail: None") && least.contains("duties: []"), "{least}");
}

#[tokio::test]
async fn every_field_complains_at_once() {
    assert_eq!(
        complaints(&[("name", " ")]).await,
        "name: This field is required. password: This field is required. age: For adults. \
         role: This field is required. terms: This field is required. "
    );
}

#[tokio::test]
async fn each_check_complains_beside_its_field() {
    for (name, value, complaint) in [
        ("name", "a", "Field must be between 2 and 5 characters long."),
        ("name", "root", "root is taken."),
        ("name", "a\0b", "Not a valid value."),
        ("mail", "nobody", "Not a valid email address."),
        ("age", "121", "For adults."),
        ("about", "\0", "Not a valid value."),
        ("terms", "", "This field is required."),
        ("again", "ab", "This must be the same as Password."),
        ("again", "", "This must be the same as Password."),
        ("age", "17", "For adults."),
        ("age", "x", "For adults."),
        ("weight", "NaN", "Not a valid decimal value."),
        ("born", "1990-02-30", "Not a valid date value."),
        ("role", "root", "Not a valid choice."),
        ("wish", "root", "Not a valid choice."),
        ("duties", "root", "Not a valid choice."),
        ("language", "fr", "Not a valid choice."),
        ("code", "AB-12", "Not in the expected form."),
        ("code", "ab-12\n<b>", "Not in the expected form."),
        ("site", "javascript:alert(1)", "Not a valid URL."),
    ] {
        assert_eq!(
            complaints(&with(&[(name, value)])).await,
            format!("{name}: {complaint} "),
            "{name}={value:?}"
        );
    }
    assert_eq!(
        complaints(&with(&[("password", "susan"), ("again", "susan")])).await,
        "password: Not your name. "
    );
    assert_eq!(complaints(&with(&[("age", "99")])).await, "!Come back next year. ");
}

#[tokio::test]
async fn the_markup_of_an_empty_form() {
    let text = app("{{ quick_form(form, id='join', novalidate=true) }}").test_client().get("/").await.text();
    for part in [
        r#"<form method="post" id="join" novalidate>"#,
        r#"<label class="form-label" for="name">What is your name?</label>"#,
        r#"<input class="form-control" id="name" name="name" required minlength="2" maxlength="5" aria-describedby="name-help" type="text" value="">"#,
        r#"<div class="form-text" id="name-help">As on your badge.</div>"#,
        r#"<input class="form-control" id="mail" name="mail" type="email" value="">"#,
        r#"<input class="form-control" id="password" name="password" required minlength="3" autocomplete="new-password" type="password">"#,
        r#"<input class="form-control" id="age" name="age" required step="1" min="18" max="120" type="number" value="">"#,
        r#"<input class="form-control" id="weight" name="weight" step="any" type="number" value="">"#,
        r#"<input class="form-control" id="born" name="born" type="date" value="">"#,
        r#"<select class="form-select" id="role" name="role" required><option value="">Choose one</option><option value="user">User</option><option value="moderator">Looks after &lt;others&gt;</option></select>"#,
        r#"<fieldset class="mb-3" id="wish" role="radiogroup">"#,
        r#"<legend class="col-form-label pt-0">Wish</legend>"#,
        r#"<input class="form-check-input" type="radio" id="wish-1" name="wish" value="moderator">"#,
        r#"<label class="form-check-label" for="wish-1">Looks after &lt;others&gt;</label>"#,
        r#"<input class="form-check-input" type="checkbox" id="duties-0" name="duties" value="user">"#,
        r#"<option value="">---</option><option value="de">Deutsch</option>"#,
        "<textarea class=\"form-control\" id=\"about\" name=\"about\" rows=\"3\">\n</textarea>",
        r#"pattern="[a-z]{2}-[0-9]+""#,
        r#"<input class="form-check-input" id="terms" name="terms" required type="checkbox" value="true">"#,
        r#"<input class="form-check-input" id="news" name="news" type="checkbox" value="true" checked>"#,
        r#"<input id="source" name="source" type="hidden" value="none">"#,
        r#"<button type="submit" class="btn btn-primary">Join</button>"#,
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(
        !text.contains("invalid") && !text.contains("csrf_token"),
        "no errors; no token without a key: {text}"
    );
}

#[tokio::test]
async fn the_markup_of_a_wrong_form() {
    let client = app("{{ quick_form(form) }}").test_client();
    let sent = [
        ("name", "\"><script>"),
        ("password", "hunter2"),
        ("age", "7"),
        ("role", "moderator"),
        ("wish", "user"),
        ("duties", "root"),
        ("about", "\n</textarea><script>"),
        ("source", "a\0"),
    ];
    let text = client.post("/").form(&sent).await.text();
    for part in [
        r#"<input class="form-control is-invalid" id="name" name="name" required minlength="2" maxlength="5" aria-invalid="true" aria-describedby="name-help name-error" type="text" value="&quot;&gt;&lt;script&gt;">"#,
        r#"<div class="invalid-feedback d-block" id="name-error">Field must be between 2 and 5 characters long.</div>"#,
        r#"value="7""#,
        r#"<option value="moderator" selected>"#,
        r#"id="wish-0" name="wish" value="user" checked>"#,
        r#"<fieldset class="mb-3" id="duties" aria-describedby="duties-error">"#,
        "rows=\"3\">\n\n&lt;/textarea&gt;&lt;script&gt;</textarea>",
        r#"<div class="alert alert-danger" role="alert">Source: Not a valid value.</div>"#,
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("<script"), "{text}");
    assert!(
        !text.contains(r#"name="news" type="checkbox" value="true" checked"#),
        "what was sent wins: {text}"
    );
}

#[tokio::test]
async fn fields_by_hand() {
    let template = "{{ form.name(class='a\"b', autofocus=true, data_id=7, maxlength=9, hidden=false) }}\
                    {{ form.role.choices[1].value }}{% for f in form %}{{ f.name }},{% endfor %}";
    let text = app(template).test_client().get("/").await.text();
    assert!(text.starts_with(r#"<input autofocus class="a&quot;b" data-id="7" maxlength="9" id="name" name="name" required minlength="2" aria-"#), "{text}");
    assert!(text.contains("moderatorname,mail,password,"), "{text}");

    let client = app("{{ form.nmae() }}").configure("DEBUG", true).test_client();
    let page = client.get("/").await;
    assert_eq!(page.status(), 500);
    assert!(page.text().contains("Join has no field &quot;nmae&quot;"), "{}", page.text());
    let client = app("{{ form.name(**{'onload=x ': 1}) }}").configure("DEBUG", true).test_client();
    assert!(client.get("/").await.text().contains("is no attribute"));
}

#[tokio::test]
async fn the_token_goes_with_the_form() {
    let app = app("{{ quick_form(form) }}").configure("SECRET_KEY", "a secret for the tests, long enough");
    let client = app.test_client();
    let text = client.get("/").await.text();
    let start = r#"<input type="hidden" name="csrf_token" value=""#;
    let at = text.find(start).unwrap() + start.len();
    let token = &text[at..at + text[at..].find('"').unwrap()];
    let send = async |token: &str| {
        let mut fields = with(&[]);
        fields.push(("csrf_token", token));
        client.post("/").without_csrf().form(&fields).await
    };
    assert!(send(token).await.text().starts_with("Join {"));
    assert_eq!(send("x").await.status(), StatusCode::FORBIDDEN);
}

#[derive(Form)]
#[form(crate = "rebis_web")]
struct Post {
    #[form(length = 20)]
    title: String,
    #[form(select)]
    author_id: i64,
    draft: bool,
}

async fn edit(templates: Templates, mut form: Form<Post>) -> Result<Response> {
    form.set_choices("author_id", [(7, "Susan"), (9, "John")]);
    form.fill(&Post { title: "Old <title>".into(), author_id: 9, draft: true });
    if let Some(post) = form.validated() {
        if post.title != "taken" {
            return Ok(format!("{} {} {}", post.title, post.author_id, post.draft).into_response());
        }
        form.add_error("title", "There is one already.");
    }
    Ok(templates.render("edit.html", context! { form })?.into_response())
}

fn editor() -> TestClient {
    bare()
        .route("/", [Method::GET, Method::POST], edit)
        .template("edit.html", "{{ form.title() }}{{ form.author_id() }}{{ form.draft() }}{{ form.title.error }}{{ form.author_id.error }}")
        .test_client()
}

#[tokio::test]
async fn an_object_is_edited() {
    let text = editor().get("/").await.text();
    assert!(text.contains("value=\"Old &lt;title&gt;\""), "{text}");
    assert!(
        text.contains(r#"<option value="9" selected>John</option>"#) && text.contains("checked"),
        "{text}"
    );
    let sent = editor().post("/").form(&[("title", "new"), ("author_id", "7")]).await;
    assert_eq!(sent.text(), "new 7 false");
    let text = editor().post("/").form(&[("title", "taken"), ("author_id", "7")]).await.text();
    assert!(
        text.contains("There is one already.")
            && text.contains(r#"value="taken""#)
            && !text.contains("checked"),
        "{text}"
    );
    let foreign = editor().post("/").form(&[("title", "x"), ("author_id", "8")]).await.text();
    assert!(foreign.contains("Not a valid choice."), "only what is offered: {foreign}");
}

#[tokio::test]
async fn a_list_that_nobody_filled_takes_nothing() {
    async fn bare_list(mut form: Form<Post>) -> String {
        let data = form.validated().map(|post| post.author_id);
        format!("{data:?} {:?}", form.error("author_id"))
    }
    let client = bare().post("/", bare_list).test_client();
    let text = client.post("/").form(&[("title", "x"), ("author_id", "7")]).await.text();
    assert_eq!(text, "None Some(\"Not a valid choice.\")");
}

#[derive(Form)]
#[form(crate = "rebis_web")]
struct Broken {
    #[form(pattern = "[a-")]
    code: String,
}

#[tokio::test]
async fn a_pattern_that_is_none_is_said() {
    async fn handler(mut form: Form<Broken>) -> String {
        form.validated().map(|data| data.code).unwrap_or_default()
    }
    let client = bare().configure("DEBUG", true).get("/", handler).test_client();
    let page = client.get("/").await;
    assert_eq!(page.status(), 500);
    assert!(page.text().contains("the pattern of Broken.code is no regular expression"), "{}", page.text());
}

#[tokio::test]
async fn no_more_fields_than_somebody_fills_in() {
    let many: Vec<(String, &str)> = (0..1001).map(|n| (format!("f{n}"), "")).collect();
    let client = app("").test_client();
    assert_eq!(client.post("/").form(&many).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.post("/").form(&many[..1000]).await.status(), StatusCode::OK);
    let more = App::new(Config::new("/nowhere/shop").with("MAX_FORM_PARTS", 2)).post("/", join);
    assert_eq!(more.test_client().post("/").form(&many[..3]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn nothing_that_was_typed_is_printed() {
    let printed = format!("{:?}", rebis_web::FormFields::default());
    assert_eq!(printed, "FormFields { names: [], errors: {} }");
}

#[derive(Form)]
#[form(crate = "rebis_web", get, submit = "Search")]
struct Search {
    #[form(search, length = 20)]
    q: String,
    page: Option<u64>,
}

#[tokio::test]
async fn a_search_is_sent_in_the_query() {
    async fn search(templates: Templates, mut form: Form<Search>) -> Result<Response> {
        if let Some(data) = form.validated() {
            return Ok(format!("{} {:?}", data.q, data.page).into_response());
        }
        Ok(templates.render("search.html", context! { form })?.into_response())
    }
    let source = "{% from 'rebis/form.html' import quick_form %}{{ quick_form(form) }}";
    let app = bare().get("/", search).template("search.html", source);
    let client = app.configure("SECRET_KEY", "a secret for the tests, long enough").test_client();
    let empty = client.get("/?other=1").await.text();
    assert!(
        empty.contains("<form method=\"get\">") && !empty.contains("csrf_token"),
        "no token in an address: {empty}"
    );
    assert!(!empty.contains("is-invalid"), "{empty}");
    assert_eq!(client.get("/?q=a+b&page=2").await.text(), "a b Some(2)");
    let wrong = client.get("/?q=&page=x").await.text();
    assert!(
        wrong.contains("This field is required.") && wrong.contains("Not a valid integer value."),
        "{wrong}"
    );
}

#[derive(Form, Clone, Debug, PartialEq)]
#[form(crate = "rebis_web", validate = town_and_code)]
struct Address {
    #[form(length = 2..=40)]
    street: String,
    code: Option<String>,
    #[form(equal_to = street)]
    again: String,
}

fn town_and_code(address: &Address, errors: &mut FormErrors<'_>) {
    if address.code.as_deref() == Some("0") {
        errors.add("code", "No such code.");
    }
}

#[derive(Form, Clone, Debug, PartialEq)]
#[form(crate = "rebis_web")]
struct Order {
    name: String,
    #[form(flatten, label = "Where the <bill> goes")]
    billing: Address,
    #[form(flatten)]
    delivery: Address,
    note: Option<String>,
}

async fn order(templates: Templates, mut form: Form<Order>) -> Result<Response> {
    if let Some(order) = form.validated() {
        return Ok(format!("{order:?}").into_response());
    }
    let old = Address { street: "Elm".to_owned(), code: Some("7".to_owned()), again: "Elm".to_owned() };
    let filled = Order { name: "Susan".to_owned(), billing: old.clone(), delivery: old, note: None };
    form.fill(&filled);
    Ok(templates.render("order.html", context! { form => form.with_id("order") })?.into_response())
}

#[tokio::test]
async fn forms_inside_a_form() {
    let client = bare()
        .route("/", [Method::GET, Method::POST], order)
        .template("order.html", "{% from 'rebis/form.html' import quick_form %}{{ quick_form(form) }}{{ form['billing-code'](class='x') }}")
        .test_client();
    let page = client.get("/").await.text();
    for part in [
        "<legend class=\"fs-5\">Where the &lt;bill&gt; goes</legend>",
        "<legend class=\"fs-5\">Delivery</legend>",
        "<label class=\"form-label\" for=\"order-billing-street\">Street</label>",
        "id=\"order-billing-street\" name=\"billing-street\"",
        "id=\"order-delivery-code\" name=\"delivery-code\" type=\"text\" value=\"7\"",
        "name=\"note\"",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert_eq!((page.matches("<fieldset").count(), page.matches("</fieldset>").count()), (2, 2), "{page}");
    let sent = [
        ("name", "Susan"),
        ("billing-street", "Elm"),
        ("billing-again", "Elm"),
        ("delivery-street", "Oak"),
        ("delivery-code", "1"),
        ("delivery-again", "Oak"),
        ("note", "quick"),
    ];
    let order = client.post("/").form(&sent).await.text();
    assert_eq!(
        order,
        "Order { name: \"Susan\", billing: Address { street: \"Elm\", code: None, again: \"Elm\" }, delivery: Address { street: \"Oak\", code: \
         Some(\"1\"), again: \"Oak\" }, note: Some(\"quick\") }"
    );
    // Each complaint stands at the field of its own form.
    let wrong = [
        ("name", "Susan"),
        ("billing-street", "x"),
        ("billing-again", "x"),
        ("delivery-street", "Oak"),
        ("delivery-code", "0"),
        ("delivery-again", "Oak"),
    ];
    let page = client.post("/").form(&wrong).await.text();
    assert!(page.contains("id=\"order-billing-street-error\">Field must be between 2 and 40"), "{page}");
    assert!(page.contains("id=\"order-delivery-code-error\">No such code."), "{page}");
    assert_eq!(page.matches("invalid-feedback").count(), 2, "{page}");
    let differs = client
        .post("/")
        .form(&[("name", "x"), ("billing-street", "Elm"), ("billing-again", "Oak")])
        .await
        .text();
    assert!(
        differs.contains("id=\"order-billing-again-error\">This must be the same as Street."),
        "{differs}"
    );
}
