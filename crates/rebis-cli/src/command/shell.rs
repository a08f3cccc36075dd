//! `shell`: the words of it. Who knows models and sessions runs it; here it is described, for that command and for who stands in front of it.

use std::path::PathBuf;

use clap::{Arg, Command, ValueHint, value_parser};

/// How the command is called; with `--bind` where there are several databases.
#[must_use]
pub fn shell_command(several: bool) -> Command {
    let command = Command::new("shell")
        .about("Opens a prompt with the models, a session and the database; `help()` there says more")
        .long_about(
            "Opens a prompt with the models, a session and the database; `help()` there says more.\n\n\
             Without a terminal it runs the script that comes on standard input. What is not committed at the end is rolled back.",
        )
        .after_help(
            "Examples:\n  cargo run -- shell\n  cargo run -- shell -c 'User.count()'\n  cargo run -- shell report.rhai\n  \
             cargo run -- shell < report.rhai",
        )
        .arg(Arg::new("command").long("command").short('c').value_name("TEXT").help("Runs this and shows its value"))
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .help("Runs the script in this file")
                .conflicts_with("command")
                .value_hint(ValueHint::FilePath)
                .value_parser(value_parser!(PathBuf)),
        );
    if !several {
        return command;
    }
    command.arg(
        Arg::new("bind")
            .long("bind")
            .value_name("NAME")
            .help("Another database of the application, with its models"),
    )
}
