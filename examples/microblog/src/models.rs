//! The tables `user` and `post`.

use std::fmt;

use rebis::prelude::*;

/// Somebody who writes.
#[derive(Model, Clone, Debug, Serialize)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 64, unique, index)]
    pub username: String,
    #[column(length = 120, unique, index)]
    pub email: String,
    // `Option` means that NULL is allowed.
    #[column(length = 256)]
    #[serde(skip)]
    pub password_hash: Option<String>,
    #[relation(back_populates = author)]
    pub posts: HasMany<Post>,
}

/// What somebody wrote.
#[derive(Model, Clone, Debug, Serialize)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 140)]
    pub body: String,
    // Filled in when the post is written, unless it is given.
    #[column(index, default = Utc::now)]
    pub timestamp: DateTime<Utc>,
    #[column(index, foreign_key = User::id)]
    pub user_id: i64,
    #[relation(key = user_id, back_populates = posts)]
    pub author: BelongsTo<User>,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<User {}>", self.username)
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Post {}>", self.body)
    }
}
