//! Examples in the help of the commands. Invariant: they stand behind `cargo run --`, which works in every application.

use clap::Command;

/// A command by its path, and lines that could be typed.
const EXAMPLES: &[(&[&str], &[&str])] = &[
    (&["run"], &["run", "run --port 8000 --upgrade", "run --host 0.0.0.0"]),
    (&["routes"], &["routes"]),
    (&["db"], &["db migrate -m \"users table\"", "db upgrade", "db downgrade"]),
    (&["db", "init"], &["db init"]),
    (&["db", "list-templates"], &["db list-templates"]),
    (&["db", "ensure-version"], &["db ensure-version", "db ensure-version --sql"]),
    (&["db", "revision"], &["db revision -m \"fill the slugs\""]),
    (
        &["db", "migrate"],
        &["db migrate -m \"users table\"", "db migrate -m \"mail\" --rename user.mail:email"],
    ),
    (&["db", "check"], &["db check"]),
    (
        &["db", "upgrade"],
        &["db upgrade", "db upgrade +1", "db upgrade --sql > upgrade.sql", "db upgrade --resume"],
    ),
    (&["db", "downgrade"], &["db downgrade", "db downgrade base", "db downgrade ae1027a6acf"]),
    (&["db", "stamp"], &["db stamp head"]),
    (&["db", "current"], &["db current", "db current --check-heads"]),
    (&["db", "history"], &["db history", "db history -i -v"]),
    (&["db", "heads"], &["db heads"]),
    (&["db", "branches"], &["db branches"]),
    (&["db", "show"], &["db show head"]),
    (&["db", "edit"], &["db edit head"]),
    (&["db", "merge"], &["db merge heads -m \"both\""]),
    (&["db", "squash"], &["db squash ae1027a6acf"]),
    (&["db", "explain"], &["db explain"]),
    (&["db", "lint"], &["db lint"]),
    (&["db", "drift"], &["db drift"]),
    (&["db", "inspect"], &["db inspect > src/models.rs"]),
    (&["db", "diagram"], &["db diagram > models.mmd"]),
];

/// The command line with its examples.
pub(crate) fn added(mut all: Command) -> Command {
    for (path, lines) in EXAMPLES {
        let lines: String = lines.iter().map(|line| format!("\n  cargo run -- {line}")).collect();
        all = at(all, path, &format!("Examples:{lines}"));
    }
    all
}

fn at(command: Command, path: &[&str], text: &str) -> Command {
    match path {
        [] if command.get_after_help().is_some() => command,
        [] => command.after_help(text.to_owned()),
        [first, rest @ ..] if command.find_subcommand(first).is_some() => {
            command.mut_subcommand(*first, |command| at(command, rest, text))
        }
        // An application without a database.
        _ => command,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person sees one before reading what all the options are.
    #[test]
    fn every_command_has_examples() {
        fn look(command: &Command, path: &str) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:\n  "), "{path} {}", command.get_name());
            command
                .get_subcommands()
                .for_each(|inner| look(inner, &format!("{path} {}", command.get_name())));
        }
        crate::commands().iter().for_each(|command| look(command, ""));
    }

    /// Every example is read by the commands as they are.
    #[test]
    fn the_examples_can_be_typed() {
        let all = Command::new("app").subcommands(crate::commands());
        for (path, lines) in EXAMPLES {
            for line in *lines {
                let line = line.split(" > ").next().unwrap().replace('"', "");
                let words = line.split(' ').map(str::to_owned);
                let read = all.clone().try_get_matches_from(["app".to_owned()].into_iter().chain(words));
                // A message of several words was in quotes.
                let several = line.contains("-m ");
                assert!(read.is_ok() || several, "{line}: {}", read.unwrap_err());
                assert!(line.starts_with(&path.join(" ")), "{line}");
            }
        }
    }
}
