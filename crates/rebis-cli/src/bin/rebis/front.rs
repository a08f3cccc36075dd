//! The application's own commands, from any folder of it: `rebis db upgrade` is `cargo run -- db upgrade`.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use clap::ArgMatches;
use clap::error::ContextKind;
use rebis_cli::with_nearest;
use rebis_web::BoxError;

use crate::cargo::{self, Options};
use crate::words;

/// `run`: with an eye on the sources, unless that is not wanted.
pub(crate) fn serve(given: &ArgMatches) -> Result<ExitCode, BoxError> {
    #[cfg(unix)]
    if !given.get_flag("no-reload") {
        return crate::reload::run(given);
    }
    #[cfg(not(unix))]
    if !given.get_flag("no-reload") {
        eprintln!(
            " * Not reloading: a socket cannot be lent to another program on this system; end it and start it again by hand"
        );
    }
    cargo::package_folder()?;
    let mut run = Options::of(given).cargo("run");
    become_it(run.args(["--quiet", "--"]).args(words::of_run(given)))
}

/// `db`, `routes`, `shell`, `test`.
pub(crate) fn run(name: &str, given: &ArgMatches) -> Result<ExitCode, BoxError> {
    let rest: Vec<&OsString> = given.get_many("arguments").into_iter().flatten().collect();
    let asks = rest.iter().take_while(|word| **word != "--").any(|word| **word == "--help" || **word == "-h");
    if asks || (name == "db" && rest.is_empty()) {
        // Known here, so that nothing has to be built for it.
        let line = [OsString::from("rebis"), name.into()];
        let line: Vec<_> =
            line.into_iter().chain(rest.into_iter().cloned()).chain(["--help".into()]).collect();
        let help = words::whole().try_get_matches_from(&line);
        return Ok(help.map_or_else(|error| crate::refused(error, &line), |_| ExitCode::SUCCESS));
    }
    cargo::package_folder()?;
    let options = Options::of(given);
    if name == "test" {
        let mut test = options.cargo_for_all("test");
        return become_it(test.args(rest));
    }
    let mut run = options.cargo("run");
    become_it(run.args(["--quiet", "--"]).arg(name).args(rest))
}

/// A command that only the application knows: whatever it is like, the application is asked. Where there is none, it may be a slip.
pub(crate) fn own(
    name: &str,
    given: &ArgMatches,
    all: &ArgMatches,
    line: &[OsString],
) -> Result<ExitCode, BoxError> {
    if let Err(missing) = cargo::package_folder() {
        let known = words::describe().allow_external_subcommands(false);
        let slip =
            known.clone().try_get_matches_from(line).map_err(|error| with_nearest(error, &known, line));
        return match slip.err().filter(|error| error.get(ContextKind::SuggestedSubcommand).is_some()) {
            Some(slip) => Ok(crate::refused(slip, line)),
            None => {
                Err(format!("there is no command `{name}`, and no application to ask for it: {missing}")
                    .into())
            }
        };
    }
    let rest = given.get_many::<OsString>("").into_iter().flatten();
    let mut run = Options::of(all).cargo("run");
    become_it(run.args(["--quiet", "--", name]).args(rest))
}

/// Lets this process become the program: its exit code, its terminal and its signals are the program's.
#[cfg(unix)]
fn become_it(program: &mut Command) -> Result<ExitCode, BoxError> {
    use std::os::unix::process::CommandExt as _;

    let error = program.exec();
    Err(format!("{} cannot be run: {error}", program.get_program().to_string_lossy()).into())
}

/// Runs the program and ends as it does.
#[cfg(not(unix))]
fn become_it(program: &mut Command) -> Result<ExitCode, BoxError> {
    let status = program.status();
    let status =
        status.map_err(|e| format!("{} cannot be run: {e}", program.get_program().to_string_lossy()))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
