//! Where a new script stands: what it follows, what it is called, which file it becomes.
//!
//! **Invariant.** Nothing is written here, and a graph with the new revision in it is a sound one.

use std::path::{Component, Path, PathBuf};

use super::Migrator;
use crate::{Error, ErrorKind, Graph, Result};

/// Who a new revision is and what it follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisionOptions {
    /// The id; made up when absent.
    pub rev_id: Option<String>,
    /// What it follows, `head` when absent; `base` begins a new root, `label@head` continues a branch.
    pub head: Option<String>,
    /// It may follow a revision that others follow already: a branch begins.
    pub splice: bool,
    /// Names of the branch that begins with it.
    pub labels: Vec<String>,
    /// Revisions of other branches, by id or label, that must be applied before it.
    pub depends_on: Vec<String>,
    /// A folder within the folder of migrations; that of the revision it follows when absent.
    pub version_path: Option<PathBuf>,
}

/// A revision that is about to be written.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) down: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) depends_on: Vec<String>,
    pub(super) path: PathBuf,
}

/// The place of a revision that follows what the options say.
pub(super) fn place(m: &Migrator, graph: &Graph, message: &str, options: &RevisionOptions) -> Result<Place> {
    let down = parents(graph, options)?;
    place_behind(m, graph, message, options, down)
}

/// The place of a revision that follows these.
pub(super) fn place_behind(
    m: &Migrator,
    graph: &Graph,
    message: &str,
    options: &RevisionOptions,
    down: Vec<String>,
) -> Result<Place> {
    let directory = std::path::absolute(&m.directory).map_err(|e| Error::file("find", &m.directory, e))?;
    if !directory.is_dir() {
        return Err(Error::new(
            ErrorKind::File,
            format!("there is no folder {}: run `db init` first", directory.display()),
        ));
    }
    let id = id(graph, options.rev_id.as_deref())?;
    for label in &options.labels {
        check_label(graph, label, &id)?;
    }
    let depends_on = options.depends_on.iter().map(|d| dependency(graph, d)).collect::<Result<_>>()?;
    let folder = match &options.version_path {
        Some(path) => version_path(&directory, path)?,
        None if m.files.has_folder() => PathBuf::new(),
        None => down.first().and_then(|d| m.script(d)).map(|s| folder_of(s.file)).unwrap_or_default(),
    };
    let path = directory.join(folder).join(m.files.name(&id, message, m.files.now())?);
    let apart = path.parent().filter(|parent| *parent != directory && parent.join("mod.rs").exists());
    if path.exists() || apart.is_some() {
        let why = if apart.is_some() { "its folder has a mod.rs of its own" } else { "there is such a file" };
        return Err(Error::new(
            ErrorKind::File,
            format!("{} cannot be written: {why}; change the message or the file template", path.display()),
        ));
    }
    Ok(Place { id, down, labels: options.labels.clone(), depends_on, path })
}

/// The ids that a new revision follows.
fn parents(graph: &Graph, options: &RevisionOptions) -> Result<Vec<String>> {
    let usage = |text: String| Err(Error::new(ErrorKind::Usage, text));
    let head = options.head.as_deref().unwrap_or("head");
    if head == "base" {
        return Ok(Vec::new());
    }
    if head == "head" {
        let heads: Vec<String> = graph.heads().into_iter().collect();
        if heads.len() > 1 {
            return Err(Error::new(
                ErrorKind::Graph,
                format!(
                    "Multiple heads are present ({}); please specify the head revision on which the new revision should be based \
                     (`--head`), or perform a merge (`db merge heads`).",
                    heads.join(", ")
                ),
            ));
        }
        return Ok(heads);
    }
    let found = graph.resolve(head, &std::collections::BTreeSet::new())?;
    if found.is_empty() && head != "heads" {
        return usage(format!(
            "a new revision cannot follow '{head}': name a revision, `label@head`, or base"
        ));
    }
    if let Some(followed) = found.iter().find(|id| !graph.children(id).is_empty() && !options.splice) {
        return usage(format!(
            "Revision {followed} is not a head revision; please specify --splice to create a new branch from this revision"
        ));
    }
    Ok(found.into_iter().collect())
}

