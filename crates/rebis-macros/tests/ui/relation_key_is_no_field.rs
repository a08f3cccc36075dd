use rebis_macros::Model;

#[derive(Clone)]
pub struct BelongsTo<T>(std::marker::PhantomData<T>);
#[derive(Clone)]
pub struct User;

#[derive(Model, Clone)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = User::id)]
    pub user_id: i64,
    #[relation(key = userid)]
    pub author: BelongsTo<User>,
}

#[derive(Model, Clone)]
pub struct Comment {
    #[column(primary_key)]
    pub id: i64,
    pub author: BelongsTo<User>,
}

fn main() {}
