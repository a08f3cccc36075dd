//! What `#[rebis::test]` expands to: a test on a runtime of its own, with an application of its own.
//!
//! **Invariant.** What was made for a test is taken away when it ends, also when it ends in a panic.

use std::any::{TypeId, type_name};
use std::path::Path;

use rebis_orm::Database;
use rebis_web::{App, BoxError, Config};

use super::database::{Made, Template};
use super::{Fixture, TestApp, sequence};
use crate::glue::AppExt as _;

/// Where a test stands, and what it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The package's folder and name.
    pub root: &'static str,
    /// The package's name.
    pub package: &'static str,
    /// Whether the tables are made from the models although there are migrations.
    pub create_all: bool,
}

/// Runs a test that needs no application.
#[doc(hidden)]
pub fn alone<T>(test: impl Future<Output = T>) -> T {
    sequence::restart();
    runtime().block_on(test)
}

/// Runs a test with an application of its own. Without a factory it has a database of all models, and nothing else.
#[doc(hidden)]
#[allow(clippy::panic)]
pub fn run<F, T>(settings: Settings, factory: Option<F>, test: impl AsyncFnOnce(TestApp) -> T) -> T
where
    F: Fn(Config) -> App + 'static,
{
    sequence::restart();
    // In this order: when the test ends in a panic, the runtime goes first, and with it every connection to the databases.
    let mut kept: Option<Made> = None;
    let runtime = runtime();
    let result = runtime.block_on(async {
        let ready = match factory {
            Some(factory) => prepare(settings, TypeId::of::<F>(), &factory, &mut kept).await,
            None => prepare(settings, TypeId::of::<()>(), &bare, &mut kept).await,
        };
        let app = match ready {
            Ok(app) => app,
            Err(error) => panic!("the test's application could not be made: {}", chain(&*error)),
        };
        if let Err(error) = app.startup().await {
            panic!("a startup hook failed: {}", chain(&*error));
        }
        let result = test(TestApp::new(app.clone())).await;
        if let Err(error) = app.shutdown().await {
            panic!("a shutdown hook failed: {}", chain(&*error));
        }
        result
    });
    drop(runtime);
    drop(kept);
    result
}

/// Makes an argument of the test.
#[doc(hidden)]
#[allow(clippy::panic)]
pub async fn fixture<T: Fixture>(app: &TestApp) -> T {
    match T::set_up(app).await {
        Ok(made) => made,
        Err(error) => panic!("the fixture {} could not be made: {error:?}", type_name::<T>()),
    }
}

fn bare(config: Config) -> App {
    App::new(config).database(Database::new())
}

async fn prepare(
    settings: Settings,
    factory_type: TypeId,
    factory: &dyn Fn(Config) -> App,
    kept: &mut Option<Made>,
) -> Result<App, BoxError> {
    let config = config(settings)?;
    let template = Template::of(factory_type, settings.create_all, &config, factory).await?;
    let made = kept.insert(template.make(&config, factory).await?);
    made.app(config, factory)
}

/// The configuration as the application would load it, except for what keeps tests apart.
fn config(settings: Settings) -> Result<Config, BoxError> {
    let text = |s: std::ffi::OsString| s.into_string().ok();
    let mut environment: Vec<(String, String)> =
        std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect();
    if !environment.iter().any(|(name, _)| name == "REBIS_ENV") {
        environment.push(("REBIS_ENV".to_owned(), "test".to_owned()));
    }
    let mut config = Config::load_from(Path::new(settings.root), environment)?;
    config.set_default("NAME", settings.package);
    config.set("TESTING", true);
    // What somebody's own `.env` says for the browser is not for tests: their pages are the same on every machine.
    config.set("DEBUG", false);
    config.set_default("SECRET_KEY", "the key of tests, which protects nothing");
    Ok(config)
}

#[allow(clippy::expect_used)]
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the operating system refused what a runtime needs")
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(&format!("\n  caused by: {words}"));
        }
        next = cause.source();
    }
    text
}
