use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(uniqe)]
    pub username: String,
}

fn main() {
    // The model is there all the same: one error, not one for each use.
    let _ = select(User).filter(User::username.eq("john"));
}
