//! The databases of tests: made once for a program, copied for each test.
//!
//! **Invariant.** An application under test is given a URL for every database that it has, and an application that uses another one is
//! refused: no test runs on the database that one develops with.

use std::any::TypeId;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rebis_engine::{DatabaseUrl, Engine, Server};
use rebis_web::{App, BoxError, Config};
use tokio::sync::OnceCell;

use super::scratch::{self, Scratch};
use crate::glue::bound;

type Factory<'a> = &'a dyn Fn(Config) -> App;
/// A factory, whether the models make the tables, and the server's URL.
type Key = (TypeId, bool, Option<String>);

/// What every test's databases begin as.
pub(super) struct Template {
    create_all: bool,
    databases: Vec<(Option<&'static str>, Source)>,
}

/// Where a test's database comes from.
enum Source {
    /// A file with these bytes.
    File(Vec<u8>),
    /// A database of that name on the server, copied.
    Copy(Server, String),
    /// The server cannot copy: an empty database, in which everything is made.
    Anew(Server),
}

/// The databases of one test, and its folder.
pub(super) struct Made {
    databases: Vec<(Option<&'static str>, Scratch)>,
    folder: Folder,
}

impl Template {
    /// The template of an application; made when it is first asked for.
    pub(super) async fn of(
        factory_type: TypeId,
        create_all: bool,
        config: &Config,
        factory: Factory<'_>,
    ) -> Result<Arc<Template>, BoxError> {
        type Cells = HashMap<Key, Arc<OnceCell<Arc<Template>>>>;
        static ALL: Mutex<Option<Cells>> = Mutex::new(None);
        let key: Key = (factory_type, create_all, server_url(config)?);
        let cell = {
            let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.get_or_insert_default().entry(key).or_default())
        };
        let made = cell
            .get_or_try_init(async || Template::make_once(create_all, config, factory).await.map(Arc::new));
        made.await.cloned()
    }

    async fn make_once(create_all: bool, config: &Config, factory: Factory<'_>) -> Result<Self, BoxError> {
        let names = databases_of(config, factory)?;
        let server = server(config)?;
        let mut template = Template { create_all, databases: Vec::new() };
        if names.is_empty() {
            return Ok(template);
        }
        let Some(server) = server else {
            let folder = Folder::new(false)?;
            let databases = names.iter().map(|name| Ok((*name, Scratch::File(file(&folder.path, *name)?))));
            let made = Made { databases: databases.collect::<Result<_, BoxError>>()?, folder };
            made.fill(config, factory, create_all).await?;
            for (name, scratch) in &made.databases {
                let url = scratch.url();
                let bytes = std::fs::read(url.file().unwrap_or(Path::new("")))?;
                template.databases.push((*name, Source::File(bytes)));
            }
            return Ok(template);
        };
        let made = Made {
            databases: names.iter().map(|name| (*name, Scratch::on_server(&server, false))).collect(),
            folder: Folder::new(false)?,
        };
        let wanted = made.wanted(config, factory, create_all)?;
        let there = server.databases().await?;
        let named = |at: usize| scratch::template_name(&(at, wanted));
        if (0..names.len()).all(|at| there.contains(&named(at))) {
            // Another process of these tests has made them.
            template.databases =
                (0..).zip(&names).map(|(at, n)| (*n, Source::Copy(server.clone(), named(at)))).collect();
            return Ok(template);
        }
        scratch::tidy(&server, &named(0)).await?;
        for (_, scratch) in &made.databases {
            if let Scratch::OnServer { server, name, .. } = scratch {
                server.create(name).await?;
            }
        }
        made.fill(config, factory, create_all).await?;
        for (at, (name, scratch)) in made.databases.iter().enumerate() {
            let Scratch::OnServer { name: own, .. } = scratch else { continue };
            let source = match server.rename(own, &named(at)).await {
                Ok(true) => Source::Copy(server.clone(), named(at)),
                Ok(false) => Source::Anew(server.clone()),
                // Another process was faster.
                Err(_) if server.databases().await?.contains(&named(at)) => {
                    Source::Copy(server.clone(), named(at))
                }
                Err(error) => return Err(error.into()),
            };
            template.databases.push((*name, source));
        }
        Ok(template)
    }

