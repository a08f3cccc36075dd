//! `db …`: migrations. What they do is `rebis_migrate`'s; here is how they are asked for and what is printed.

mod ask;
mod describe;
mod duration;
mod edit;
mod listing;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ArgMatches;
use rebis_migrate::diff::Rename;
use rebis_migrate::{
    Arguments, DataLoss, HistoryOptions, MigrateOptions, Migrator, Resume, RevisionOptions, RunOptions,
    SqlOptions,
};
use rebis_sql::Dialect;
use rebis_web::BoxError;

use crate::output;
use crate::program::{DatabaseCommands, Program};

pub(crate) use describe::describe;

/// What the application's own database is called where there are several.
const MAIN: &str = "main";

pub(crate) async fn run(program: Program, given: &ArgMatches) -> Result<ExitCode, BoxError> {
    let wanted = given.try_get_one::<String>("bind").ok().flatten().cloned();
    let folder = given.get_one::<String>("directory").map(Into::into);
    let folder = folder.or_else(|| std::env::var_os("REBIS_DB_DIRECTORY")).map(PathBuf::from);
    let quiet = given.get_flag("quiet");
    let arguments = all(given, "x-arg").iter().fold(Arguments::new(), |a, x| a.with(x));
    let arguments = match given.get_one::<String>("tag") {
        Some(tag) => arguments.tagged(tag),
        None => arguments,
    };
    let Some((command, given)) = given.subcommand() else {
        return Ok(ExitCode::SUCCESS);
    };
    let databases = selected(program.databases, wanted.as_deref())?;
    let several = databases.len() > 1;
    if several && json(given) {
        return Err("JSON is for one database: name it with --bind".into());
    }
    for mut database in databases {
        let name = database.bind.clone().unwrap_or_else(|| MAIN.to_owned());
        if let Some(folder) = &folder {
            database.directory = folder.join(database.bind.as_deref().unwrap_or_default());
        }
        if several {
            tracing::info!(target: "rebis::migrate", "Migrating database {name}");
        }
        let advice = listing::advice(database.bind.as_deref(), database.scripts);
        let mut migrator = migrator(database)?.arguments(arguments.clone());
        if !quiet {
            migrator = migrator.on_progress(|progress| output::status(progress));
        }
        let done = one(migrator, command, given).await;
        output::clear_status();
        let code = done.map_err(|e| if several { format!("database {name}: {e}").into() } else { e })?;
        if let ("init", Some(advice)) = (command, advice) {
            output::line(advice);
        }
        if code != ExitCode::SUCCESS {
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The databases that a command is for.
fn selected(all: Vec<DatabaseCommands>, wanted: Option<&str>) -> Result<Vec<DatabaseCommands>, BoxError> {
    let Some(wanted) = wanted else {
        return if all.is_empty() { Err("the application has no database".into()) } else { Ok(all) };
    };
    let name = |d: &DatabaseCommands| d.bind.clone().unwrap_or_else(|| MAIN.to_owned());
    let names: Vec<String> = all.iter().map(name).collect();
    let found: Vec<DatabaseCommands> = all.into_iter().filter(|d| name(d) == wanted).collect();
    if found.is_empty() {
        return Err(format!("the application has no database {wanted}; it has {}", names.join(", ")).into());
    }
    Ok(found)
}

/// A command on one database.
async fn one(migrator: Migrator, command: &str, given: &ArgMatches) -> Result<ExitCode, BoxError> {
    let text = |name: &str| given.get_one::<String>(name).cloned();
    let on = |name: &str| given.get_flag(name);
    let target = || all(given, "revision").join(" ");
    let message = || text("message").unwrap_or_default();
    match command {
        "init" if text("template").is_some_and(|t| t != "rust") => {
            return Err(format!(
                "No such template {}; there is one, rust",
                text("template").unwrap_or_default()
            )
            .into());
        }
        "init" if on("multidb") => {
            return Err("no template is needed for several databases: declare each with `App::bind`, then `db --bind NAME init`".into());
        }
        "init" => output::line(migrator.init().await?),
        "list-templates" => {
            output::line("Available templates:\n\nrust - Scripts in Rust, compiled into the program.")
        }
        "revision" | "migrate" if on("sql") => return Err(no_sql(command)),
        "migrate" => migrate(&migrator, given).await?,
        "revision" if on("autogenerate") => migrate(&migrator, given).await?,
        "revision" => output::line(migrator.revision(&message(), place(given)).await?),
        "merge" => {
            let revisions = all(given, "revisions");
            let revisions: Vec<&str> = revisions.iter().map(String::as_str).collect();
            let options = RevisionOptions {
                rev_id: text("rev-id"),
                labels: all(given, "branch-label"),
                splice: on("splice"),
                ..RevisionOptions::default()
            };
            let merged = migrator.merge(&revisions, &message(), options).await?;
            for remark in &merged.remarks {
                tracing::warn!(target: "rebis::migrate", "{remark}; look whether the order of the two matters");
            }
            output::line(merged);
        }
        "squash" => output::line(migrator.squash(&target(), &message()).await?),
        "drift" => {
            let drift = migrator.drift().await?;
            listing(given, &drift, || drift.to_json());
            return Ok(if drift.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        "inspect" => output::line(migrator.inspect().await?.trim_end()),
        "diagram" => {
            let svg = given.get_one::<String>("format").is_some_and(|format| format == "svg");
            output::line(if svg { migrator.diagram_svg() } else { migrator.diagram() }.trim_end());
        }
        "lint" => {
            let linted = migrator.lint(&target())?;
            listing(given, &linted, || linted.to_json());
            return Ok(if linted.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        "edit" => edit::run(&migrator, &target()).await?,
        "check" => {
            for edited in migrator.edited().await? {
                tracing::warn!(target: "rebis::migrate", "{edited}");
            }
            let check =
                if on("from-history") { migrator.check_history().await? } else { migrator.check().await? };
            if json(given) {
                output::line(format_args!("{:#}", check.to_json()));
                return Ok(if check.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
            }
            if !check.is_clean() {
                return Err(check.to_string().into());
            }
            output::line(check);
        }
        "stamp" if on("sql") && on("purge") => return Err("Can't use --purge with --sql mode".into()),
        "upgrade" if on("sql") => printed(migrator.upgrade_sql(&target(), &sql_options(given)?)?),
        "downgrade" if on("sql") => printed(migrator.downgrade_sql(&target(), &sql_options(given)?)?),
        "stamp" if on("sql") => printed(migrator.stamp_sql(&target(), &sql_options(given)?)?),
        "ensure-version" if on("sql") => printed(migrator.ensure_version_sql(&sql_options(given)?)?),
        "upgrade" | "explain" if command == "explain" || on("dry-run") => {
            let explained = migrator.explain_upgrade(&target()).await?;
            listing(given, &explained, || explained.to_json());
        }
        "downgrade" if on("dry-run") => {
            let explained = migrator.explain_downgrade(&target()).await?;
            listing(given, &explained, || explained.to_json());
        }
        "upgrade" => drop(migrator.upgrade_with(&target(), &run_options(given)).await?),
        "downgrade" => drop(migrator.downgrade_with(&target(), &run_options(given)).await?),
        "stamp" if on("purge") => drop(migrator.stamp_purging(&target()).await?),
        "stamp" => drop(migrator.stamp(&target()).await?),
        "ensure-version" => migrator.ensure_version().await?,
        "current" => {
            if on("check-heads") {
                migrator.check_heads().await?;
            }
            let found = migrator.current(on("verbose")).await?;
            listing(given, &found, || found.to_json());
        }
        "heads" => {
            let found = migrator.heads(on("verbose"), on("resolve-dependencies")).await?;
            listing(given, &found, || found.to_json());
        }
        "branches" => {
            let found = migrator.branches(on("verbose")).await?;
            listing(given, &found, || found.to_json());
        }
        "show" => {
            let found = migrator.show(&target()).await?;
            listing(given, &found, || found.to_json());
        }
        "history" => {
            let options = HistoryOptions {
                verbose: on("verbose"),
                range: text("rev-range"),
                indicate_current: on("indicate-current"),
            };
            let found = migrator.history(options).await?;
            listing(given, &found, || found.to_json());
        }
        other => return Err(format!("db has no command {other}").into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs all migrations, for `run --upgrade`.
pub(crate) async fn upgrade_to_head(databases: Vec<DatabaseCommands>) -> Result<(), BoxError> {
    for database in databases {
        migrator(database)?.upgrade("heads").await?;
    }
    Ok(())
}

fn migrator(database: DatabaseCommands) -> Result<Migrator, BoxError> {
    let migrator = Migrator::new(database.engine?, database.models, database.scripts, database.directory);
    Ok(database.setup.apply(migrator.keep_history(database.history)))
}

async fn migrate(migrator: &Migrator, given: &ArgMatches) -> Result<(), BoxError> {
    let message = given.get_one::<String>("message").cloned().unwrap_or_default();
    let renames = all(given, "rename");
    let renames = renames.iter().map(|text| text.parse::<Rename>()).collect::<Result<Vec<_>, _>>()?;
    let denied = all(given, "no-rename");
    let fills = all(given, "fill");
    let options = MigrateOptions {
        at: place(given),
        renames,
        not_renamed: denied.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
        fills: fills.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
        safe: given.get_flag("safe"),
        from_history: given.get_flag("from-history"),
    };
    let options = ask::all(migrator, options).await?;
    // That nothing has changed is in the log.
    if let Some(generated) = migrator.migrate(&message, options).await? {
        output::line(generated);
    }
    Ok(())
}

/// What a new revision is and what it follows.
fn place(given: &ArgMatches) -> RevisionOptions {
    RevisionOptions {
        rev_id: given.get_one::<String>("rev-id").cloned(),
        head: given.get_one::<String>("head").cloned(),
        splice: given.get_flag("splice"),
        labels: all(given, "branch-label"),
        depends_on: all(given, "depends-on"),
        version_path: given.get_one::<String>("version-path").map(Into::into),
    }
}

/// How migrations are run.
fn run_options(given: &ArgMatches) -> RunOptions {
    RunOptions {
        single_transaction: given.get_flag("single-transaction"),
        lock_timeout: given.get_one("lock-timeout").copied(),
        statement_timeout: given.get_one("statement-timeout").copied(),
        resume: given.get_one::<String>("resume").map(|how| match how.as_str() {
            "skip" => Resume::Skip,
            "repeat" => Resume::Repeat,
            "restart" => Resume::Restart,
            _ => Resume::Auto,
        }),
        data_loss: if given.get_flag("allow-data-loss") { DataLoss::Allow } else { DataLoss::ByBuild },
        ..RunOptions::default()
    }
}

/// How SQL is printed.
fn sql_options(given: &ArgMatches) -> Result<SqlOptions, BoxError> {
    let dialect = given.get_one::<String>("dialect").map(|name| {
        let known = Dialect::ALL.into_iter().find(|d| d.name().eq_ignore_ascii_case(name));
        known.ok_or_else(|| {
            let all: Vec<&str> = Dialect::ALL.iter().map(|d| d.name()).collect();
            format!("there is no dialect {name}; there are {}", all.join(", "))
        })
    });
    let single_transaction = matches!(given.try_get_one::<bool>("single-transaction"), Ok(Some(true)));
    Ok(SqlOptions { single_transaction, dialect: dialect.transpose()? })
}

fn no_sql(command: &str) -> BoxError {
    format!(
        "Using --sql with `db {command}` does not make any sense: it writes a script and changes no database"
    )
    .into()
}

fn all(given: &ArgMatches, name: &str) -> Vec<String> {
    given.get_many::<String>(name).unwrap_or_default().cloned().collect()
}

/// Prints SQL, which ends its own lines.
fn printed(sql: String) {
    output::line(sql.trim_end());
}

/// Prints a listing in the format that is asked for; as text, nothing at all when it is empty.
fn listing<J: std::fmt::Display>(
    given: &ArgMatches,
    found: &impl std::fmt::Display,
    to_json: impl FnOnce() -> J,
) {
    if json(given) {
        return output::line(format_args!("{:#}", to_json()));
    }
    let text = found.to_string();
    if !text.is_empty() {
        output::line(text);
    }
}

fn json(given: &ArgMatches) -> bool {
    matches!(given.try_get_one::<String>("format"), Ok(Some(format)) if format == "json")
}
