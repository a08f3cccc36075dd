//! `run`: serves the application, after bringing the database up to date when asked to.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rebis_web::{BoxError, ServeOptions, serve};

use super::db;
use crate::program::Program;

pub(crate) fn describe(with_database: bool) -> Command {
    let command = Command::new("run")
        .about("Serves the application")
        .arg(
            Arg::new("host")
                .long("host")
                .value_name("HOST")
                .help("The interface to listen on [default: 127.0.0.1]"),
        )
        .arg(
            Arg::new("port")
                .long("port")
                .short('p')
                .value_name("PORT")
                .value_parser(value_parser!(u16))
                .help("The port to listen on, 0 for any that is free [default: 5000]"),
        )
        .arg(
            Arg::new("debug")
                .long("debug")
                .action(ArgAction::SetTrue)
                .help("Shows errors in the browser and reloads templates"),
        );
    if !with_database {
        return command;
    }
    command.arg(
        Arg::new("upgrade")
            .long("upgrade")
            .action(ArgAction::SetTrue)
            .help("Brings the database to the newest migration first"),
    )
}

pub(crate) async fn run(program: Program, given: Option<&ArgMatches>) -> Result<ExitCode, BoxError> {
    let mut options = ServeOptions::from_config(program.app.config())?;
    if let Some(given) = given {
        if let Some(host) = given.get_one::<String>("host") {
            options.host.clone_from(host);
        }
        if let Some(port) = given.get_one::<u16>("port") {
            options.port = *port;
        }
        if given.get_flag("debug") {
            options.debug = Some(true);
        }
        if !program.databases.is_empty() && given.get_flag("upgrade") {
            db::upgrade_to_head(program.databases).await?;
        }
    }
    serve(program.app, options).await?;
    Ok(ExitCode::SUCCESS)
}
