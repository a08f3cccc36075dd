//! The measured program, of Diesel: makes the tables, works with every model and prints what they add up to.

mod this_model; //each

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = SqliteConnection::establish(":memory:")?;
    connection.batch_execute(this_model::CREATE)?; //each
    let mut total = 0;
    total += this_model::work(&mut connection)?; //each
    println!("{total}");
    Ok(())
}
