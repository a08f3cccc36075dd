//! `Config`: the settings of one application, layered defaults → file → `.env` → environment → what the program set.
//!
//! Invariant: a value never changes behind the program's back. The layers are read once, by [`Config::load`]; nothing is
//! ever written to the process's environment, and a `Config` made by [`Config::new`] has never looked at it.

mod convert;
mod error;
mod load;
mod redact;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use error::ConfigError;
pub(crate) use redact::{is_secret, redact_urls, redact_value};

/// Where a setting came from; error messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Default,
    File(PathBuf),
    DotEnv(PathBuf),
    Environment(String),
    Program,
}

impl Source {
    /// Whether values of this source are text that knows no types.
    fn is_text(&self) -> bool {
        matches!(self, Source::DotEnv(_) | Source::Environment(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("the defaults"),
            Source::File(path) | Source::DotEnv(path) => write!(f, "{}", path.display()),
            Source::Environment(name) => write!(f, "the environment variable {name}"),
            Source::Program => f.write_str("the program (Config::set)"),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    value: Value,
    source: Source,
}

/// Settings with typed access.
///
/// Keys are written in capitals by custom and compared without regard to case. A table of the file gives nested keys:
/// `server` under `[mail]` is `MAIL.SERVER`, and the environment spells the dot with two underscores (`MAIL__SERVER`).
///
/// Every environment variable can be read by its own name, except that the framework's short names (`DEBUG`, `TESTING`,
/// `NAME`, `HOST`, `PORT`) need the prefix: `REBIS_DEBUG=1`. The prefix works for any key and wins over the plain name.
///
/// Printing a configuration shows no secret: values of keys that contain `SECRET`, `PASSWORD`, `TOKEN` or `KEY`, and passwords
/// inside URLs, are replaced by `***`.
///
/// ```
/// use rebis_web::Config;
///
/// let mut config = Config::new("/srv/shop");
/// config.set("PAGE_SIZE", 20);
/// config.set("SECRET_KEY", "do not tell");
/// assert_eq!(config.get::<u32>("PAGE_SIZE").unwrap(), 20);
/// assert_eq!(config.get_or("ADMIN", "root".to_owned()).unwrap(), "root");
/// assert!(!format!("{config:?}").contains("do not tell"));
/// ```
#[derive(Clone)]
pub struct Config {
    root: PathBuf,
    name: String,
    env: String,
    values: BTreeMap<String, Entry>,
    /// The process's environment as it was at load, asked by name and never listed.
    environment: Arc<HashMap<String, String>>,
}

impl Config {
    /// An empty configuration for an application whose files are under `root`. It does not look at the environment, at
    /// `.env` or at `config.toml`: this is the one for tests. The name is the last part of `root`, or `app`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let name =
            root.file_name().map_or_else(|| "app".to_owned(), |name| name.to_string_lossy().into_owned());
        Self {
            root,
            name,
            env: "development".to_owned(),
            values: BTreeMap::new(),
            environment: Arc::default(),
        }
    }

    /// The value of `key` as a `T`.
    ///
    /// Values of the environment and of `.env` are text; they are read as numbers and booleans (`1`, `true`, `yes`,
    /// `on` and their opposites) when `T` asks for that, and as JSON for lists and structs. A key that names a table of the
    /// file can be read as a struct whose fields are the keys in small letters.
    ///
    /// # Errors
    /// When the key is set nowhere, or its value is no `T`: the message names the key, where the value came from and the type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<T, ConfigError> {
        self.find(key)?.ok_or_else(|| ConfigError::missing(&canonical(key), self.root.join("config.toml")))
    }

    /// The value of `key`, or `default` when it is set nowhere.
    ///
    /// # Errors
    /// When there is a value and it is no `T`.
    pub fn get_or<T: DeserializeOwned>(&self, key: &str, default: T) -> Result<T, ConfigError> {
        Ok(self.find(key)?.unwrap_or(default))
    }

    /// The value of `key`, or `None` when it is set nowhere.
    ///
    /// # Errors
    /// When there is a value and it is no `T`.
    pub fn find<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ConfigError> {
        let key = canonical(key);
        match self.lookup(&key) {
            None => Ok(None),
            Some(entry) => convert::convert(&entry.value)
                .map(Some)
                .map_err(|reason| ConfigError::wrong_type::<T>(&key, &entry.value, &entry.source, &reason)),
        }
    }

    /// Sets `key`; what the program sets wins over every other layer.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.put(key, value.into(), &Source::Program);
        self
    }

    /// [`Config::set`] for chains: `Config::new(root).with("DATABASE_URL", "sqlite://")`.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    /// Sets `key` only if no layer has a value for it.
    pub fn set_default(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        if self.lookup(&canonical(key)).is_none() {
            self.put(key, value.into(), &Source::Default);
        }
        self
    }

    /// `SECRET_KEY`, if it is set to text that is not empty.
    pub fn secret_key(&self) -> Option<String> {
        self.text("SECRET_KEY")
    }

    /// `DATABASE_URL`, if it is set to text that is not empty.
    pub fn database_url(&self) -> Option<String> {
        self.text("DATABASE_URL")
    }

