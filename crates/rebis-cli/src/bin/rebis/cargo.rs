//! The package that one stands in, and cargo told to do something with it.
//!
//! **Invariant.** What was said of cargo on the command line is passed on as it was said.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ArgMatches;
use rebis_web::BoxError;

/// How cargo shall build, in its own words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    package: Option<String>,
    bin: Option<String>,
    /// What says how to build and not what.
    words: Vec<String>,
}

impl Options {
    pub(crate) fn of(given: &ArgMatches) -> Self {
        let text = |name: &str| given.get_one::<String>(name).cloned();
        let mut words = Vec::new();
        if let Some(value) = text("features") {
            words.extend(["--features".to_owned(), value]);
        }
        for name in ["no-default-features", "release", "offline", "locked"] {
            if given.get_flag(name) {
                words.push(format!("--{name}"));
            }
        }
        Options { package: text("package"), bin: text("bin"), words }
    }

    /// `cargo <command>` with these options, for a command that builds programs.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = self.cargo_for_all(command);
        if let Some(bin) = &self.bin {
            cargo.args(["--bin", bin]);
        }
        cargo
    }

    /// `cargo <command>` with these options, for a command that builds more than programs.
    pub(crate) fn cargo_for_all(&self, command: &str) -> Command {
        let mut cargo = self.plain(command);
        if let Some(package) = &self.package {
            cargo.args(["--package", package]);
        }
        cargo
    }

    fn plain(&self, command: &str) -> Command {
        let mut cargo = cargo();
        cargo.arg(command).args(&self.words);
        cargo
    }
}

/// What is asked of them by what builds again when a file changes.
#[cfg(unix)]
impl Options {
    /// `cargo <command>` with these options for the program of a package, whatever they say of either.
    pub(crate) fn cargo_of(&self, command: &str, package: &str, program: &str) -> Command {
        let mut cargo = self.plain(command);
        cargo.args(["--package", package, "--bin", program]);
        cargo
    }

    /// `cargo metadata` with these options, of what is built on this machine: else cargo downloads, or offline lacks, the packages that
    /// only other systems need.
    pub(crate) fn metadata(&self) -> Command {
        let mut cargo = cargo();
        cargo.args(["metadata", "--format-version", "1"]);
        if let Some(host) = host() {
            cargo.args(["--filter-platform", &host]);
        }
        cargo.args(self.words.iter().filter(|word| *word != "--release"));
        cargo
    }

    pub(crate) fn package(&self) -> Option<&str> {
        self.package.as_deref()
    }

    pub(crate) fn bin(&self) -> Option<&str> {
        self.bin.as_deref()
    }

    pub(crate) fn is_release(&self) -> bool {
        self.words.iter().any(|word| word == "--release")
    }
}

/// `cargo`: the one that runs this program if one does, else the one in the path.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The kind of this machine, in cargo's words.
#[cfg(unix)]
fn host() -> Option<String> {
    let output = cargo().arg("-vV").output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

/// The folder of the package, or of the workspace, that one stands in.
pub(crate) fn package_folder() -> Result<PathBuf, BoxError> {
    let here = std::env::current_dir().map_err(|e| format!("the current folder cannot be read: {e}"))?;
    above(&here, |manifest| manifest.is_file()).ok_or_else(|| {
        format!(
            "there is no Cargo.toml in {} or above it: go into the folder of an application, or make one with `rebis new NAME`",
            here.display()
        )
        .into()
    })
}

/// The nearest folder, from that one upwards, whose manifest is as wanted.
pub(crate) fn above(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    folder.ancestors().find(|folder| wanted(&folder.join("Cargo.toml"))).map(Path::to_owned)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_only_other_systems_need_is_not_asked_for() {
        let command = Options::default().metadata();
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let at = words.iter().position(|word| word == "--filter-platform").expect("a system is named");
        assert!(words[at + 1].contains(std::env::consts::ARCH), "{words:?}");
    }
}
