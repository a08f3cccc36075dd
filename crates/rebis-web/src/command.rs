//! Commands of the application's own: `cargo run -- greet --name you`.
//!
//! Invariant: a command is data (clap's description) and a handler that gets the built application; how it is run is the CLI's matter.

use std::fmt;
use std::sync::Arc;

use clap::ArgMatches;
use futures_util::future::BoxFuture;

use crate::app::App;
use crate::error::BoxError;

/// What a command's handler receives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CommandContext {
    /// The application: its configuration, extensions, templates.
    pub app: App,
    /// The arguments of the command, read by clap.
    pub matches: ArgMatches,
}

impl CommandContext {
    /// A context, for whoever runs commands.
    pub fn new(app: App, matches: ArgMatches) -> Self {
        Self { app, matches }
    }
}

type Run = dyn Fn(CommandContext) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync;

/// A command of the application, as [`App::command`] registered it.
#[derive(Clone)]
pub struct AppCommand {
    clap: clap::Command,
    run: Arc<Run>,
}

impl AppCommand {
    pub(crate) fn new<F, Fut, E>(clap: clap::Command, handler: F) -> Self
    where
        F: Fn(CommandContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let run = move |context| -> BoxFuture<'static, Result<(), BoxError>> {
            let future = handler(context);
            Box::pin(async move { future.await.map_err(Into::into) })
        };
        Self { clap, run: Arc::new(run) }
    }

    /// Its name on the command line.
    pub fn name(&self) -> &str {
        self.clap.get_name()
    }

    /// Its arguments and help, for clap.
    pub fn clap(&self) -> &clap::Command {
        &self.clap
    }

    /// Runs it.
    ///
    /// # Errors
    /// What the handler fails with.
    pub async fn run(&self, context: CommandContext) -> Result<(), BoxError> {
        (self.run)(context).await
    }
}

impl fmt::Debug for AppCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Command '{}'>", self.name())
    }
}
