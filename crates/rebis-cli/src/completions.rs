//! `completions`: what a shell needs to complete the words of a program.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use rebis_web::BoxError;

/// How the command is called, of the program of that name.
#[must_use]
pub fn completions_command(program: &str) -> Command {
    Command::new("completions")
        .about("Prints the completions of a shell")
        .after_help(format!(
            "Examples:\n  {program} completions bash > ~/.local/share/bash-completion/completions/{program}\n  {program} completions zsh > \
             ~/.zfunc/_{program}\n  {program} completions fish > ~/.config/fish/completions/{program}.fish"
        ))
        .arg(
            Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("The shell"),
        )
}

/// Prints the completions of a program that is described so.
///
/// # Errors
/// When standard output cannot be written to.
pub fn completions(mut described: Command, given: &ArgMatches) -> Result<ExitCode, BoxError> {
    let name = described.get_name().to_owned();
    if let Some(shell) = given.get_one::<Shell>("shell") {
        let mut text = Vec::new();
        clap_complete::generate(*shell, &mut described, name, &mut text);
        std::io::stdout().lock().write_all(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
