use rebis::prelude::*;

#[derive(Clone, Debug)]
pub struct Post;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub posts: HasMany<Post>,
}

fn main() {}
