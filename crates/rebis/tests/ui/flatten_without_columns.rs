use rebis::prelude::*;

#[derive(Clone, Debug)]
pub struct Times {
    pub created_at: DateTime<Utc>,
}

#[derive(Model, Clone, Debug)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(flatten)]
    pub times: Times,
}

fn main() {}
