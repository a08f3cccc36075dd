//! What the pieces of somebody's program on the pages of errors take for granted. Invariant: nothing but models that such a program would have.
//!
//! Every model of a program is known to its databases: these belong to one of their own, so that the other pages' databases have nothing to do with
//! them, and whoever makes models beside them is compiled apart (`standalone_crate`).

pub use rebis::prelude::*;

/// Somebody.
#[derive(Model, Clone, Debug)]
#[model(table = "scene_user", bind = "scene")]
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
#[model(table = "scene_post", bind = "scene")]
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
#[model(table = "scene_article", bind = "scene")]
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
