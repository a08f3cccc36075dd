//! The measured program, of SeaORM: makes the tables, works with every model and prints what they add up to.

mod this_model; //each

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr, Schema};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), DbErr> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await?;
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(this_model::Entity)).await?; //each
    let mut total = 0;
    total += this_model::work(&db).await?; //each
    println!("{total}");
    Ok(())
}
