//! `rebis`: makes applications, and passes the commands of an application on to it.
//!
//! **Invariants.** What it makes and what it runs is an ordinary cargo package: every command of it can be typed without it
//! (`cargo run -- db upgrade`). Exit codes are those of what was run; 1 when something failed here, 2 for a wrong command line.

#![forbid(unsafe_code)]

mod cargo;
mod front;
mod new;
#[cfg(unix)]
mod reload;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use rebis_cli::{completions, fail, with_nearest};
use rebis_web::BoxError;

fn main() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    match words::describe().try_get_matches_from(&line) {
        Ok(matches) => match matches.subcommand() {
            Some(("new", given)) => ended(new::run(given)),
            Some(("completions", given)) => ended(completions(words::whole(), given)),
            Some(("help", given)) => help(given),
            Some(("run", given)) => ended(front::serve(given)),
            Some((name @ ("db" | "routes" | "shell" | "test"), given)) => ended(front::run(name, given)),
            Some((name, given)) => ended(front::own(name, given, &matches, &line)),
            None => ExitCode::SUCCESS,
        },
        Err(error) => refused(error, &line),
    }
}

/// A wrong line, or one that asks for help.
fn refused(error: clap::Error, line: &[OsString]) -> ExitCode {
    let error = with_nearest(error, &words::whole(), line);
    // Nobody can be told that standard output is closed.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn ended(outcome: Result<ExitCode, BoxError>) -> ExitCode {
    outcome.unwrap_or_else(|error| fail(&*error))
}

/// `rebis help db upgrade`: the words of the application's commands are known here.
fn help(given: &clap::ArgMatches) -> ExitCode {
    let names: Vec<&String> = given.get_many("command").into_iter().flatten().collect();
    let line = std::iter::once("rebis").chain(names.into_iter().map(String::as_str)).chain(["--help"]);
    let line: Vec<OsString> = line.map(OsString::from).collect();
    words::whole()
        .try_get_matches_from(&line)
        .map_or_else(|error| refused(error, &line), |_| ExitCode::SUCCESS)
}
