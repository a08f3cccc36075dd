//! `db …`: migrations. What they do is `rebis_migrate`'s; here is how they are asked for and what is printed.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rebis_migrate::diff::Rename;
use rebis_migrate::{HistoryOptions, MigrateOptions, Migrator, RevisionOptions};
use rebis_web::BoxError;

use crate::output;
use crate::program::{DatabaseCommands, Program};

pub(crate) fn describe() -> Command {
    let verbose =
        || Arg::new("verbose").long("verbose").short('v').action(ArgAction::SetTrue).help("All about each");
    let message =
        || Arg::new("message").long("message").short('m').value_name("TEXT").help("What the migration does");
    let rev_id = || {
        Arg::new("rev-id").long("rev-id").value_name("ID").help("The revision's id, instead of one made up")
    };
    let revision = |default: &'static str| {
        Arg::new("revision")
            .value_name("REVISION")
            .default_value(default)
            .allow_hyphen_values(true)
            .help("An id or its beginning, head, base, +N, -N")
    };
    Command::new("db")
        .about("Migrations: compares the models with the database, writes scripts, runs them")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("directory")
                .long("directory")
                .short('d')
                .value_name("FOLDER")
                .global(true)
                .help("The folder of the migrations' source [default: src/migrations]"),
        )
        .subcommand(Command::new("init").about("Makes the folder of migrations"))
        .subcommand(
            Command::new("revision")
                .about("Writes an empty script, to be filled by hand")
                .arg(message())
                .arg(rev_id()),
        )
        .subcommand(
            Command::new("migrate")
                .about("Writes a script from what differs between models and database")
                .arg(message())
                .arg(rev_id())
                .arg(
                    Arg::new("rename")
                        .long("rename")
                        .value_name("OLD:NEW")
                        .action(ArgAction::Append)
                        .help("What was renamed: `user.mail:email` for a column, `users:user` for a table"),
                ),
        )
        .subcommand(Command::new("check").about("Fails when models and database differ"))
        .subcommand(
            Command::new("upgrade").about("Runs the migrations up to a revision").arg(revision("head")),
        )
        .subcommand(
            Command::new("downgrade").about("Takes migrations back down to a revision").arg(revision("-1")),
        )
        .subcommand(
            Command::new("stamp")
                .about("Says that the database is at a revision, running nothing")
                .arg(revision("head"))
                .arg(
                    Arg::new("purge")
                        .long("purge")
                        .action(ArgAction::SetTrue)
                        .help("Forgets what the database says first, also revisions that nobody knows"),
                ),
        )
        .subcommand(Command::new("current").about("Where the database is").arg(verbose()))
        .subcommand(
            Command::new("history")
                .about("The migrations, newest first")
                .arg(verbose())
                .arg(
                    Arg::new("rev-range")
                        .long("rev-range")
                        .short('r')
                        .value_name("START:END")
                        .allow_hyphen_values(true)
                        .help("From one revision to another, both included"),
                )
                .arg(
                    Arg::new("indicate-current")
                        .long("indicate-current")
                        .short('i')
                        .action(ArgAction::SetTrue)
                        .help("Marks where the database is"),
                ),
        )
        .subcommand(Command::new("heads").about("The newest migrations").arg(verbose()))
        .subcommand(Command::new("show").about("All about one migration").arg(revision("head")))
}

pub(crate) async fn run(program: Program, given: &ArgMatches) -> Result<ExitCode, BoxError> {
    let Some(mut database) = program.database else {
        return Err("the application has no database".into());
    };
    if let Some(directory) = given.get_one::<String>("directory") {
        database.directory = directory.into();
    }
    let migrator = migrator(database)?;
    let Some((command, given)) = given.subcommand() else {
        return Ok(ExitCode::SUCCESS);
    };
    let text = |name: &str| given.get_one::<String>(name).cloned();
    let target = || text("revision").unwrap_or_default();
    match command {
        "init" => output::line(migrator.init().await?),
        "revision" => {
            let options = RevisionOptions { rev_id: text("rev-id") };
            output::line(migrator.revision(&text("message").unwrap_or_default(), options).await?);
        }
        "migrate" => {
            let renames = given.get_many::<String>("rename").unwrap_or_default();
            let renames = renames.map(|text| text.parse::<Rename>()).collect::<Result<Vec<_>, _>>()?;
            let options = MigrateOptions { rev_id: text("rev-id"), renames };
            // That nothing has changed is in the log.
            if let Some(generated) = migrator.migrate(&text("message").unwrap_or_default(), options).await? {
                output::line(generated);
            }
        }
        "check" => {
            let check = migrator.check().await?;
            if !check.is_clean() {
                return Err(check.to_string().into());
            }
            output::line(check);
        }
        "upgrade" => drop(migrator.upgrade(&target()).await?),
        "downgrade" => drop(migrator.downgrade(&target()).await?),
        "stamp" if given.get_flag("purge") => drop(migrator.stamp_purging(&target()).await?),
        "stamp" => drop(migrator.stamp(&target()).await?),
        "current" => listing(migrator.current(given.get_flag("verbose")).await?),
        "heads" => listing(migrator.heads(given.get_flag("verbose")).await?),
        "show" => listing(migrator.show(&target()).await?),
        "history" => listing(
            migrator
                .history(HistoryOptions {
                    verbose: given.get_flag("verbose"),
                    range: text("rev-range"),
                    indicate_current: given.get_flag("indicate-current"),
                })
                .await?,
        ),
        other => return Err(format!("db has no command {other}").into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs all migrations, for `run --upgrade`.
pub(crate) async fn upgrade_to_head(database: DatabaseCommands) -> Result<(), BoxError> {
    migrator(database)?.upgrade("head").await?;
    Ok(())
}

fn migrator(database: DatabaseCommands) -> Result<Migrator, BoxError> {
    Ok(Migrator::new(database.engine?, database.models, database.scripts, database.directory))
}

/// Prints a listing, and nothing at all when it is empty.
fn listing(listing: impl std::fmt::Display) {
    let text = listing.to_string();
    if !text.is_empty() {
        output::line(text);
    }
}