    /// The databases of a test.
    pub(super) async fn make(&self, config: &Config, factory: Factory<'_>) -> Result<Made, BoxError> {
        let mut made = Made { databases: Vec::new(), folder: Folder::new(scratch::keeps())? };
        let mut anew = false;
        for (name, source) in &self.databases {
            let scratch = match source {
                Source::File(bytes) => {
                    let url = file(&made.folder.path, *name)?;
                    std::fs::write(url.file().unwrap_or(Path::new("")), bytes)?;
                    Scratch::File(url)
                }
                Source::Copy(server, _) | Source::Anew(server) => {
                    Scratch::on_server(server, scratch::keeps())
                }
            };
            if let Scratch::OnServer { server, name, .. } = &scratch {
                match source {
                    Source::Copy(_, from) => drop(server.copy(from, name).await?),
                    _ => {
                        anew = true;
                        server.create(name).await?;
                    }
                }
            }
            made.databases.push((*name, scratch));
        }
        if anew {
            made.fill(config, factory, self.create_all).await?;
        }
        Ok(made)
    }
}

impl Made {
    /// The application, on these databases.
    pub(super) fn app(&self, mut config: Config, factory: Factory<'_>) -> Result<App, BoxError> {
        config.set("INSTANCE_PATH", self.folder.path.to_string_lossy().into_owned());
        for (name, scratch) in &self.databases {
            config.set(&key_of(*name), scratch.url().reveal());
        }
        let app = factory(config);
        for bound in bound(&app) {
            let own = self.databases.iter().find(|(name, _)| *name == bound.name());
            let engine = bound.engine()?;
            if own.is_none_or(|(_, scratch)| scratch.url() != *engine.url()) {
                return Err(format!(
                    "the factory gives the application a database of its own choice, {}; a test would write to it: \
                     let it be `Database::new()`, whose URL the configuration says",
                    engine.url()
                )
                .into());
            }
        }
        Ok(app)
    }

    /// Brings the databases to what the application expects, and closes every connection to them.
    async fn fill(&self, config: &Config, factory: Factory<'_>, create_all: bool) -> Result<(), BoxError> {
        let app = self.app(config.clone(), factory)?;
        for bound in bound(&app) {
            if create_all || !bound.carries_migrations() {
                bound.database().create_all().await?;
            } else {
                bound.migrator(&app)?.upgrade("heads").await?;
            }
            bound.engine()?.dispose().await;
        }
        Ok(())
    }

    /// A number for what [`fill`](Self::fill) would make.
    fn wanted(&self, config: &Config, factory: Factory<'_>, create_all: bool) -> Result<u64, BoxError> {
        let mut hasher = DefaultHasher::new();
        let app = self.app(config.clone(), factory)?;
        for bound in bound(&app) {
            bound.fingerprint(create_all).hash(&mut hasher);
        }
        // A migration may run code of the program.
        let program = std::env::current_exe().and_then(std::fs::metadata);
        program.and_then(|program| program.modified()).ok().hash(&mut hasher);
        Ok(hasher.finish())
    }
}

/// The databases that an application has: its own as `None`, the others by name.
fn databases_of(config: &Config, factory: Factory<'_>) -> Result<Vec<Option<&'static str>>, BoxError> {
    let folder = Folder::new(false)?;
    let mut config = config.clone();
    // No connection is made; the URL only has to be one.
    config.set("INSTANCE_PATH", folder.path.to_string_lossy().into_owned());
    config.set("DATABASE_URL", server_url(&config)?.unwrap_or_else(|| "sqlite://".to_owned()));
    Ok(bound(&factory(config)).iter().map(|bound| bound.name()).collect())
}

/// The server that `TEST_DATABASE_URL` names.
fn server(config: &Config) -> Result<Option<Server>, BoxError> {
    let Some(url) = server_url(config)? else { return Ok(None) };
    let url = DatabaseUrl::parse(&url).map_err(|e| format!("TEST_DATABASE_URL: {e}"))?;
    // A file cannot be shared by tests; each has one anyway.
    Ok(Server::of(&url).ok())
}

fn server_url(config: &Config) -> Result<Option<String>, BoxError> {
    Ok(config.find::<String>("TEST_DATABASE_URL")?.filter(|url| !url.is_empty()))
}

fn key_of(name: Option<&str>) -> String {
    name.map_or_else(|| "DATABASE_URL".to_owned(), |name| format!("DATABASE_URL_{}", name.to_uppercase()))
}

/// The URL of a file in the folder. Nothing of it must outlive the machine's power, so nothing waits for the disk.
fn file(folder: &Path, name: Option<&str>) -> Result<DatabaseUrl, BoxError> {
    let path = folder.join(format!("{}.db", name.unwrap_or("test")));
    let path = path.to_str().ok_or("the temporary folder's path is not UTF-8")?;
    let url = DatabaseUrl::parse("sqlite://?synchronous=off")?.with_database(path);
    // Says, before anything else does, that the program was built without SQLite.
    Engine::builder(url.clone())
        .build()
        .map_err(|e| format!("{e}; or name a server for the tests with TEST_DATABASE_URL"))?;
    Ok(url)
}

/// A folder of a test, gone with it unless it is to be kept.
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    fn new(keep: bool) -> Result<Self, BoxError> {
        let path = std::env::temp_dir().join(scratch::unique());
        std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Folder { path, keep })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.keep {
            eprintln!("kept: {}", self.path.display());
        } else {
            // Not worth failing a test over.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
