//! The measured program, of all of Rebis: an application with every model, which prints what they add up to.

mod this_model; //each

use std::process::ExitCode;

use rebis::prelude::*;

#[rebis::main]
async fn main() -> Result<ExitCode> {
    if std::env::args().len() > 1 {
        return Ok(rebis::cli(create_app).await);
    }
    let db = Database::connect("sqlite://")?;
    db.create_all().await?;
    let mut total = 0;
    total += this_model::work(&db.session()).await?; //each
    println!("{total}");
    Ok(ExitCode::SUCCESS)
}

fn create_app(config: Config) -> App {
    App::new(config).database(Database::new())
}
