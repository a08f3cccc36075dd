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

fn create_app(url: &str) -> App {
    let source = "{% extends 'rebis/base.html' %}{% from 'rebis/form.html' import quick_form %}\
                  {% block content %}<h1>Hello, {{ session.name or 'Stranger' }}!</h1>\
                  {% if session.known %}Happy to see you again!{% endif %}{{ quick_form(form) }}{% endblock %}";
    let config =
        Config::new(".").with("DATABASE_URL", url).with("SECRET_KEY", "a secret for the tests, long enough");
    App::new(config).database(Database::new()).bootstrap().template("index.html", source).route(
        "/",
        [Method::GET, Method::POST],
        index,
    )
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
}
