//! Pages for people, JSON for programs.

use rebis::prelude::*;

use crate::models::{Post, User};

/// The pages.
pub fn site() -> Blueprint {
    Blueprint::new("site").get("/", index).get("/user/{username}", user)
}

/// The same as JSON.
pub fn api() -> Blueprint {
    Blueprint::new("api").url_prefix("/api").get("/users/{id}", show_user).post("/users", create_user)
}

/// `GET /`: the posts, newest first, each with its author. Two statements, however many posts there are.
async fn index(session: Session, templates: Templates) -> Result<Html> {
    let posts =
        select(Post).with(Post::author).order_by(Post::timestamp.desc()).limit(50).all(&session).await?;
    templates.render("index.html", context! { posts })
}

/// `GET /user/susan`: somebody's posts, or a 404.
async fn user(session: Session, templates: Templates, Path(username): Path<String>) -> Result<Html> {
    let user = select(User).filter(User::username.eq(username)).first_or_404(&session).await?;
    let posts = user.posts.select().order_by(Post::timestamp.desc()).all(&session).await?;
    templates.render("user.html", context! { user, posts })
}

#[derive(Serialize)]
struct UserPage {
    id: i64,
    username: String,
    posts: Vec<String>,
}

/// `GET /api/users/1`
async fn show_user(session: Session, Path(id): Path<i64>) -> Result<Json<UserPage>> {
    let user = session.get_or_404(User, id).await?;
    let posts = user.posts.all().await?;
    Ok(Json(UserPage {
        id: user.id,
        username: user.username.clone(),
        posts: posts.iter().map(|post| post.body.clone()).collect(),
    }))
}

#[derive(Deserialize)]
struct NewUser {
    username: String,
    email: String,
}

#[derive(Serialize)]
struct Created {
    id: i64,
    username: String,
}

/// `POST /api/users` with `{"username": …, "email": …}`: 201, or 409 when the name or the address is taken.
async fn create_user(session: Session, Json(new): Json<NewUser>) -> Result<(StatusCode, Json<Created>)> {
    let user = session.add(User::builder().username(new.username).email(new.email));
    match session.commit().await {
        Ok(()) => Ok((StatusCode::CREATED, Json(Created { id: user.id, username: user.username.clone() }))),
        Err(error) if error.is_unique_violation() => {
            Err(HttpError::conflict("that username or email is taken"))
        }
        Err(error) => Err(error.into()),
    }
}