fn id(graph: &Graph, wanted: Option<&str>) -> Result<String> {
    let usage = |text: String| Err(Error::new(ErrorKind::Usage, text));
    let Some(id) = wanted else {
        return Ok(uuid::Uuid::new_v4().simple().to_string()[20..].to_owned());
    };
    // The id becomes a file's and a module's name.
    let mut bad: Vec<char> = id.chars().filter(|c| !c.is_ascii_alphanumeric() && *c != '_').collect();
    bad.sort_unstable();
    bad.dedup();
    if !bad.is_empty() || id.is_empty() {
        let bad: Vec<String> = bad.iter().map(ToString::to_string).collect();
        return usage(format!(
            "Character(s) '{}' not allowed in revision identifier '{id}': it takes letters, digits and underscores",
            bad.join(", ")
        ));
    }
    if ["head", "heads", "base", "current"].contains(&id) {
        return usage(format!("'{id}' has a meaning in commands; choose another id"));
    }
    if graph.get(id).is_some() || graph.labelled_by(id).is_some() {
        return usage(format!("Revision {id} is present already; choose another id"));
    }
    Ok(id.to_owned())
}

fn check_label(graph: &Graph, label: &str, id: &str) -> Result<()> {
    let usage = |text: String| Err(Error::new(ErrorKind::Usage, text));
    let word = |c: char| c.is_alphanumeric() || "_.".contains(c);
    if label.is_empty() || !label.chars().all(word) || ["head", "heads", "base", "current"].contains(&label) {
        return usage(format!(
            "'{label}' cannot name a branch: a name takes letters, digits, underscores and dots, and head, heads, base and current have \
             a meaning already"
        ));
    }
    if let Some(other) = graph.labelled_by(label) {
        return usage(format!(
            "Branch name '{label}' in revision {id} already used by revision {other}; choose another name"
        ));
    }
    if graph.get(label).is_some() || label == id {
        return usage(format!("Branch name '{label}' is a revision's id already; choose another name"));
    }
    Ok(())
}

/// A label as it is, anything else as a full id.
fn dependency(graph: &Graph, named: &str) -> Result<String> {
    if graph.labelled_by(named).is_some() {
        return Ok(named.to_owned());
    }
    graph.resolve_one(named, &std::collections::BTreeSet::new())?.ok_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            format!("a revision cannot depend on '{named}': name a revision or a branch"),
        )
    })
}

/// The folder of a script's file within the folder of migrations.
fn folder_of(file: &str) -> PathBuf {
    Path::new(file).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A folder within the folder of migrations, named from there or from where the program runs.
fn version_path(directory: &Path, path: &Path) -> Result<PathBuf> {
    let refuse = || {
        Error::new(
            ErrorKind::Usage,
            format!(
                "Path {} is not represented in current version locations: it has to be a folder within {}, named with letters, digits, \
                 `_` and `-`, that holds no mod.rs",
                path.display(),
                directory.display()
            ),
        )
    };
    let from_here = std::path::absolute(path).map_err(|e| Error::file("find", path, e))?;
    let within = match from_here.strip_prefix(directory) {
        Ok(within) => within.to_path_buf(),
        Err(_) if path.is_relative() => path.to_path_buf(),
        Err(_) => return Err(refuse()),
    };
    let word = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let plain = within.components().all(|part| match part {
        Component::Normal(name) => name.to_str().is_some_and(|n| n.chars().all(word)),
        _ => false,
    });
    if !plain || within.components().next().is_some() && directory.join(&within).join("mod.rs").exists() {
        return Err(refuse());
    }
    Ok(within)
}