    /// Whether `DEBUG` is on (from the file, `REBIS_DEBUG`, or [`Config::set`]). Off by default, and off when the value is no boolean:
    /// debug pages show the program's inside, so they must be asked for in so many words.
    pub fn debug(&self) -> bool {
        self.get_or("DEBUG", false).unwrap_or(false)
    }

    /// The folder that templates, static files, migrations and the instance folder are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the running application writes is here (a SQLite file, uploads): `INSTANCE_PATH`, relative to the root, else `<root>/instance`.
    /// Not created by this call.
    pub fn instance_path(&self) -> PathBuf {
        self.root.join(self.text("INSTANCE_PATH").as_deref().unwrap_or("instance"))
    }

    /// The application's name: `NAME` (`REBIS_NAME`) if set, else the Cargo package's, else the executable's.
    pub fn name(&self) -> &str {
        match self.values.get("NAME").map(|entry| &entry.value) {
            Some(Value::String(name)) if !name.is_empty() => name,
            _ => &self.name,
        }
    }

    /// The environment's name, from `REBIS_ENV`: `development` unless something else is said. `config.<env>.toml` is read after
    /// `config.toml`.
    pub fn env(&self) -> &str {
        &self.env
    }

    fn text(&self, key: &str) -> Option<String> {
        self.find::<String>(key).ok().flatten().filter(|text| !text.is_empty())
    }

    /// Writes a value, tables flattened into nested keys, and drops what the key held before.
    fn put(&mut self, key: &str, value: Value, source: &Source) {
        let key = canonical(key);
        let value = match (self.values.get(&key), value) {
            (Some(old), Value::String(text)) if source.is_text() => convert::like(&old.value, &text),
            (_, value) => value,
        };
        let below = format!("{key}.");
        self.values.retain(|other, _| *other != key && (!value.is_object() || !other.starts_with(&below)));
        match value {
            Value::Object(table) => {
                for (name, value) in table {
                    self.put(&format!("{key}.{name}"), value, source);
                }
            }
            value => {
                self.values.insert(key, Entry { value, source: source.clone() });
            }
        }
    }

    /// The entry that counts for a canonical key. A table is put together from its leaves.
    fn lookup(&self, key: &str) -> Option<Entry> {
        let stored = self.values.get(key);
        if let Some(entry) = stored.filter(|entry| entry.source == Source::Program) {
            return Some(entry.clone());
        }
        if let Some((name, text)) = self.in_environment(key) {
            let value = match stored {
                Some(old) => convert::like(&old.value, text),
                None => Value::String(text.clone()),
            };
            return Some(Entry { value, source: Source::Environment(name) });
        }
        stored.cloned().or_else(|| self.table(key))
    }

    fn in_environment(&self, key: &str) -> Option<(String, &String)> {
        let plain = key.replace('.', "__");
        let prefixed = format!("REBIS_{plain}");
        if let Some(text) = self.environment.get(&prefixed) {
            return Some((prefixed, text));
        }
        if load::FRAMEWORK_KEYS.contains(&key) {
            return None;
        }
        self.environment.get(&plain).map(|text| (plain, text))
    }

    fn table(&self, key: &str) -> Option<Entry> {
        let below = format!("{key}.");
        let mut names: Vec<&String> = self
            .values
            .range(below.clone()..)
            .map(|(name, _)| name)
            .take_while(|name| name.starts_with(&below))
            .collect();
        names.dedup();
        let mut table = Value::Object(serde_json::Map::new());
        let mut source = None;
        for name in names {
            let Some(entry) = self.lookup(name) else { continue };
            let mut place = &mut table;
            for part in name[below.len()..].split('.') {
                place = &mut place[part.to_lowercase()];
            }
            *place = entry.value;
            source = Some(entry.source);
        }
        source.map(|source| Entry { value: table, source })
    }

    /// What templates may see: every setting, without secrets, tables as tables.
    pub(crate) fn shown(&self) -> Value {
        let mut all = Value::Object(serde_json::Map::new());
        for key in self.values.keys() {
            let Some(entry) = self.lookup(key) else { continue };
            let mut place = &mut all;
            let mut parts = key.split('.').peekable();
            while let Some(part) = parts.next() {
                if !place.is_object() {
                    break;
                }
                place = &mut place[part];
                if parts.peek().is_some() && place.is_null() {
                    *place = Value::Object(serde_json::Map::new());
                }
            }
            *place = redact::redacted(key, &entry.value);
        }
        all
    }

    fn printed(&self) -> impl Iterator<Item = (&str, String)> {
        self.values.keys().filter_map(|key| {
            let entry = self.lookup(key)?;
            Some((key.as_str(), redact_value(key, &entry.value)))
        })
    }
}

/// Keys are compared in capitals; `__` is the environment's way to write a dot.
fn canonical(key: &str) -> String {
    key.to_uppercase().replace("__", ".")
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Config ")?;
        let mut map = f.debug_map();
        map.entry(&"root", &self.root).entry(&"name", &self.name()).entry(&"env", &self.env);
        for (key, value) in self.printed() {
            map.entry(&key, &format_args!("{value}"));
        }
        map.finish()
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, value) in self.printed() {
            writeln!(f, "{key} = {value}")?;
        }
        Ok(())
    }
}
