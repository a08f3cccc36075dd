//! The program's command line: the application's factory becomes `run`, `routes`, `db …` and the application's own commands.

use std::process::ExitCode;

use rebis_cli::{Program, fail};
use rebis_web::{App, Config};

use crate::glue::{bound, setup};

/// Loads the configuration, makes the application and runs the command that the command line asks for; `run` when it asks for none.
///
/// ```no_run
/// use rebis::prelude::*;
/// use std::process::ExitCode;
///
/// fn create_app(config: Config) -> App {
///     App::new(config).database(Database::new())
/// }
///
/// #[rebis::main]
/// async fn main() -> ExitCode {
///     rebis::cli(create_app).await
/// }
/// ```
pub async fn cli(create_app: impl FnOnce(Config) -> App) -> ExitCode {
    let config = match Config::load() {
        Ok(config) => config,
        Err(error) => return fail(&error),
    };
    let app = create_app(config);
    #[cfg(feature = "shell")]
    let app = crate::glue::with_shell(app);
    let databases = bound(&app).iter().map(|bound| bound.for_commands(setup(&app))).collect();
    rebis_cli::run(Program { app, databases }, std::env::args_os()).await
}

/// Runs a future on a runtime of its own: what `#[rebis::main]` expands to.
///
/// # Panics
/// When the operating system gives no threads: a program cannot go on then.
#[doc(hidden)]
#[allow(clippy::expect_used)]
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the operating system refused the threads of the runtime")
        .block_on(future)
}
