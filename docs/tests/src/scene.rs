//! What the pieces of somebody's program on the pages of errors take for granted. Invariant: nothing but models that such a program would have.

pub use rebis::prelude::*;

/// Somebody.
#[derive(Model, Clone, Debug)]
pub struct User {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// A name that nobody else has.
    #[column(length = 64, unique)]
    pub username: String,
    /// Where.
    #[column(length = 64)]
    pub city: String,
    /// What was written.
    #[relation(back_populates = author)]
    pub posts: HasMany<Post>,
}

/// What somebody wrote.
#[derive(Model, Clone, Debug)]
pub struct Post {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// By whom.
    #[column(index, foreign_key = User::id)]
    pub user_id: i64,
    /// By whom.
    #[relation(key = user_id, back_populates = posts)]
    pub author: BelongsTo<User>,
}

/// A long text.
#[derive(Model, Clone, Debug)]
pub struct Article {
    /// The key.
    #[column(primary_key)]
    pub id: i64,
    /// Read when it is asked for.
    #[column(text)]
    pub body: Deferred<String>,
    /// Counts the changes.
    #[column(version)]
    pub revision: i64,
}
