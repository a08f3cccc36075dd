//! Binding a database to an application, as Flask-SQLAlchemy's `init_app` does.
//!
//! **Invariant.** Binding opens no connection. A URL that is wrong is said when a command or the server starts, not in a panic of
//! the factory.

use std::sync::Arc;

use rebis_cli::DatabaseCommands;
use rebis_engine::{DatabaseUrl, Engine};
use rebis_migrate::{Migrator, MigratorSetup, Script, StepDone};
use rebis_orm::Database;
use rebis_sql::schema::Schema;
use rebis_web::{App, Config, HttpError, Result};

#[cfg(feature = "shell")]
use super::shell::Contexts;
use super::{browser, errors, queries};

/// What an [`App`] can do once there is a database.
pub trait AppExt: Sized {
    /// Binds a database to the application: handlers can take a [`Session`](rebis_orm::Session) or the
    /// [`Database`] itself, and the command line gets `db …`.
    ///
    /// The URL is the configuration's `DATABASE_URL`; without one it is an SQLite file, named like the application, in its instance folder.
    /// A relative SQLite path is taken relative to the instance folder too. `DATABASE_ECHO = true` logs each statement, `DATABASE_HISTORY = false` keeps no `rebis_history` of what migrations do. A database
    /// that is bound already stays what it is.
    ///
    /// A session's work that a handler has not committed is rolled back when the response is made. A row that `get_or_404` and its kin do
    /// not find becomes a 404.
    #[must_use]
    fn database(self, database: Database) -> Self;

