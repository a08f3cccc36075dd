//! Rebis as an application writes it, served by its own command line with its own defaults. Invariant: nothing is switched off; what is logged
//! is said by the environment (`RUST_LOG`), as for any program of Rebis.

use rebis::prelude::*;

use crate::data::{Created, NewUser, Place};

/// A row.
#[derive(Model, Clone, Debug, Serialize)]
#[model(table = "users")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 64)]
    pub username: String,
    #[column(length = 120)]
    pub email: String,
}

pub async fn serve(place: &Place, port: u16, session: bool) -> crate::Result<()> {
    let url = match std::env::var_os("REBIS_BENCH_FULL") {
        Some(_) => format!("{}?synchronous=full", place.url()),
        None => place.url(),
    };
    let config = Config::new(".")
        .with("DATABASE_URL", url)
        .with("DATABASE_HISTORY", false)
        .with("SECRET_KEY", "only for the benches, thirty-two bytes or more");
    let app = App::new(config)
        .database(Database::new())
        .template("base.html", super::page::BASE)
        .template("page.html", super::page::PAGE)
        .blueprint(if session { in_a_session() } else { plain() });
    let arguments = ["bench".to_owned(), "run".to_owned(), "--port".to_owned(), port.to_string()];
    rebis_cli::run(rebis_cli::Program { app, databases: Vec::new() }, arguments.map(Into::into)).await;
    Err("the server ended".into())
}

fn plain() -> Blueprint {
    Blueprint::new("site")
        .get("/users/{id}", show)
        .post("/users", create)
        .get("/page/{after}", page)
        .get("/sum", sum)
}

async fn show(db: Database, Path(id): Path<i64>) -> Result<Json<User>> {
    Ok(Json(db.get(User, id).await?.ok_or_else(HttpError::not_found)?))
}

async fn page(db: Database, templates: Templates, Path(after): Path<i64>) -> Result<Html> {
    let users = select(User).filter(User::id.gt(after)).order_by(User::id).limit(20).all(&db).await?;
    templates.render("page.html", context! { users })
}

async fn create(db: Database, Json(new): Json<NewUser>) -> Result<(StatusCode, Json<Created>)> {
    let user = User::builder().username(new.username).email(new.email);
    let ids = insert(User).values([user]).returning(User::id).all(&db).await?;
    Ok((StatusCode::CREATED, Json(Created { id: ids[0] })))
}

/// What takes long, for those who wait beside it.
async fn sum(db: Database) -> Result<String> {
    let all: Vec<(i64,)> = db.fetch_all(rebis::sql(crate::tail::LONG)).await?;
    Ok(format!("{all:?}"))
}

fn in_a_session() -> Blueprint {
    Blueprint::new("site")
        .get("/users/{id}", session_show)
        .post("/users", session_create)
        .get("/page/{after}", session_page)
}

async fn session_show(session: Session, Path(id): Path<i64>) -> Result<Json<Entity<User>>> {
    Ok(Json(session.get_or_404(User, id).await?))
}

async fn session_page(session: Session, templates: Templates, Path(after): Path<i64>) -> Result<Html> {
    let users = select(User).filter(User::id.gt(after)).order_by(User::id).limit(20).all(&session).await?;
    templates.render("page.html", context! { users })
}

async fn session_create(session: Session, Json(new): Json<NewUser>) -> Result<(StatusCode, Json<Created>)> {
    let user = session.add(User::builder().username(new.username).email(new.email));
    session.commit().await?;
    Ok((StatusCode::CREATED, Json(Created { id: user.id })))
}
