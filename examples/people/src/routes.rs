//! What the application answers.

use rebis::prelude::*;

use crate::models::Person;

/// The routes of the site. The endpoint of `index` is `site.index`: `url_for("site.index")` in a template.
pub fn site() -> Blueprint {
    Blueprint::new("site").get("/", index)
}

/// `GET /`: everybody in the database, as HTML.
async fn index(session: Session, templates: Templates) -> Result<Html> {
    let people = select(Person).order_by(Person::pid).all(&session).await?;
    templates.render("index.html", context! { people })
}
