//! How a new application names Rebis. Invariant: a dependency that is not there is refused before anything is written.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use rebis_web::BoxError;

/// Where Rebis comes from.
pub(super) enum Dependency {
    /// The folder of the crate; whether it was asked for.
    Path(PathBuf, bool),
    Git(String),
    Version(String),
}

/// What was asked for, else the checkout that this program was built from.
pub(super) fn of(given: &ArgMatches) -> Result<Dependency, BoxError> {
    if let Some(url) = given.get_one::<String>("rebis-git") {
        return Ok(Dependency::Git(quotable(url, "--rebis-git")?));
    }
    if let Some(version) = given.get_one::<String>("rebis-version") {
        return Ok(Dependency::Version(quotable(version, "--rebis-version")?));
    }
    let asked = given.get_one::<PathBuf>("rebis-path");
    let root = asked.cloned().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    // The checkout, or the crate in it.
    let found = [root.join("crates").join("rebis"), root.clone()].into_iter().find(|folder| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
        manifest.is_ok_and(|text| text.lines().any(|line| line == "name = \"rebis\""))
    });
    match (found, asked) {
        (Some(folder), asked) => Ok(Dependency::Path(folder.canonicalize()?, asked.is_some())),
        (None, Some(asked)) => Err(format!("{} is no checkout of Rebis: it has no crates/rebis", asked.display()).into()),
        (None, None) => Err(
            "Rebis is not published yet, and the checkout that this program was built from is gone: say where it is with --rebis-path \
             FOLDER or --rebis-git URL"
                .into(),
        ),
    }
}

impl Dependency {
    /// The line of Cargo.toml. SQLite is always there: tests run on it.
    pub(super) fn line(&self, database: &str) -> String {
        let features =
            if database == "sqlite" { String::new() } else { format!(", features = [{database:?}]") };
        match self {
            Dependency::Path(folder, _) => {
                format!("rebis = {{ path = {:?}{features} }}", folder.display().to_string())
            }
            Dependency::Git(url) => format!("rebis = {{ git = {url:?}{features} }}"),
            Dependency::Version(version) => format!("rebis = {{ version = {version:?}{features} }}"),
        }
    }

    /// What one should know of it.
    pub(super) fn remark(&self) -> Option<String> {
        match self {
            Dependency::Path(folder, false) => Some(format!(
                "It depends on the checkout of Rebis in {}, because Rebis {} is not published; --rebis-git and --rebis-path name another.",
                folder.display(),
                env!("CARGO_PKG_VERSION")
            )),
            _ => None,
        }
    }
}

/// Text that can stand in quotes.
fn quotable(text: &str, option: &str) -> Result<String, BoxError> {
    if text.is_empty() || text.contains(['"', '\\']) || text.contains(char::is_control) {
        return Err(format!("{option}: {text:?} cannot be written into Cargo.toml").into());
    }
    Ok(text.to_owned())
}
