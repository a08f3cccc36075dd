//! The measured program, of Rebis' ORM alone: makes the tables, works with every model and prints what they add up to.

mod this_model; //each

use rebis::{Database, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let db = Database::connect("sqlite://")?;
    db.create_all().await?;
    let mut total = 0;
    total += this_model::work(&db.session()).await?; //each
    println!("{total}");
    Ok(())
}
