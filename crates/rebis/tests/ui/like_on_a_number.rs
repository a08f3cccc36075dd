use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    pub age: i32,
}

fn main() {
    let _ = select(User).filter(User::age.like("4%"));
}
