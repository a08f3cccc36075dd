//! `init`: the folder of migrations. Invariant: nothing that is there is overwritten.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use super::{ADVICE, Migrator};
use crate::{Error, ErrorKind, Result, store};

/// What [`Migrator::init`] made, and what the program still needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Init {
    /// The folder.
    pub directory: PathBuf,
    /// The folder was not there.
    pub created: bool,
    /// The `mod.rs` that was written; `None` when it was there.
    pub generated: Option<PathBuf>,
    /// The lines to add to the program; `None` when it carries a list of migrations.
    pub advice: Option<&'static str>,
}

impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if self.created {
            lines.push(format!("Creating directory {} ...  done", self.directory.display()));
        }
        if let Some(path) = &self.generated {
            lines.push(format!("Generating {} ...  done", path.display()));
        }
        if lines.is_empty() {
            lines.push(format!("{} is ready: nothing to do", self.directory.display()));
        }
        lines.extend(self.advice.map(str::to_owned));
        f.write_str(&lines.join("\n"))
    }
}

pub(super) fn init(m: &Migrator) -> Result<Init> {
    let directory = std::path::absolute(&m.directory).map_err(|e| Error::file("find", &m.directory, e))?;
    let created = !directory.exists();
    if created {
        fs::create_dir_all(&directory).map_err(|e| Error::file("create", &directory, e))?;
    }
    let list = directory.join("mod.rs");
    let there = list.exists();
    let scripts = store::scan(&directory)?;
    if !there && !scripts.is_empty() || !directory.is_dir() || there && m.listed && !scripts.is_empty() {
        return Err(Error::new(
            ErrorKind::File,
            format!("Directory {} already exists and is not empty", directory.display()),
        ));
    }
    if !there {
        store::sync(&directory, &m.krate)?;
    }
    Ok(Init {
        directory,
        created,
        generated: (!there).then_some(list),
        advice: (!m.listed).then_some(ADVICE),
    })
}
