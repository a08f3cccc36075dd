//! `shell`: the application's models, session and queries at a prompt, as `flask shell` is. Invariant: the shell sees what the application is
//! made of, and opens no connection before the first statement.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use rebis_orm::Database;
use rebis_shell::rhai::{Engine, EvalAltResult, Position};
use rebis_shell::{Done, Shell, ShellContext, ShellError};
use rebis_web::{App, CommandContext};

use super::bind::bound;

/// What the application gives its shell.
#[derive(Clone, Default)]
pub(super) struct Contexts(pub(super) Vec<Context>);

pub(super) type Context = Arc<dyn Fn(&mut ShellContext<'_>) + Send + Sync>;

/// The application with the command, unless it has one of that name.
pub(crate) fn with_shell(app: App) -> App {
    if app.commands().iter().any(|own| own.name() == "shell") {
        return app;
    }
    let several = bound(&app).len() > 1;
    app.command(rebis_cli::shell_command(several), run)
}

async fn run(context: CommandContext) -> Result<(), ShellError> {
    let (app, given) = (&context.app, &context.matches);
    // Not asked for where the application has one database: the argument is not there.
    let bind = given.try_get_one::<String>("bind").ok().flatten();
    let shell = shell(app, bind.map(String::as_str))?;
    let done = if let Some(text) = given.get_one::<String>("command") {
        let done = shell.command(text).await?;
        if let Some(text) = &done.text {
            // Nobody can be told when standard output is closed.
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        }
        done
    } else if let Some(file) = given.get_one::<PathBuf>("file") {
        let text =
            std::fs::read_to_string(file).map_err(|e| ShellError::new(format!("{}: {e}", file.display())))?;
        shell.script(text).await?
    } else if std::io::stdin().is_terminal() {
        let code = shell.terminal().await?;
        return leave(code);
    } else {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|e| ShellError::new(format!("standard input: {e}")))?;
        shell.script(text).await?
    };
    finish(&done)
}

/// Says what was not committed, and gives the exit code.
fn finish(done: &Done) -> Result<(), ShellError> {
    if done.uncommitted {
        let told = "There were changes that were not committed; they are rolled back. `session.commit()` keeps them.";
        let _ = writeln!(std::io::stderr().lock(), "{told}");
    }
    leave(done.code)
}

/// An exit code of the script's own ends the program; the session is closed already.
fn leave(code: i64) -> Result<(), ShellError> {
    if code != 0 {
        std::process::exit(i32::try_from(code).ok().filter(|code| (1..=255).contains(code)).unwrap_or(1));
    }
    Ok(())
}

/// The shell of the application's own database, or of the one with that name.
pub(super) fn shell(app: &App, bind: Option<&str>) -> Result<Shell, ShellError> {
    let all = bound(app);
    let found = match bind {
        None => all.first(),
        Some(name) => Some(all.iter().find(|bound| bound.name() == Some(name)).ok_or_else(|| {
            let names: Vec<&str> = all.iter().filter_map(|bound| bound.name()).collect();
            ShellError::new(format!(
                "the application has no database `{name}`; --bind takes {}",
                names.join(", ")
            ))
        })?),
    };
    let database = match found {
        Some(own) => {
            own.engine().map_err(ShellError::new)?;
            own.database().clone()
        }
        None => Database::new(),
    };
    let named = bind.map_or_else(String::new, |name| format!(" ({name})"));
    let mut shell = Shell::new(database.clone()).banner(format!("App: {}{named}", app.name()));
    if let Ok(engine) = database.engine() {
        shell = shell.banner(format!("Database: {}", engine.url()));
    }
    shell = shell.banner("help() says what can be typed; exit or Ctrl-D leaves.");
    if let Some(file) = history(app) {
        shell = shell.history(file);
    }
    let value = app.clone();
    shell = shell.context(move |context| give_app(context, value));
    for given in app.get_extension::<Contexts>().map(|all| all.0.clone()).unwrap_or_default() {
        shell = shell.context(move |context| given(context));
    }
    Ok(shell)
}

/// `SHELL_HISTORY`, where an empty one keeps none; else a file of the person's, not of the application's.
fn history(app: &App) -> Option<PathBuf> {
    if let Ok(Some(file)) = app.config().find::<String>("SHELL_HISTORY") {
        return (!file.is_empty()).then(|| PathBuf::from(file));
    }
    let folder = |name: &str| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local").join("state")))?;
    Some(state.join("rebis").join(format!("{}_history", app.name())))
}

/// `app` in the shell.
#[derive(Clone)]
struct AppValue(App);

fn give_app(context: &mut ShellContext<'_>, app: App) {
    let engine: &mut Engine = context.engine();
    engine.register_type_with_name::<AppValue>("App");
    for name in ["to_string", "to_debug", "str"] {
        engine.register_fn(name, |app: &mut AppValue| format!("<App {}>", app.0.name()));
    }
    engine
        .register_get("name", |app: &mut AppValue| app.0.name().to_owned())
        .register_fn("config", |app: &mut AppValue, key: &str| {
            let found = app.0.config().find::<String>(key).map_err(fault)?;
            Ok::<_, Box<EvalAltResult>>(found.map_or(rebis_shell::rhai::Dynamic::UNIT, Into::into))
        })
        .register_fn("url_for", |app: &mut AppValue, endpoint: &str| {
            app.0.url_for(endpoint, ()).map_err(fault)
        });
    context.set("app", AppValue(app));
}

fn fault(error: impl std::fmt::Display) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(error.to_string().into(), Position::NONE))
}
