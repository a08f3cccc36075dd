//! A command of the application's own: `cargo run -p people -- add "Ada" --age 36 --job mathematician`.

use rebis::clap::{Arg, Command, value_parser};
use rebis::prelude::*;

use crate::models::Person;

/// How the command is called.
pub fn add_description() -> Command {
    Command::new("add")
        .about("Adds a person to the database")
        .arg(Arg::new("name").required(true).help("The person's name"))
        .arg(Arg::new("age").long("age").value_parser(value_parser!(i32)).help("In years"))
        .arg(Arg::new("job").long("job").help("What the person does"))
}

/// What it does: the same session that a request would have.
pub async fn add(context: CommandContext) -> Result<()> {
    let given = &context.matches;
    context.app.migrator()?.upgrade("head").await?;
    let session = context.app.db()?.session();
    let person = session.add(
        Person::builder()
            .name(given.get_one::<String>("name").cloned().unwrap_or_default())
            .age(given.get_one::<i32>("age").copied())
            .job(given.get_one::<String>("job").cloned()),
    );
    session.commit().await?;
    println!("{} is person {}", person.name, person.pid);
    Ok(())
}
