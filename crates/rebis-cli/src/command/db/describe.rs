//! The words of `db …`: commands, arguments and options. Invariant: they are Flask-Migrate's where it has them.

use clap::{Arg, ArgAction, Command};

pub(crate) fn describe(several: bool) -> Command {
    let bind = Arg::new("bind").long("bind").value_name("NAME").global(true).help(
        "The database: its name, or main for the application's own [default: all, one after the other]",
    );
    let command = Command::new("db");
    let command = if several { command.arg(bind) } else { command };
    command
        .about("Migrations: compares the models with the database, writes scripts, runs them")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("directory").long("directory").short('d').value_name("FOLDER").global(true).help(
                "The folder of the migrations' source [default: src/migrations, or REBIS_DB_DIRECTORY]",
            ),
        )
        .arg(
            Arg::new("x-arg")
                .short('x')
                .long("x-arg")
                .value_name("KEY=VALUE")
                .global(true)
                .action(ArgAction::Append)
                .help("An argument for the scripts: op.argument(\"KEY\")"),
        )
        .arg(
            Arg::new("tag")
                .long("tag")
                .value_name("TAG")
                .global(true)
                .help("A word for the scripts: op.tag()"),
        )
        .arg(flag("quiet", "Says nothing but warnings and errors in the log").short('q').global(true))
        .subcommand(
            Command::new("init")
                .about("Makes the folder of migrations")
                .arg(
                    Arg::new("template")
                        .long("template")
                        .short('t')
                        .value_name("NAME")
                        .default_value("rust")
                        .help("What scripts are made of; there is one template"),
                )
                .arg(flag("multidb", "").hide(true))
                .arg(flag("package", "").hide(true)),
        )
        .subcommand(Command::new("list-templates").about("What scripts can be made of"))
        .subcommands(writing())
        .subcommands(changing())
        .subcommands(reading())
}

/// The commands that write scripts.
fn writing() -> Vec<Command> {
    vec![
        placed(Command::new("revision").about("Writes an empty script, to be filled by hand"))
            .arg(flag("autogenerate", "Fills it from what differs, as `migrate` does"))
            .args(answers())
            .arg(safe())
        .arg(from_history())
            .arg(flag("sql", "").hide(true)),
        placed(
            Command::new("migrate").about("Writes a script from what differs between models and database"),
        )
        .args(answers())
        .arg(safe())
        .arg(from_history())
        .arg(flag("sql", "").hide(true)),
        Command::new("merge")
            .about("Writes a script that joins branches, and says what more than one of them changes")
            .arg(
                Arg::new("revisions")
                    .value_name("REVISIONS")
                    .num_args(1..)
                    .default_value("heads")
                    .help("What to join: ids, labels, or heads for all"),
            )
            .arg(message())
            .arg(rev_id())
            .arg(branch_label())
            .arg(flag("splice", "What is joined need not be a head")),
        Command::new("squash")
            .about("Makes one script of all up to a revision; databases that are there or further see no difference")
            .arg(revision("head", "The last one to take in: an id, a label"))
            .arg(message()),
        Command::new("edit")
            .about("Opens a script in $EDITOR")
            .arg(revision("head", "The script to open: an id, head, current")),
    ]
}

/// The commands that change the database.
fn changing() -> Vec<Command> {
    vec![
        running(Command::new("upgrade").about("Runs the migrations up to a revision").arg(revisions("head"))),
        running(
            Command::new("downgrade")
                .about("Takes migrations back down to a revision")
                .arg(revision("-1", "An id or its beginning, base, -N, label@-N")),
        ),
        Command::new("stamp")
            .about("Says that the database is at a revision, running nothing")
            .arg(revisions("head"))
            .args(sql())
            .arg(flag("purge", "Forgets what the database says first, also revisions that nobody knows")),
        Command::new("ensure-version").about("Makes the version table if it is not there").args(sql()),
    ]
}

/// With the options of the commands that run migrations.
fn running(command: Command) -> Command {
    let timeout = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("TIME").value_parser(super::duration::parse).help(help)
    };
    command
        .args(sql())
        .arg(flag("dry-run", "Says what would be done: operations, SQL, locks, rows touched").conflicts_with("sql"))
        .arg(format())
        .arg(flag("single-transaction", "All migrations or none, where the database can"))
        .arg(flag("allow-data-loss", "Runs what loses data, which a release build refuses otherwise"))
        .arg(timeout("lock-timeout", "How long a statement waits for a lock: 500ms, 5s, 2m"))
        .arg(timeout("statement-timeout", "How long a statement runs, where the database has such a limit"))
        .arg(
            Arg::new("resume")
                .long("resume")
                .value_name("HOW")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("auto")
                .value_parser(["auto", "skip", "repeat", "restart"])
                .help(
                    "Goes on with a migration that was begun and not finished; skip or repeat says what to do with the statement that \
                     was in flight, restart that all of it was taken back by hand",
                ),
        )
}

