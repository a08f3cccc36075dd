use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[relation(back_populates = autor)]
    pub posts: HasMany<Post>,
}

#[derive(Model, Clone, Debug)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = User::key)]
    pub user_id: i64,
    #[relation(back_populates = posts, key = user_id)]
    pub author: BelongsTo<User>,
}

fn main() {}
