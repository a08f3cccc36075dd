use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub username: String,
    pub email: String,
}

fn add(session: &Session) {
    session.add(User::builder().username("john"));
}

fn main() {}
