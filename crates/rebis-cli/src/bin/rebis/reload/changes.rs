//! What changes while `rebis run` serves.
//!
//! **Invariants.** Files that are saved together are one change. What a build or a running application writes (the target folder, databases,
//! uploads) is none, nor what the application itself reads anew (templates and static files), nor what an editor keeps for itself.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rebis_web::BoxError;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::package::Package;

/// Editors write several times in a row, and tools write several files.
const QUIET: Duration = Duration::from_millis(150);

/// Folders in a package that no program is built from.
const ASIDE: [&str; 5] = ["target", "node_modules", "instance", "templates", "static"];
/// Folders of programs other than the application.
const OTHERS: [&str; 3] = ["tests", "benches", "examples"];

/// What has to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Build, and start again if that made another program.
    Sources,
    /// Start again: what is read at the start is another.
    Settings,
}

impl Change {
    /// Both.
    pub(super) fn and(self, other: Change) -> Change {
        if self == Change::Settings { self } else { other }
    }
}

pub(super) struct Changes {
    watcher: RecommendedWatcher,
    events: UnboundedReceiver<PathBuf>,
    places: Places,
}

impl Changes {
    /// Watches the folders that the package is built from.
    pub(super) fn watch(package: &Package) -> Result<Self, BoxError> {
        let (sender, events) = unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let Ok(event) = event else { return };
            // Reading is no change.
            if !matches!(event.kind, EventKind::Access(_)) {
                for path in event.paths {
                    // Nobody is told once this process ends.
                    let _ = sender.send(path);
                }
            }
        })
        .map_err(|e| refused(&e))?;
        let mut changes = Changes { watcher, events, places: Places::of(package) };
        for folder in changes.places.watched() {
            changes.look_at(&folder, RecursiveMode::NonRecursive)?;
            for inner in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                changes.look_into(&inner.path())?;
            }
        }
        Ok(changes)
    }

    /// The next change, once nothing more comes.
    pub(super) async fn next(&mut self) -> Change {
        let mut change = None;
        loop {
            let path = match change {
                None => self.events.recv().await,
                Some(change) => match tokio::time::timeout(QUIET, self.events.recv()).await {
                    Ok(path) => path,
                    Err(_) => return change,
                },
            };
            // The watcher lives as long as its events.
            let Some(path) = path else { return std::future::pending().await };
            // A folder that is new at the top of a package; one further down is watched with what it is in.
            if self.places.is_top(&path) {
                let _ = self.look_into(&path);
            }
            if let Some(more) = self.places.means(&path) {
                change = Some(change.map_or(more, |before: Change| before.and(more)));
            }
        }
    }

    /// Notes the files that a program was built from, whatever their kind (`include_str!`).
    pub(super) fn made_of(&mut self, executable: &Path) {
        let text = std::fs::read_to_string(executable.with_extension("d")).unwrap_or_default();
        self.places.made_of = listed(&text).iter().map(|file| real(file)).collect();
    }

    fn look_into(&mut self, folder: &Path) -> Result<(), BoxError> {
        if folder.is_dir() && !self.places.is_aside(folder) {
            self.look_at(folder, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    fn look_at(&mut self, folder: &Path, mode: RecursiveMode) -> Result<(), BoxError> {
        self.watcher.watch(folder, mode).map_err(|e| refused(&e))
    }
}

fn refused(error: &notify::Error) -> BoxError {
    format!(
        "files cannot be watched: {error}; `rebis run --no-reload` serves without (on Linux, sysctl fs.inotify.max_user_watches says how many \
         folders a user may watch)"
    )
    .into()
}

/// Which files matter.
struct Places {
    packages: Vec<PathBuf>,
    workspace: PathBuf,
    target: PathBuf,
    /// The folder with the settings.
    root: PathBuf,
    release: bool,
    made_of: HashSet<PathBuf>,
}

impl Places {
    fn of(package: &Package) -> Self {
        Places {
            packages: package.sources.iter().map(|folder| real(folder)).collect(),
            workspace: real(&package.workspace),
            target: real(&package.target),
            root: real(&package.root()),
            release: package.release,
            made_of: HashSet::new(),
        }
    }

    fn watched(&self) -> Vec<PathBuf> {
        let mut all = self.packages.clone();
        for folder in [&self.workspace, &self.root] {
            if !all.contains(folder) {
                all.push(folder.clone());
            }
        }
        all
    }

    fn is_top(&self, path: &Path) -> bool {
        path.parent().is_some_and(|parent| self.packages.iter().any(|package| package == parent))
    }

    /// Whether nothing in a folder matters.
    fn is_aside(&self, folder: &Path) -> bool {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let kept = self.release && ["templates", "static"].contains(&name.as_ref());
        // What stands in the workspace and in no package, and what belongs to tools.
        let of_package =
            self.packages.iter().any(|package| folder.starts_with(package) || package.starts_with(folder));
        !of_package
            || name.starts_with('.')
            || (ASIDE.contains(&name.as_ref()) && !kept)
            || folder.starts_with(&self.target)
            || folder.join("CACHEDIR.TAG").exists()
    }

    fn means(&self, path: &Path) -> Option<Change> {
        let name = path.file_name()?.to_str()?;
        let folder = path.parent()?;
        let setting = name == ".env"
            || name == "config.toml"
            || (name.starts_with("config.") && name.ends_with(".toml"));
        if setting && folder == self.root {
            return Some(Change::Settings);
        }
        if ["Cargo.lock", "rust-toolchain", "rust-toolchain.toml"].contains(&name) {
            return (folder == self.workspace).then_some(Change::Sources);
        }
        // The innermost package that it is in.
        let packages = self.packages.iter().filter(|package| path.starts_with(package));
        let package = packages.max_by_key(|package| package.as_os_str().len());
        let Some(package) = package else {
            return (name == "Cargo.toml" && folder == self.workspace).then_some(Change::Sources);
        };
        let within = path.strip_prefix(package).ok()?;
        let mut parts = within.parent()?.iter().filter_map(|part| part.to_str());
        let first = parts.clone().next();
        let kept = |part: &str| self.release && ["templates", "static"].contains(&part);
        if path.starts_with(&self.target)
            || name.starts_with(['.', '#'])
            || parts.any(|part| part.starts_with('.') || (ASIDE.contains(&part) && !kept(part)))
        {
            return None;
        }
        let source = name.ends_with(".rs") && first.is_none_or(|first| !OTHERS.contains(&first));
        let manifest = name == "Cargo.toml" && folder == package;
        (source || manifest || self.made_of.contains(path)).then_some(Change::Sources)
    }
}

/// The path without symbolic links: some systems report changes only so.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The files of a list as cargo writes it, `program: file file`, with `\ ` for a space within a name.
fn listed(text: &str) -> HashSet<PathBuf> {
    let files = text.lines().filter_map(|line| Some(line.split_once(": ")?.1.replace("\\ ", "\0")));
    files
        .flat_map(|line| {
            line.split(' ').map(|file| PathBuf::from(file.replace('\0', " "))).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_and_what_does_not() {
        let mut places = Places {
            packages: vec!["/w/shop".into(), "/w/shared".into()],
            workspace: "/w".into(),
            target: "/w/target".into(),
            root: "/w/shop".into(),
            release: false,
            made_of: listed(
                "/w/target/debug/shop: /w/shop/src/main.rs /w/shop/words/of\\ mine.txt /w/shop/templates/a.html\n",
            ),
        };
        for source in [
            "shop/src/main.rs",
            "shop/src/a/b.rs",
            "shop/build.rs",
            "shop/Cargo.toml",
            "shop/words/of mine.txt",
            "shared/src/lib.rs",
            "Cargo.toml",
            "Cargo.lock",
        ] {
            assert_eq!(places.means(&Path::new("/w").join(source)), Some(Change::Sources), "{source}");
        }
        for setting in ["shop/.env", "shop/config.toml", "shop/config.production.toml"] {
            assert_eq!(places.means(&Path::new("/w").join(setting)), Some(Change::Settings), "{setting}");
        }
        for other in [
            "target/debug/build/x/out/a.rs",
            "shop/target/debug/a.rs",
            "shop/.git/index",
            "shop/src/.main.rs.swp",
            "shop/src/.#main.rs",
            "shop/src/main.rs~",
            "shop/src/4913",
            "shop/instance/shop.db",
            "shop/shop.db-wal",
            "shop/templates/a.html",
            "shop/static/style.css",
            "shop/tests/it.rs",
            "shop/words/others.txt",
            "shared/config.toml",
            "tools/src/main.rs",
        ] {
            assert_eq!(places.means(&Path::new("/w").join(other)), None, "{other}");
        }
        places.release = true;
        assert_eq!(places.means(Path::new("/w/shop/templates/a.html")), Some(Change::Sources));
        assert_eq!(Change::Sources.and(Change::Settings), Change::Settings);
    }
}
