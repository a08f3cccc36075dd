//! The words of `rebis`: commands, arguments, help. Invariant: what an application understands is described where it is understood, in the
//! library; here it is only passed on.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};

/// The command line as it is read: the application's commands with anything behind them, and those that only it knows.
pub(crate) fn describe() -> Command {
    let passed = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).disable_help_flag(true).arg(
            Arg::new("arguments")
                .num_args(0..)
                .trailing_var_arg(true)
                .allow_hyphen_values(true)
                .value_parser(ValueParser::os_string())
                .help("Passed on"),
        )
    };
    own()
        .allow_external_subcommands(true)
        .subcommand(run())
        .subcommand(passed(
            "db",
            "Migrations: compares the models with the database, writes scripts, runs them",
        ))
        .subcommand(passed("routes", "Lists the endpoints with their methods and rules"))
        .subcommand(passed("shell", "Opens a prompt with the models, a session and the database"))
        .subcommand(passed("test", "Runs the tests, each with a database of its own"))
        .subcommand(
            Command::new("help")
                .about("Prints what a command does")
                .arg(Arg::new("command").num_args(0..).value_name("COMMAND")),
        )
}

/// The same with all that an application understands, for completions and help.
pub(crate) fn whole() -> Command {
    own()
        .subcommands(rebis_cli::commands().into_iter().filter(|command| command.get_name() != "run"))
        .subcommand(run())
        .subcommand(
            Command::new("test")
                .about("Runs the tests, each with a database of its own")
                .after_help(
                    "Everything behind it is passed on to `cargo test`.\n\nExamples:\n  rebis test\n  rebis test notes -- --nocapture\n  \
                     TEST_DATABASE_URL=postgres://127.0.0.1/postgres rebis test",
                )
                .arg(Arg::new("arguments").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true)),
        )
}

/// The application's own `run`, and what is known here only.
fn run() -> Command {
    let all = rebis_cli::commands().into_iter().find(|command| command.get_name() == "run");
    all.unwrap_or_else(|| Command::new("run"))
        .about("Serves the application, and builds and starts it again when a source changes")
        .after_help(
            "Examples:\n  rebis run\n  rebis run --port 8000 --debug\n  rebis run --no-reload --release",
        )
        .arg(
            Arg::new("no-reload")
                .long("no-reload")
                .action(ArgAction::SetTrue)
                .help("Leaves the sources alone, as `cargo run -- run` does"),
        )
}

/// What the application's `run` is called with.
pub(crate) fn of_run(given: &ArgMatches) -> Vec<String> {
    let mut words = vec!["run".to_owned()];
    if let Some(host) = given.get_one::<String>("host") {
        words.extend(["--host".to_owned(), host.clone()]);
    }
    if let Some(port) = given.get_one::<u16>("port") {
        words.extend(["--port".to_owned(), port.to_string()]);
    }
    let flags = ["debug", "upgrade"].into_iter().filter(|name| given.get_flag(name));
    words.extend(flags.map(|name| format!("--{name}")));
    words
}

fn own() -> Command {
    rebis_cli::styled(Command::new("rebis"))
        .about("Makes Rebis applications, and runs their commands")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .after_help(
            "Examples:\n  rebis new shop\n  rebis run\n  rebis db migrate -m \"users table\"\n  rebis shell\n\nAnother word is a command of the \
             application's own: `rebis greet` is `cargo run -- greet`.",
        )
        .args(of_cargo())
        .subcommand(new())
        .subcommand(rebis_cli::completions_command("rebis").args(no_cargo()))
}

/// How cargo builds, before or behind the command.
fn of_cargo() -> Vec<Arg> {
    let on = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).global(true).help(help).help_heading("Cargo")
    };
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).global(true).help(help).help_heading("Cargo")
    };
    vec![
        text("package", "NAME", "The package of the application, in a workspace of several"),
        text("bin", "NAME", "The program, in a package of several"),
        text("features", "LIST", "Features of the package, with commas between them"),
        on("no-default-features", "Builds without the default features"),
        on("release", "Builds with optimizations"),
        on("offline", "Uses no network"),
        on("locked", "Leaves Cargo.lock as it is"),
    ]
}

/// Of a command that builds nothing: the same arguments, of which its help does not speak.
fn no_cargo() -> Vec<Arg> {
    of_cargo().into_iter().map(|arg| arg.hide(true)).collect()
}

fn new() -> Command {
    Command::new("new")
        .args(no_cargo())
        .about("Makes an application in a new folder")
        .after_help(
            "Examples:\n  rebis new shop\n  rebis new shop --database postgres\n  rebis new ../shop --rebis-path ~/src/rebis",
        )
        .arg(
            Arg::new("path")
                .value_name("NAME")
                .required(true)
                .value_hint(ValueHint::DirPath)
                .value_parser(value_parser!(std::path::PathBuf))
                .help("The application's name, or a path that ends in it"),
        )
        .arg(
            Arg::new("database")
                .long("database")
                .short('d')
                .value_name("DATABASE")
                .value_parser(["sqlite", "postgres", "mysql"])
                .default_value("sqlite")
                .help("The database that it uses"),
        )
        .arg(
            Arg::new("rebis-path")
                .long("rebis-path")
                .value_name("FOLDER")
                .value_hint(ValueHint::DirPath)
                .value_parser(value_parser!(std::path::PathBuf))
                .conflicts_with_all(["rebis-git", "rebis-version"])
                .help("Depends on a checkout of Rebis [default: the one that this program was built from]"),
        )
        .arg(
            Arg::new("rebis-git")
                .long("rebis-git")
                .value_name("URL")
                .value_hint(ValueHint::Url)
                .conflicts_with("rebis-version")
                .help("Depends on a Git repository of Rebis"),
        )
        .arg(
            Arg::new("rebis-version")
                .long("rebis-version")
                .value_name("VERSION")
                .help("Depends on a published version of Rebis"),
        )
        .arg(
            Arg::new("no-git")
                .long("no-git")
                .action(ArgAction::SetTrue)
                .help("Makes no Git repository [default: one, unless the folder is in one]"),
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_help_of_what_builds_nothing_speaks_of_no_cargo() {
        let help = |name: &str| {
            let line = ["rebis", name, "--help"];
            super::whole().try_get_matches_from(line).map_err(|help| help.to_string()).unwrap_err()
        };
        for name in ["new", "completions"] {
            assert!(!help(name).contains("--locked"), "{}", help(name));
        }
        assert!(help("run").contains("--locked"), "{}", help("run"));
    }

    #[test]
    fn the_words_contradict_each_other_nowhere() {
        super::describe().debug_assert();
        super::whole().debug_assert();
    }
}
