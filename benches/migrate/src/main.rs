//! Migrations beside Alembic: what a comparison of many tables costs, and an upgrade of many small revisions.
//!
//! **Invariant.** Both sides work on the same database in the same run, in turn, and each says what it found: a comparison that finds a
//! difference, or an upgrade that leaves a table out, ends the run.

mod alembic;
mod check;
mod database;
mod options;
mod report;
mod upgrade;

use std::process::ExitCode;

/// Whatever went wrong: a bench ends with the sentence.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(run()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The whole command, as a process of its own.
    if let [command, url, tables, kind] = &arguments[..]
        && command == "check-once"
    {
        return check::once(url, tables.parse()?, kind).await;
    }
    let options = options::Options::parse(&arguments)?;
    let python = alembic::python();
    if let Err(why) = &python {
        println!("Alembic takes no part: {why}\n");
    }
    let python = python.ok();
    if let Some(python) = &python {
        println!("{}\n", alembic::versions(python)?);
    }
    for database in database::all(&options)? {
        check::run(&options, &database, python.as_deref()).await?;
    }
    if options.wants("upgrade") {
        upgrade::run(&options, python.as_deref()).await?;
    }
    Ok(())
}
