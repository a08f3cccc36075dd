//! `/users` and `/search`.

use rebis::prelude::*;

use crate::models::User;

/// Users on a page.
const PER_PAGE: u64 = 10;

/// The routes; the endpoint of `get_user` is `users.get_user`.
pub(crate) fn routes() -> Blueprint {
    Blueprint::new("users")
        .get("/users", get_users)
        .post("/users", create_user)
        .get("/users/{id}", get_user)
        .patch("/users/{id}", update_user)
        .delete("/users/{id}", delete_user)
        .get("/search", search)
}

/// A user as lists show it. What leaves the program is a struct of its own: a column that the model gets is not told to the world.
#[derive(Serialize)]
pub(crate) struct UserLine {
    id: i64,
    username: String,
}

impl UserLine {
    fn of(user: &User) -> Self {
        UserLine { id: user.id, username: user.username.clone() }
    }
}

/// Everybody, or a page of them.
#[derive(Serialize)]
#[serde(untagged)]
enum Users {
    All(Vec<UserLine>),
    Page(UserPage),
}

#[derive(Serialize)]
struct UserPage {
    users: Vec<UserLine>,
    total: u64,
    pages: u64,
    current_page: u64,
    has_prev: bool,
    prev_num: Option<u64>,
    has_next: bool,
    next_num: Option<u64>,
    /// The numbers for links, null where some are left out.
    iter_pages: Vec<Option<u64>>,
}

/// `GET /users`: everybody. `GET /users?page=2`: ten of them, and what is needed for links to the others.
async fn get_users(session: Session, args: Args) -> Result<Json<Users>> {
    let users = select(User).order_by(User::id);
    let Some(page) = args.get("page") else {
        let all = users.all(&session).await?;
        return Ok(Json(Users::All(all.iter().map(|user| UserLine::of(user)).collect())));
    };
    let page = users.paginate(&session, Page::new(page, PER_PAGE)).await?;
    Ok(Json(Users::Page(UserPage {
        users: page.items.iter().map(|user| UserLine::of(user)).collect(),
        total: page.total,
        pages: page.pages,
        current_page: page.page,
        has_prev: page.has_prev,
        prev_num: page.prev_num(),
        has_next: page.has_next,
        next_num: page.next_num(),
        iter_pages: page.iter_pages(),
    })))
}

#[derive(Deserialize)]
struct NewUser {
    username: String,
    email: String,
}

/// `POST /users` with `{"username": …, "email": …}`: 201, or 409 when the name or the address is taken.
async fn create_user(session: Session, Json(new): Json<NewUser>) -> Result<(StatusCode, Json<UserLine>)> {
    let user = session.add(User::builder().username(new.username).email(new.email));
    commit(&session).await?;
    Ok((StatusCode::CREATED, Json(UserLine::of(&user))))
}

#[derive(Serialize)]
struct UserWithPosts {
    id: i64,
    username: String,
    posts: Vec<PostLine>,
}

#[derive(Serialize)]
struct PostLine {
    id: i64,
    title: String,
}

/// `GET /users/1`: somebody and what they wrote, or a 404.
async fn get_user(session: Session, Path(id): Path<i64>) -> Result<Json<UserWithPosts>> {
    let user = session.get_or_404(User, id).await?;
    let posts = user.posts.all().await?;
    Ok(Json(UserWithPosts {
        id: user.id,
        username: user.username.clone(),
        posts: posts.iter().map(|post| PostLine { id: post.id, title: post.title.clone() }).collect(),
    }))
}

#[derive(Deserialize)]
struct ChangedUser {
    username: Option<String>,
    email: Option<String>,
}

/// `PATCH /users/1` with what changes. The UPDATE has the columns that differ and no others.
async fn update_user(
    session: Session,
    Path(id): Path<i64>,
    Json(changed): Json<ChangedUser>,
) -> Result<Json<UserLine>> {
    let user = session.get_or_404(User, id).await?;
    if let Some(username) = changed.username {
        user.edit().username = username;
    }
    if let Some(email) = changed.email {
        user.edit().email = email;
    }
    commit(&session).await?;
    Ok(Json(UserLine::of(&user)))
}

/// `DELETE /users/1`: 204. The posts go too, as the relation's cascade says.
async fn delete_user(session: Session, Path(id): Path<i64>) -> Result<StatusCode> {
    let user = session.get_or_404(User, id).await?;
    session.delete(&user);
    session.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /search?q=ali`: the names that contain it.
async fn search(session: Session, args: Args) -> Result<Json<Vec<String>>> {
    let wanted = args.get_or("q", String::new());
    let names =
        select(User::username).filter(User::username.like(format!("%{wanted}%"))).order_by(User::username);
    Ok(Json(names.all(&session).await?))
}

/// The user of that name; made when there is none yet.
///
/// # Errors
/// When the address belongs to somebody else, or the database cannot be asked.
pub async fn get_or_create(
    session: &Session,
    username: &str,
    email: &str,
) -> rebis::orm::Result<Entity<User>> {
    if let Some(user) = select(User).filter(User::username.eq(username)).first(session).await? {
        return Ok(user);
    }
    let user = session.add(User::builder().username(username).email(email));
    session.commit().await?;
    Ok(user)
}

/// Commits; a value that is taken is the client's fault.
async fn commit(session: &Session) -> Result<()> {
    match session.commit().await {
        Err(error) if error.is_unique_violation() => {
            Err(HttpError::conflict("that username or email is taken"))
        }
        done => Ok(done?),
    }
}
