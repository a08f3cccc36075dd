//! `/posts`.

use rebis::prelude::*;

use crate::models::Post;

/// The routes.
pub(crate) fn routes() -> Blueprint {
    Blueprint::new("posts").get("/posts", get_posts).post("/posts", create_post)
}

#[derive(Deserialize)]
struct NewPost {
    title: String,
    content: String,
    user_id: i64,
}

#[derive(Serialize)]
struct Created {
    id: i64,
    title: String,
}

/// `POST /posts` with `{"title": …, "content": …, "user_id": …}`: 201, or 422 when there is no such user.
async fn create_post(session: Session, Json(new): Json<NewPost>) -> Result<(StatusCode, Json<Created>)> {
    let post = session.add(Post::builder().title(new.title).content(new.content).user_id(new.user_id));
    match session.commit().await {
        Ok(()) => Ok((StatusCode::CREATED, Json(Created { id: post.id, title: post.title.clone() }))),
        Err(error) if error.is_foreign_key_violation() => {
            Err(HttpError::new(StatusCode::UNPROCESSABLE_ENTITY, "there is no user of that id"))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize)]
struct PostWithAuthor {
    id: i64,
    title: String,
    author: String,
}

/// `GET /posts`: newest first, each with its author. One statement: the author comes by a join.
async fn get_posts(session: Session) -> Result<Json<Vec<PostWithAuthor>>> {
    let newest =
        select(Post).with(Post::author.joined()).order_by(Post::created_at.desc()).order_by(Post::id.desc());
    let mut shown = Vec::new();
    for post in newest.all(&session).await? {
        let author = post.author.loaded()?;
        shown.push(PostWithAuthor {
            id: post.id,
            title: post.title.clone(),
            author: author.username.clone(),
        });
    }
    Ok(Json(shown))
}
