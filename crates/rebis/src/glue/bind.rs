//! Binding a database to an application, as Flask-SQLAlchemy's `init_app` does.
//!
//! **Invariant.** Binding opens no connection. A URL that is wrong is said when a command or the server starts, not in a panic of
//! the factory.

use std::sync::Arc;

use rebis_cli::DatabaseCommands;
use rebis_engine::{DatabaseUrl, Engine};
use rebis_migrate::{Migrator, Script, StepDone};
use rebis_orm::Database;
use rebis_web::{App, Config, HttpError, Result};

use super::errors;

/// What an [`App`] can do once there is a database.
pub trait AppExt: Sized {
    /// Binds a database to the application: handlers can take a [`Session`](rebis_orm::Session) or the
    /// [`Database`] itself, and the command line gets `db …`.
    ///
    /// The URL is the configuration's `DATABASE_URL`; without one it is an SQLite file, named like the application, in its instance folder.
    /// A relative SQLite path is taken relative to the instance folder too. `DATABASE_ECHO = true` logs each statement. A database
    /// that is bound already stays what it is.
    ///
    /// A session's work that a handler has not committed is rolled back when the response is made. A row that `get_or_404` and its kin do
    /// not find becomes a 404.
    #[must_use]
    fn database(self, database: Database) -> Self;

    /// The migrations that the program carries: `.migrations(migrations::ALL)`.
    #[must_use]
    fn migrations(self, scripts: &'static [Script]) -> Self;

    /// The application's database, for commands and tests; handlers take it as an argument.
    ///
    /// # Errors
    /// When the application has none.
    fn db(&self) -> Result<Database>;

    /// The `db` commands as methods, for tests and for programs that migrate when they start:
    /// `app.migrator()?.upgrade("head").await?`.
    ///
    /// # Errors
    /// When the application has no database, or its URL is wrong.
    fn migrator(&self) -> Result<Migrator>;

    /// Brings the database to the newest revisions: what `db upgrade heads` does, for tests and for programs that migrate when they start.
    ///
    /// ```
    /// use rebis::prelude::*;
    ///
    /// # #[rebis::main]
    /// # async fn main() -> Result<()> {
    /// # let folder = std::env::temp_dir().join(format!("rebis-doc-{}", std::process::id()));
    /// # let config = Config::new(&folder).with("DATABASE_URL", "sqlite://");
    /// let app = App::new(config).database(Database::new()).migrations(&[]);
    /// for step in app.upgrade().await? {
    ///     println!("{} took {:?}", step.message, step.elapsed);
    /// }
    /// assert!(app.is_at_head().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the application has no database, or a migration fails.
    fn upgrade(&self) -> impl Future<Output = Result<Vec<StepDone>>> + Send;

    /// Whether the database has every migration that the program carries, for health checks. Changes nothing in it.
    ///
    /// # Errors
    /// When the application has no database, or it cannot be reached.
    fn is_at_head(&self) -> impl Future<Output = Result<bool>> + Send;
}

/// The application's database, as the commands need it.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    database: Database,
    fault: Option<Arc<str>>,
    scripts: Option<&'static [Script]>,
    directory: std::path::PathBuf,
}

impl Bound {
    pub(crate) fn for_commands(&self) -> DatabaseCommands {
        DatabaseCommands {
            engine: self.engine(),
            models: self.database.metadata(),
            scripts: self.scripts,
            directory: self.directory.clone(),
        }
    }

    /// The engine, once nothing is known to be wrong: the URL, or a model.
    fn engine(&self) -> std::result::Result<Engine, String> {
        if let Some(fault) = &self.fault {
            return Err(fault.to_string());
        }
        self.database.check().map_err(|e| e.to_string())?;
        self.database.engine().cloned().map_err(|e| e.to_string())
    }
}

impl AppExt for App {
    fn database(self, database: Database) -> Self {
        let fault = bind(&database, self.config()).err().map(Arc::from);
        let bound = Bound {
            database: database.clone(),
            fault: fault.clone(),
            scripts: self.get_extension::<Scripts>().map(|s| s.0),
            directory: self.config().root().join("src").join("migrations"),
        };
        self.extension(bound).extension(database).map_error(errors::status_of).on_startup(move |_| {
            let fault = fault.clone();
            async move { fault.map_or(Ok(()), |fault| Err(fault.to_string())) }
        })
    }

    fn migrations(self, scripts: &'static [Script]) -> Self {
        let bound =
            self.get_extension::<Bound>().cloned().map(|bound| Bound { scripts: Some(scripts), ..bound });
        let app = self.extension(Scripts(scripts));
        match bound {
            Some(bound) => app.extension(bound),
            None => app,
        }
    }

    fn db(&self) -> Result<Database> {
        self.get_extension::<Database>().cloned().ok_or_else(no_database)
    }

    fn migrator(&self) -> Result<Migrator> {
        migrator(self)
    }

    fn upgrade(&self) -> impl Future<Output = Result<Vec<StepDone>>> + Send {
        let migrator = migrator(self);
        async move { migrator?.upgrade("heads").await.map_err(HttpError::internal) }
    }

    fn is_at_head(&self) -> impl Future<Output = Result<bool>> + Send {
        let migrator = migrator(self);
        async move { migrator?.is_at_head().await.map_err(HttpError::internal) }
    }
}

/// The application's migrations, or why there are none.
fn migrator(app: &App) -> Result<Migrator> {
    let bound = app.get_extension::<Bound>().ok_or_else(no_database)?;
    let DatabaseCommands { engine, models, scripts, directory } = bound.for_commands();
    Ok(Migrator::new(engine.map_err(HttpError::internal)?, models, scripts, directory))
}

fn no_database() -> HttpError {
    HttpError::internal("the application has no database: call `.database(…)`")
}

/// Migrations that were given before the database was.
#[derive(Clone, Copy)]
struct Scripts(&'static [Script]);

fn bind(database: &Database, config: &Config) -> std::result::Result<(), String> {
    if database.engine().is_ok() {
        return Ok(());
    }
    let url = config.database_url().unwrap_or_else(|| format!("sqlite:///{}.db", config.name()));
    let url = DatabaseUrl::parse(&url)
        .map_err(|e| format!("DATABASE_URL: {e}"))?
        .relative_to(&config.instance_path());
    if url.file().is_some_and(|file| file.starts_with(config.instance_path())) {
        // Opening the file says what is wrong when this fails.
        let _ = std::fs::create_dir_all(config.instance_path());
    }
    let echo = config.get_or("DATABASE_ECHO", false).map_err(|e| e.to_string())?;
    let mut engine = Engine::builder(url);
    if echo {
        engine = engine.echo(true);
    }
    let engine = engine.build().map_err(|e| e.to_string())?;
    database.bind(engine).map_err(|e| e.to_string())
}
