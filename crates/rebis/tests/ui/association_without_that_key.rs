use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[relation(through = Follow, key = Follow::from_id)]
    pub followed: HasMany<User>,
}

#[derive(Model, Clone, Debug)]
#[model(primary_key(follower_id, followed_id))]
pub struct Follow {
    #[column(foreign_key = User::id)]
    pub follower_id: i64,
    #[column(foreign_key = User::id)]
    pub followed_id: i64,
}

fn main() {}
