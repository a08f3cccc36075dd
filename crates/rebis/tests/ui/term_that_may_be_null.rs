use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    pub likes: i64,
    pub bonus: Option<i64>,
}

fn main() {
    let _ = select(Post::likes.plus(Post::bonus));
    let _ = select(Post::likes + Post::bonus);
}
