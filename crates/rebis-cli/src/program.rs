//! [`Program`]: what the command line acts on; [`run`]: which command it asks for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Command};
use rebis_engine::Engine;
use rebis_migrate::{MigratorSetup, Script};
use rebis_sql::schema::Schema;
use rebis_web::{App, BoxError, CommandContext};

use crate::slip::with_nearest;
use crate::{command, completions, examples, log, output};

/// An application and its database, as the commands see them.
#[derive(Debug)]
pub struct Program {
    /// The application.
    pub app: App,
    /// Its databases, its own first; none when it has none.
    pub databases: Vec<DatabaseCommands>,
}

/// What `db …` acts on.
#[derive(Debug)]
pub struct DatabaseCommands {
    /// The name of a database besides the application's own.
    pub bind: Option<String>,
    /// The database, or why there is none.
    pub engine: Result<Engine, String>,
    /// What the models declare.
    pub models: Schema,
    /// The migrations that the program carries; `None` when it was built without a list.
    pub scripts: Option<&'static [Script]>,
    /// The folder of the migrations' source.
    pub directory: PathBuf,
    /// Whether what is done is written to the database's history.
    pub history: bool,
    /// How the application wants its migrations.
    pub setup: MigratorSetup,
}

/// Runs the command that the arguments ask for, the program's name first; `run` when they ask for none.
pub async fn run(program: Program, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut description = describe(&program);
    if let Some(name) = named_twice(&description) {
        let said = format!("two commands are named `{name}`: give the application's own another name");
        return output::fail(&*BoxError::from(said));
    }
    let line: Vec<OsString> = arguments.into_iter().collect();
    let matches = match description.try_get_matches_from_mut(&line) {
        Ok(matches) => matches,
        Err(error) if program.databases.is_empty() && asks_for(&error, "db") => {
            let said = "the application has no database, and so no command `db`: give it one with .database(Database::new())";
            return output::fail(&*BoxError::from(said));
        }
        Err(error) => {
            let error = with_nearest(error, &description, &line);
            // clap prints help to standard output and errors to standard error; nobody can be told when that is closed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    // Not `subcommand_matches("db")`: an application without a database has no such command, and clap panics over the question.
    let quiet = matches.subcommand().is_some_and(|(name, given)| name == "db" && given.get_flag("quiet"));
    log::start(program.app.config().debug(), quiet);
    match dispatch(program, &matches).await {
        Ok(code) => code,
        Err(error) => output::fail(&*error),
    }
}

async fn dispatch(program: Program, matches: &ArgMatches) -> Result<ExitCode, BoxError> {
    match matches.subcommand() {
        None => command::run::run(program, None).await,
        Some(("run", given)) => command::run::run(program, Some(given)).await,
        Some(("routes", _)) => command::routes::run(&program.app),
        Some(("db", given)) => command::db::run(program, given).await,
        Some(("completions", given)) => completions::completions(describe(&program), given),
        Some((name, given)) => {
            let own = program.app.commands().iter().find(|own| own.name() == name).cloned();
            if let Some(own) = own {
                own.run(CommandContext::new(program.app, given.clone())).await?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A name that two commands have; clap panics over it, or takes the first.
fn named_twice(all: &Command) -> Option<&str> {
    let mut names: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

/// Whether the arguments name a command that is not there, this one.
fn asks_for(error: &clap::Error, command: &str) -> bool {
    matches!(
        error.get(ContextKind::InvalidSubcommand),
        Some(ContextValue::String(asked)) if asked == command
    )
}

fn describe(program: &Program) -> Command {
    let mut all = output::styled(Command::new(program.app.name().to_owned()))
        .about("A Rebis application. Without a command it serves, as `run` does.")
        .after_help(if program.databases.is_empty() {
            "Examples:\n  cargo run\n  cargo run -- run --port 8000\n  cargo run -- routes"
        } else {
            "Examples:\n  cargo run\n  cargo run -- db migrate -m \"users table\"\n  cargo run -- db upgrade\n  cargo run -- run --port 8000"
        })
        .subcommand_required(false)
        .subcommand(command::run::describe(!program.databases.is_empty()))
        .subcommand(command::routes::describe());
    if !program.databases.is_empty() {
        all = all.subcommand(command::db::describe(program.databases.len() > 1));
    }
    all = examples::added(all.subcommand(completions::completions_command(program.app.name())));
    for own in program.app.commands() {
        all = all.subcommand(own.clap().clone());
    }
    all
}

/// The commands that every application with a database understands, for who stands in front of it.
pub fn commands() -> Vec<Command> {
    let all = Command::new("app")
        .subcommand(command::run::describe(true))
        .subcommand(command::routes::describe())
        .subcommand(command::db::describe(false))
        .subcommand(command::shell::shell_command(true));
    examples::added(all).get_subcommands().cloned().collect()
}

#[cfg(test)]
mod tests {
    use rebis_web::{Config, Result};

    use super::*;

    fn described(app: App) -> Command {
        describe(&Program { app, databases: Vec::new() })
    }

    #[test]
    fn commands_have_names_of_their_own() {
        async fn nothing(_: CommandContext) -> Result<()> {
            Ok(())
        }
        let app = || App::new(Config::new(".")).command(Command::new("greet"), nothing);
        assert_eq!(named_twice(&described(app())), None);
        assert_eq!(named_twice(&described(app().command(Command::new("greet"), nothing))), Some("greet"));
        assert_eq!(named_twice(&described(app().command(Command::new("run"), nothing))), Some("run"));
    }

    #[test]
    fn a_database_that_is_missing_is_told_from_a_slip() {
        let of = |word: &str| {
            described(App::new(Config::new("."))).try_get_matches_from(["app", word]).unwrap_err()
        };
        assert!(asks_for(&of("db"), "db"));
        assert!(!asks_for(&of("bd"), "db"));
    }
}
