//! Whether the program that answers is older than its sources: `rebis run` says so in a file while they do not compile.
//!
//! Invariant: who was started without `rebis run` asks for no file.

use std::path::PathBuf;

use crate::config::{Config, ConfigError};

/// How much of what the compiler said is shown.
const MOST: usize = 64 * 1024;

/// The file that `rebis run` writes, where that started this program.
#[derive(Debug)]
pub(super) struct Stale(Option<PathBuf>);

impl Stale {
    pub(super) fn read(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self(config.find("BUILD_FAILED")?))
    }

    /// What the compiler said of the sources, if it refuses them now.
    pub(super) fn said(&self) -> Option<String> {
        let mut said = std::fs::read_to_string(self.0.as_ref()?).ok()?;
        let end = said.char_indices().nth(MOST).map_or(said.len(), |(at, _)| at);
        said.truncate(end);
        Some(said)
    }
}
