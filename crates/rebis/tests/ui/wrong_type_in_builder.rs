use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub username: String,
}

fn main() {
    let _ = User::builder().username(3);
}
