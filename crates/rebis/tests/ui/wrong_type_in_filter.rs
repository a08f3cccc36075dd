use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
}

fn main() {
    let _ = select(User).filter(User::id.eq("one"));
}