    /// The migrations that the program carries: `.migrations(migrations::ALL)`.
    #[must_use]
    fn migrations(self, scripts: &'static [Script]) -> Self;

    /// How the migrations of the application's databases are kept, as Flask-Migrate's `@migrate.configure`: the version table's name, the form of
    /// files, what a comparison looks at. The function gets the [`Migrator`] of each command.
    ///
    /// ```
    /// use rebis::prelude::*;
    ///
    /// # let config = Config::new(std::env::temp_dir()).with("DATABASE_URL", "sqlite://");
    /// let app = App::new(config).database(Database::new()).configure_migrations(|migrator| {
    ///     migrator.file_template("{year}_{month}_{day}_{rev}_{slug}").ignoring(&["legacy_*"])
    /// });
    /// assert!(app.migrator().is_ok());
    /// ```
    #[must_use]
    fn configure_migrations(self, configure: impl Fn(Migrator) -> Migrator + Send + Sync + 'static) -> Self;

    /// Another database of the application, with migrations and a version table of its own.
    ///
    /// Its models say `#[model(bind = "audit")]`, its migrations are in `src/migrations/audit/` with a `mod.rs` of their own, its URL is
    /// the configuration's `DATABASE_URL_AUDIT`, unless the database is bound already. `db …` acts on all databases, `db --bind audit …`
    /// on this one. Binds come behind [`database`](Self::database).
    ///
    /// A session belongs to one database: `app.db_of("audit")?.session()`.
    #[must_use]
    fn bind(self, name: &'static str, database: Database, scripts: &'static [Script]) -> Self;

    /// What the application gives its [`shell`](crate::shell): values by name and functions, as Flask's `shell_context_processor` does. The
    /// models, `db`, `session` and `app` are there without it.
    ///
    /// ```
    /// use rebis::prelude::*;
    ///
    /// fn create_app(config: Config) -> App {
    ///     App::new(config).database(Database::new()).shell_context(|context| {
    ///         context.text("motto", "small steps");
    ///         context.engine().register_fn("double", |n: i64| n * 2);
    ///     })
    /// }
    /// ```
    #[cfg(feature = "shell")]
    #[must_use]
    fn shell_context(self, give: impl Fn(&mut rebis_shell::ShellContext<'_>) + Send + Sync + 'static)
    -> Self;

    /// The application's shell, as the command `shell` opens it: for tests, and for commands that run scripts.
    ///
    /// ```
    /// use rebis::prelude::*;
    ///
    /// # #[rebis::main]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let config = Config::new(".").with("DATABASE_URL", "sqlite://");
    /// let app = App::new(config).database(Database::new());
    /// let done = app.shell()?.command("sql(\"SELECT 1 + {}\", [2]).scalar()").await?;
    /// assert_eq!(done.text.as_deref(), Some("3"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the database's URL is wrong, or a model is declared in a way that cannot work.
    #[cfg(feature = "shell")]
    fn shell(&self) -> std::result::Result<rebis_shell::Shell, rebis_shell::ShellError>;

    /// The shell of the database of that name, as `shell --bind` opens it.
    ///
    /// # Errors
    /// When there is no such database; else as [`shell`](Self::shell).
    #[cfg(feature = "shell")]
    fn shell_of(&self, name: &str) -> std::result::Result<rebis_shell::Shell, rebis_shell::ShellError>;

    /// The database of that name; see [`bind`](Self::bind).
    ///
    /// # Errors
    /// When there is none.
    fn db_of(&self, name: &str) -> Result<Database>;

    /// The `db` commands of the database of that name, as methods.
    ///
    /// # Errors
    /// When there is none, or its URL is wrong.
    fn migrator_of(&self, name: &str) -> Result<Migrator>;

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

    /// Brings the application's databases to the newest revisions: what `db upgrade heads` does, for tests and for programs that migrate when they start.
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

    /// Whether the application's databases have every migration that the program carries, for health checks. Changes nothing in them.
    ///
    /// # Errors
    /// When the application has no database, or it cannot be reached.
    fn is_at_head(&self) -> impl Future<Output = Result<bool>> + Send;
}

/// The application's database, as the commands need it.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// The name of a database besides the application's own.
    name: Option<&'static str>,
    database: Database,
    fault: Option<Arc<str>>,
    scripts: Option<&'static [Script]>,
    directory: std::path::PathBuf,
    /// Whether what migrations do is written to the database's history.
    history: bool,
}

impl Bound {
    pub(crate) fn for_commands(&self, setup: MigratorSetup) -> DatabaseCommands {
        DatabaseCommands {
            bind: self.name.map(str::to_owned),
            engine: self.engine(),
            models: self.models(),
            scripts: self.scripts,
            directory: self.directory.clone(),
            history: self.history,
            setup,
        }
    }

    /// What its own models declare.
    fn models(&self) -> Schema {
        let own = self.database.model_list().into_iter().filter(|m| m.bind() == self.name);
        Schema { tables: own.flat_map(|m| m.tables_named(self.database.naming_convention())).collect() }
    }

    /// The name of a database besides the application's own.
    pub(crate) fn name(&self) -> Option<&'static str> {
        self.name
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Whether the program has migrations for it.
    pub(crate) fn carries_migrations(&self) -> bool {
        self.scripts.is_some_and(|all| !all.is_empty())
    }

    /// What its tables come from, as text.
    pub(crate) fn fingerprint(&self, create_all: bool) -> String {
        match self.scripts.filter(|_| !create_all && self.carries_migrations()) {
            Some(scripts) => scripts.iter().map(|s| [s.file, s.source].concat()).collect(),
            None => format!("{:?}", self.models()),
        }
    }

    pub(crate) fn migrator(&self, app: &App) -> Result<Migrator> {
        let commands = self.for_commands(setup(app));
        let DatabaseCommands { engine, models, scripts, directory, history, setup, .. } = commands;
        let migrator = Migrator::new(engine.map_err(HttpError::internal)?, models, scripts, directory);
        Ok(setup.apply(migrator.keep_history(history)))
    }

    /// The engine, once nothing is known to be wrong: the URL, or a model.
    pub(crate) fn engine(&self) -> std::result::Result<Engine, String> {
        if let Some(fault) = &self.fault {
            return Err(fault.to_string());
        }
        self.database.check().map_err(|e| e.to_string())?;
        self.database.engine().cloned().map_err(|e| e.to_string())
    }
}

impl AppExt for App {
    fn database(self, database: Database) -> Self {
        let fault = bind(&database, self.config(), None).err().map(Arc::from);
        let bound = Bound {
            name: None,
            database: database.clone(),
            fault: fault.clone(),
            scripts: self.get_extension::<Scripts>().map(|s| s.0),
            directory: self.config().root().join("src").join("migrations"),
            history: keeps_history(self.config()),
        };
        let app = browser::add(queries::shown_in_debug(self, &database, None));
        app.keep(bound).extension(database).map_error(errors::status_of).on_startup(move |_| {
            let fault = fault.clone();
            async move { fault.map_or(Ok(()), |fault| Err(fault.to_string())) }
        })
    }

    fn migrations(self, scripts: &'static [Script]) -> Self {
        let bound =
            self.get_extension::<Bound>().cloned().map(|bound| Bound { scripts: Some(scripts), ..bound });
        let app = self.keep(Scripts(scripts));
        match bound {
            Some(bound) => app.keep(bound),
            None => app,
        }
    }

    fn configure_migrations(self, configure: impl Fn(Migrator) -> Migrator + Send + Sync + 'static) -> Self {
        self.keep(Setup(MigratorSetup::new(configure)))
    }

    fn bind(self, name: &'static str, database: Database, scripts: &'static [Script]) -> Self {
        database.set_bind(name);
        let fault: Option<Arc<str>> = bind(&database, self.config(), Some(name)).err().map(Arc::from);
        let directory = self.config().root().join("src").join("migrations").join(name);
        let history = keeps_history(self.config());
        let bound = Bound {
            name: Some(name),
            database: database.clone(),
            fault: fault.clone(),
            scripts: Some(scripts),
            directory,
            history,
        };
        let mut binds = self.get_extension::<Binds>().cloned().unwrap_or_default();
        if binds.0.iter().any(|b| b.name == Some(name)) {
            let said = format!("two databases are bound as {name}: give one another name, or bind it once");
            return self.complain(said);
        }
        binds.0.push(bound);
        let app = browser::add(queries::shown_in_debug(self, &database, Some(name)));
        app.keep(binds).on_startup(move |_| {
            let fault = fault.clone();
            async move { fault.map_or(Ok(()), |fault| Err(fault.to_string())) }
        })
    }

    #[cfg(feature = "shell")]
    fn shell_context(
        self,
        give: impl Fn(&mut rebis_shell::ShellContext<'_>) + Send + Sync + 'static,
    ) -> Self {
        let mut all = self.get_extension::<Contexts>().cloned().unwrap_or_default();
        all.0.push(Arc::new(give));
        self.keep(all)
    }

    #[cfg(feature = "shell")]
    fn shell(&self) -> std::result::Result<rebis_shell::Shell, rebis_shell::ShellError> {
        super::shell::shell(self, None)
    }

    #[cfg(feature = "shell")]
    fn shell_of(&self, name: &str) -> std::result::Result<rebis_shell::Shell, rebis_shell::ShellError> {
        super::shell::shell(self, Some(name))
    }

    fn db_of(&self, name: &str) -> Result<Database> {
        Ok(named(self, name)?.database)
    }

    fn migrator_of(&self, name: &str) -> Result<Migrator> {
        named(self, name)?.migrator(self)
    }

    fn db(&self) -> Result<Database> {
        self.get_extension::<Database>().cloned().ok_or_else(no_database)
    }

    fn migrator(&self) -> Result<Migrator> {
        self.get_extension::<Bound>().ok_or_else(no_database)?.migrator(self)
    }

    fn upgrade(&self) -> impl Future<Output = Result<Vec<StepDone>>> + Send {
        let migrators = migrators(self);
        async move {
            let mut done = Vec::new();
            for migrator in migrators? {
                done.extend(migrator.upgrade("heads").await.map_err(HttpError::internal)?);
            }
            Ok(done)
        }
    }

    fn is_at_head(&self) -> impl Future<Output = Result<bool>> + Send {
        let migrators = migrators(self);
        async move {
            for migrator in migrators? {
                if !migrator.is_at_head().await.map_err(HttpError::internal)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}

/// The application's databases, its own first.
pub(crate) fn bound(app: &App) -> Vec<Bound> {
    let own = app.get_extension::<Bound>().cloned();
    let others = app.get_extension::<Binds>().map(|b| b.0.clone()).unwrap_or_default();
    own.into_iter().chain(others).collect()
}

fn migrators(app: &App) -> Result<Vec<Migrator>> {
    let all = bound(app);
    if all.is_empty() {
        return Err(no_database());
    }
    all.iter().map(|bound| bound.migrator(app)).collect()
}

fn named(app: &App, name: &str) -> Result<Bound> {
    let found = bound(app).into_iter().find(|b| b.name == Some(name));
    found.ok_or_else(|| {
        HttpError::internal(format!("the application has no database {name}: call `.bind({name:?}, …)`"))
    })
}

fn no_database() -> HttpError {
    HttpError::internal("the application has no database: call `.database(…)`")
}

/// Migrations that were given before the database was.
#[derive(Clone, Copy)]
struct Scripts(&'static [Script]);

/// What `configure_migrations` was given.
#[derive(Clone, Debug, Default)]
struct Setup(MigratorSetup);

pub(crate) fn setup(app: &App) -> MigratorSetup {
    app.get_extension::<Setup>().cloned().unwrap_or_default().0
}

/// The databases besides the application's own.
#[derive(Clone, Debug, Default)]
struct Binds(Vec<Bound>);

/// `DATABASE_HISTORY`; what cannot be read counts as yes.
fn keeps_history(config: &Config) -> bool {
    config.get_or("DATABASE_HISTORY", true).unwrap_or(true)
}

fn bind(database: &Database, config: &Config, name: Option<&str>) -> std::result::Result<(), String> {
    if database.engine().is_ok() {
        return Ok(());
    }
    let key =
        name.map_or_else(|| "DATABASE_URL".to_owned(), |n| format!("DATABASE_URL_{}", n.to_uppercase()));
    let (found, file) = match name {
        None => (config.database_url(), config.name().to_owned()),
        Some(name) => (config.find(&key).map_err(|e| e.to_string())?, format!("{}_{name}", config.name())),
    };
    let url = found.unwrap_or_else(|| format!("sqlite:///{file}.db"));
    let url =
        DatabaseUrl::parse(&url).map_err(|e| format!("{key}: {e}"))?.relative_to(&config.instance_path());
    let folder = config.instance_path();
    let made = match url.file() {
        Some(file) if file.starts_with(&folder) => std::fs::create_dir_all(&folder),
        _ => Ok(()),
    };
    let echo = config.get_or("DATABASE_ECHO", false).map_err(|e| e.to_string())?;
    let mut engine = Engine::builder(url);
    if echo {
        engine = engine.echo(true);
    }
    let engine = engine.build().map_err(|e| e.to_string())?;
    database.bind(engine).map_err(|e| e.to_string())?;
    made.map_err(|e| {
        format!(
            "the instance folder {} cannot be made: {e}; make it, writable for this user, or name another one with INSTANCE_PATH",
            folder.display()
        )
    })
}
