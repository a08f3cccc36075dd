//! The pages. `index` shows a form and reads it; what was sent leads to a redirect, so that a reload sends nothing again.

use rebis::axum::http::Method;
use rebis::axum::response::{IntoResponse as _, Response};
use rebis::prelude::*;
use rebis::web::Args;

use crate::models::User;

/// The routes; the endpoint of `index` is `main.index`.
pub(crate) fn main() -> Blueprint {
    Blueprint::new("main")
        .route("/", [Method::GET, Method::POST], index)
        .get("/user/{name}", user)
        .get("/users", users)
}

/// What the page asks for. A `String` has to be filled in; `Option<String>` would not.
#[derive(Form)]
#[form(submit = "Submit")]
struct NameForm {
    #[form(label = "What is your name?", length = 64)]
    name: String,
}

/// `GET /` and `POST /`.
async fn index(
    app: App,
    session: Session,
    visitor: UserSession,
    templates: Templates,
    mut form: Form<NameForm>,
) -> Result<Response> {
    if let Some(sent) = form.validated() {
        let known = select(User).filter(User::username.eq(sent.name.as_str())).exists(&session).await?;
        if !known {
            session.add(User::builder().username(sent.name.clone()));
            session.commit().await?;
        }
        visitor.set("known", known)?;
        if visitor.get::<String>("name").is_some_and(|before| before != sent.name) {
            visitor.flash("Looks like you have changed your name!", "message");
        }
        visitor.set("name", sent.name)?;
        return Ok(app.redirect("main.index", ())?.into_response());
    }
    let name = visitor.get::<String>("name");
    let known = visitor.get::<bool>("known").unwrap_or_default();
    Ok(templates.render("index.html", context! { form, name, known })?.into_response())
}

/// `GET /user/dave`
async fn user(templates: Templates, Path(name): Path<String>) -> Result<Html> {
    templates.render("user.html", context! { name })
}

/// How many users a page of the list has.
const PER_PAGE: u64 = 10;

/// `GET /users?page=2`: everybody with the role, ten on a page. Three statements, however many users there are.
async fn users(session: Session, templates: Templates, args: Args) -> Result<Html> {
    let all = select(User).with(User::role).order_by(User::username);
    let page = all.paginate(&session, Page::new(args.get_or("page", 1), PER_PAGE)).await?;
    let mut rows = Vec::new();
    for user in &page.items {
        let role = user.role.loaded()?.map(|role| role.name.clone());
        rows.push((user.username.clone(), role));
    }
    let links = context! { page => page.page, pages => page.pages, has_prev => page.has_prev, has_next => page.has_next };
    templates.render("users.html", context! { rows, links })
}
