use rebis_macros::Model;

#[derive(Model, Clone)]
#[model(unique(usernme, email), index(mail))]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    pub username: String,
    #[column(name = "mail")]
    pub email: String,
}

fn main() {}
