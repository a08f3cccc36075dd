use rebis::prelude::*;

#[derive(Columns, Clone, Debug)]
pub struct Address {
    pub street: String,
    pub city: Option<String>,
}

#[derive(Model, Clone, Debug)]
pub struct Person {
    #[column(primary_key)]
    pub id: i64,
    #[column(flatten)]
    pub address: Address,
}

async fn add(session: Session) {
    session.add(Person::builder());
}

fn main() {}
