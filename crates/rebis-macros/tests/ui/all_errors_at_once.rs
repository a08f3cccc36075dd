use rebis_macros::Model;

#[derive(Model, Clone)]
#[model(tabel = "users", unique(nme))]
pub struct User {
    #[column(primary)]
    pub id: i64,
    #[column(max_length = 64, uniqe)]
    pub username: String,
    #[column(length = "120", nullable)]
    pub email: String,
    #[column(foreign_key = "group.id", on_delete = cascde)]
    pub group_id: i64,
    #[column(deferred)]
    pub photo: Vec<u8>,
}

fn main() {}
