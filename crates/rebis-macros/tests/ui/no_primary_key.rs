use rebis_macros::Model;

#[derive(Model, Clone)]
pub struct User {
    pub username: String,
}

#[derive(Model, Clone)]
pub struct Post {
    pub id: i64,
    pub body: String,
}

fn main() {}