fn safe() -> Arg {
    flag("safe", "Writes the form that makes nobody wait long, where the database has one")
}

fn from_history() -> Arg {
    flag("from-history", "Compares the models with what the scripts make, without a database")
}

fn format() -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(["text", "json"])
        .default_value("text")
        .help("How it is printed")
}

fn sql() -> [Arg; 2] {
    [
        flag(
            "sql",
            "Prints the SQL instead, for the database's own client; FROM:TO says between which revisions",
        ),
        Arg::new("dialect")
            .long("dialect")
            .value_name("DATABASE")
            .requires("sql")
            .help("The database to print for [default: that of the URL; MariaDB if it begins with mariadb]"),
    ]
}

/// The commands that only read.
fn reading() -> Vec<Command> {
    let all = vec![
        Command::new("check").about("Fails when models and database differ").arg(from_history()),
        Command::new("drift").about("Fails when models, history and database differ, and says where"),
        Command::new("inspect").about("Prints models for the tables of the database"),
        Command::new("diagram").about("Prints the models' schema as a diagram").arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(["mermaid", "svg"])
                .default_value("mermaid")
                .help("How it is drawn: text for Markdown, or a picture"),
        ),
        Command::new("lint")
            .about("Fails when a migration loses data, fails on rows that are there, makes others wait long, or cannot be taken back")
            .arg(revision("head", "The migrations to look at: an id, head, FROM:TO, or : for all")),
        Command::new("current")
            .about("Where the database is")
            .arg(verbose())
            .arg(flag("check-heads", "Fails when the database lacks a migration").short('c')),
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
            .arg(flag("indicate-current", "Marks where the database is").short('i')),
        Command::new("heads")
            .about("The newest migrations")
            .arg(verbose())
            .arg(flag("resolve-dependencies", "Leaves out those that another branch depends on")),
        Command::new("branches").about("The migrations that more than one follows").arg(verbose()),
        Command::new("explain")
            .about("What an upgrade would do: operations, SQL, locks, rows touched")
            .arg(revisions("head")),
        Command::new("show")
            .about("All about a migration")
            .arg(revision("head", "An id or its beginning, head, heads, current")),
    ];
    let has_its_own = |command: &Command| command.get_arguments().any(|arg| arg.get_id() == "format");
    all.into_iter()
        .map(|command| if has_its_own(&command) { command } else { command.arg(format()) })
        .collect()
}

/// With the options that say what a new revision is and what it follows.
fn placed(command: Command) -> Command {
    command
        .arg(message())
        .arg(rev_id())
        .arg(
            Arg::new("head")
                .long("head")
                .value_name("REVISION")
                .default_value("head")
                .help("What it follows: an id, label@head, or base for a new root"),
        )
        .arg(flag("splice", "It may follow a revision that others follow already"))
        .arg(branch_label())
        .arg(
            Arg::new("depends-on")
                .long("depends-on")
                .value_name("REVISION")
                .action(ArgAction::Append)
                .help("What else must be applied before it: an id or a branch label"),
        )
        .arg(
            Arg::new("version-path")
                .long("version-path")
                .value_name("FOLDER")
                .help("A folder within that of the migrations [default: that of the revision it follows]"),
        )
}

fn message() -> Arg {
    Arg::new("message").long("message").short('m').value_name("TEXT").help("What the migration does")
}

fn rev_id() -> Arg {
    Arg::new("rev-id").long("rev-id").value_name("ID").help("The revision's id, instead of one made up")
}

fn branch_label() -> Arg {
    Arg::new("branch-label")
        .long("branch-label")
        .value_name("NAME")
        .action(ArgAction::Append)
        .help("A name for the branch that begins here")
}

/// What only the author knows.
fn answers() -> [Arg; 3] {
    let answer = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
    };
    [
        answer(
            "rename",
            "OLD:NEW",
            "What was renamed: `user.mail:email` for a column, `users:user` for a table",
        ),
        answer(
            "no-rename",
            "OLD:NEW",
            "What looks like a rename and is none: the one is dropped, the other new",
        ),
        answer(
            "fill",
            "TABLE.COLUMN=SQL",
            "What rows that are there get in a column that is NOT NULL and has no default",
        ),
    ]
}

fn verbose() -> Arg {
    flag("verbose", "All about each").short('v')
}

fn revision(default: &'static str, help: &'static str) -> Arg {
    Arg::new("revision").value_name("REVISION").default_value(default).allow_negative_numbers(true).help(help)
}

fn revisions(default: &'static str) -> Arg {
    revision(default, "An id or its beginning, head, heads, base, label@head, +N; or several").num_args(1..)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}
