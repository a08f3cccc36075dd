//! `Config::load`: the layers in their order.
//!
//! Invariant: each file is optional, and a file that is there but wrong is an error that names the line, never skipped.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use serde_json::Value;

use super::{Config, ConfigError, Source};

/// Keys of ours so short that an unrelated variable of the machine could have the name: the environment needs the prefix for them.
pub(super) const FRAMEWORK_KEYS: [&str; 5] = ["DEBUG", "TESTING", "NAME", "HOST", "PORT"];

impl Config {
    /// Reads the configuration of the application that is being started: `config.toml`, `config.<env>.toml`, `.env` (each if it
    /// is there), and the environment.
    ///
    /// The root is `REBIS_ROOT`, else the folder of the package that `cargo run` or `cargo test` started, else the
    /// current folder.
    ///
    /// # Errors
    /// When a file cannot be read or is malformed; the message names the file and the line.
    pub fn load() -> Result<Self, ConfigError> {
        let environment: HashMap<String, String> = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let root = match environment.get("REBIS_ROOT").or_else(|| environment.get("CARGO_MANIFEST_DIR")) {
            Some(root) => PathBuf::from(root),
            None => env::current_dir().map_err(|error| ConfigError::unreadable(Path::new("."), error))?,
        };
        let name = environment.get("CARGO_PKG_NAME").cloned().or_else(executable_name);
        let mut config = Self::load_from(root, environment)?;
        if let Some(name) = name {
            config.name = name;
        }
        Ok(config)
    }

    /// [`Config::load`] with the root and the environment given, for tests and for programs that start several applications.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_from(
        root: impl Into<PathBuf>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Config::new(root);
        let environment: HashMap<String, String> = environment.into_iter().collect();

        let dotenv_path = config.root.join(".env");
        let dotenv = read_dotenv(&dotenv_path)?;
        let said = |key: &str| {
            environment.get(key).or_else(|| dotenv.iter().find(|(name, _)| name == key).map(|(_, text)| text))
        };
        if let Some(env) = said("REBIS_ENV").filter(|env| !env.is_empty()) {
            config.env = env.clone();
        }

        for file in ["config.toml".to_owned(), format!("config.{}.toml", config.env)] {
            let path = config.root.join(file);
            for (key, value) in read_toml(&path)? {
                config.put(&key, value, &Source::File(path.clone()));
            }
        }
        for (name, text) in dotenv {
            let key = name.strip_prefix("REBIS_").unwrap_or(&name);
            config.put(key, Value::String(text), &Source::DotEnv(dotenv_path.clone()));
        }
        // What is said with our prefix is listed like the other settings; the rest of the environment is only asked.
        for (name, text) in &environment {
            if let Some(key) = name.strip_prefix("REBIS_").filter(|key| !["ROOT", "ENV"].contains(key)) {
                config.put(key, Value::String(text.clone()), &Source::Environment(name.clone()));
            }
        }
        config.environment = Arc::new(environment);
        config.find::<bool>("DEBUG")?;
        Ok(config)
    }
}

fn executable_name() -> Option<String> {
    Some(env::current_exe().ok()?.file_stem()?.to_string_lossy().into_owned())
}

fn read_optional(path: &Path) -> Result<Option<String>, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError::unreadable(path, error)),
    }
}

fn read_toml(path: &Path) -> Result<Vec<(String, Value)>, ConfigError> {
    let Some(text) = read_optional(path)? else { return Ok(Vec::new()) };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // Not the parser's own report: it quotes the line, which may hold a secret.
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        ConfigError::file(path, &format!("line {line}: {}", error.message()))
    })?;
    Ok(table.into_iter().map(|(key, value)| (key, json(value))).collect())
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

fn read_dotenv(path: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    let Some(text) = read_optional(path)? else { return Ok(Vec::new()) };
    dotenvy::from_read_iter(text.as_bytes())
        .enumerate()
        .map(|(index, item)| {
            item.map_err(|error| match error {
                dotenvy::Error::LineParse(line, at) => {
                    let number = text.lines().position(|other| line.starts_with(other) && !other.is_empty());
                    ConfigError::file(
                        path,
                        &format!(
                            "line {}: not NAME=value (the trouble starts at character {})",
                            number.unwrap_or(index) + 1,
                            at + 1
                        ),
                    )
                }
                other => ConfigError::file(path, &other.to_string()),
            })
        })
        .collect()
}
