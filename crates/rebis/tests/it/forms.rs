//! Forms beside models: what a handler with a page, a form and a session looks like.

use rebis::axum::http::Method;
use rebis::axum::response::{IntoResponse, Response};
use rebis::prelude::*;
use rebis_testkit::each_database;

#[derive(Clone, Copy, Debug, PartialEq, Enum, FormEnum)]
enum Role {
    User,
    #[column(name = "mod")]
    #[form(label = "Moderator")]
    Moderator,
}

#[derive(Model, Clone, Debug)]
struct Member {
    #[column(primary_key)]
    id: i64,
    #[column(length = 64, unique)]
    username: String,
    role: Role,
}

#[derive(Form)]
struct NameForm {
    #[form(label = "What is your name?", length = 64)]
    name: String,
    #[form(default = Role::User)]
    role: Role,
}

async fn index(
    app: App,
    session: Session,
    visitor: UserSession,
    templates: Templates,
    mut form: Form<NameForm>,
) -> Result<Response> {
    if let Some(data) = form.validated() {
        let known = select(Member).filter(Member::username.eq(&*data.name)).first(&session).await?;
        visitor.set("known", known.is_some())?;
        if known.is_none() {
            session.add(Member::builder().username(data.name.clone()).role(data.role));
            session.commit().await?;
        }
        visitor.set("name", data.name)?;
        return Ok(app.redirect("index", ())?.into_response());
    }
    Ok(templates.render("index.html", context! { form })?.into_response())
}

fn no_digits(name: &str) -> std::result::Result<(), &'static str> {
    if name.contains(|c: char| c.is_ascii_digit()) { Err("No digits, please.") } else { Ok(()) }
}

#[derive(Model, Clone, Debug)]
#[model(unique(first, last))]
struct Player {
    #[column(primary_key)]
    id: i64,
    #[column(length = 8, unique, index, name = "nick", validate = no_digits)]
    nickname: String,
    #[column(length = 20, unique)]
    mail: Option<String>,
    #[column(length = 20)]
    first: String,
    #[column(length = 20)]
    last: String,
    is_admin: bool,
}

#[derive(Form)]
#[form(model = Player)]
struct PlayerForm {
    nickname: String,
    #[form(email)]
    mail: Option<String>,
    first: String,
    #[form(length = 30)]
    last: String,
    #[form(extra, password, optional)]
    password: String,
}

async fn edit_player(
    session: Session,
    Path(id): Path<i64>,
    templates: Templates,
    mut form: Form<PlayerForm>,
) -> Result<Html> {
    let player = session.get_or_404(Player, id).await?;
    form.fill(&PlayerForm::from_model(&player));
    if let Some(data) = form.validated() {
        assert_eq!(data.password, "");
        data.populate(&mut player.edit());
        match session.commit().await {
            Ok(()) => return Ok(Html::from("saved")),
            Err(error) => form.add_db_error(error)?,
        }
    }
    templates.render("edit.html", context! { form })
}

fn create_app(url: &str) -> App {
    let source = "{% extends 'rebis/base.html' %}{% from 'rebis/form.html' import quick_form %}\
                  {% block content %}<h1>Hello, {{ session.name or 'Stranger' }}!</h1>\
                  {% if session.known %}Happy to see you again!{% endif %}{{ quick_form(form) }}{% endblock %}";
    let config =
        Config::new(".").with("DATABASE_URL", url).with("SECRET_KEY", "a secret for the tests, long enough");
    App::new(config)
        .database(Database::new())
        .bootstrap()
        .template("index.html", source)
        .template("edit.html", "{% for field in form %}{{ field() }} {{ field.error }}\n{% endfor %}")
        .route("/", [Method::GET, Method::POST], index)
        .route("/players/{id}", [Method::GET, Method::POST], edit_player)
}

each_database! {
    async fn a_page_with_a_form(test: TestDatabase) {
        let app = create_app(test.url());
        let db = app.db().unwrap();
        db.create_all().await.unwrap();
        let client = app.test_client().follow_redirects(true);
        let first = client.get("/").await.text();
        assert!(first.contains("Hello, Stranger!"), "{first}");
        assert!(first.contains("<option value=\"user\" selected>User</option><option value=\"mod\">Moderator</option>"), "{first}");

        let fields = [("name", "Susan"), ("role", "mod")];
        let second = client.post("/").form(&fields).await.text();
        assert!(second.contains("Hello, Susan!") && !second.contains("again!"), "{second}");
        let third = client.post("/").form(&fields).await.text();
        assert!(third.contains("Happy to see you again!"), "{third}");
        let all = select(Member).all(&db).await.unwrap();
        assert_eq!((all.len(), all[0].role), (1, Role::Moderator));
        let wrong = client.post("/").form(&[("name", ""), ("role", "moderator")]).await.text();
        assert!(wrong.contains("This field is required.") && wrong.contains("Not a valid choice."), "{wrong}");
}

    async fn an_object_is_edited_and_a_taken_value_stands_at_its_field(test: TestDatabase) {
        let app = create_app(test.url());
        let db = app.db().unwrap();
        db.create_all().await.unwrap();
        let session = db.session();
        for (nickname, mail, first) in [("ann", "ann@example.com", "Ann"), ("bob", "bob@example.com", "Bob")] {
            let mail = Some(mail.to_owned());
            session.add(Player::builder().nickname(nickname).mail(mail).first(first).last("Lee").is_admin(nickname == "ann"));
        }
        session.commit().await.unwrap();
        let ann = select(Player).filter(Player::nickname.eq("ann")).one(&db).await.unwrap();
        let path = format!("/players/{}", ann.id);
        let client = app.test_client();

        let page = client.get(&path).await.text();
        assert!(page.contains("<input id=\"nickname\" name=\"nickname\" required maxlength=\"8\" type=\"text\" value=\"ann\">"), "{page}");
        assert!(page.contains("maxlength=\"30\""), "what the form says itself stays: {page}");

        let good = [("nickname", "anna"), ("mail", ""), ("first", "Anna"), ("last", "Lee"), ("is_admin", "false")];
        assert_eq!(client.post(&path).form(&good).await.text(), "saved");
        let anna = select(Player).filter(Player::id.eq(ann.id)).one(&db).await.unwrap();
        assert_eq!((anna.nickname.as_str(), anna.mail, anna.is_admin), ("anna", None, true), "no field of the form: not written");

        for (name, value, field, complaint) in [
            ("nickname", "bob", "nickname", "This value is already taken."),
            ("nickname", "anna1", "nickname", "No digits, please."),
            ("nickname", "anna-maria", "nickname", "Field cannot be longer than 8 characters."),
            ("mail", "bob@example.com", "mail", "This value is already taken."),
            ("first", "Bob", "first", "This value is already taken."),
        ] {
            let fields: Vec<_> = good.into_iter().map(|(n, v)| if n == name { (n, value) } else { (n, v) }).collect();
            let page = client.post(&path).form(&fields).await.text();
            let line = page.lines().find(|line| line.contains(&format!("name=\"{field}\""))).unwrap_or_default();
            assert!(line.ends_with(complaint) && line.contains(value), "{name}={value}: {page}");
        }
        let stored = select(Player).filter(Player::id.eq(ann.id)).one(&db).await.unwrap();
        assert_eq!(stored.nickname, "anna");
    }
}
