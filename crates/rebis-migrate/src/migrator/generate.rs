//! `revision`, `migrate` and `check`: new scripts, empty or from a comparison. Invariant: a file is written only from a database at head.

use std::fmt;
use std::path::PathBuf;

use rebis_engine::{InspectOptions, inspect};
use rebis_sql::Dialect;
use rebis_sql::schema::Schema;

use super::Migrator;
use super::place::{Place, RevisionOptions, place};
use crate::diff::{self, DiffOptions, Noted, Rename, undo};
use crate::render::{NewScript, script};
use crate::{Error, ErrorKind, Graph, Op, Result, history, lint, store};

const LOG: &str = "rebis::migrate";

/// Options of [`Migrator::migrate`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrateOptions {
    /// Who the revision is and what it follows.
    pub at: RevisionOptions,
    /// What was renamed; a comparison alone sees a removal and an addition.
    pub renames: Vec<Rename>,
    /// Write the form that locks least: see [`safe`](crate::lint::safe).
    pub safe: bool,
}

/// A script that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The file.
    pub path: PathBuf,
    /// Its revision's id.
    pub revision: String,
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Generating {} ...  done", self.path.display())
    }
}

/// What [`Migrator::check`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// The differences, one per operation that a migration would hold: `add column user.age`.
    pub differences: Vec<String>,
}

impl Check {
    /// Whether models and database agree.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("No new upgrade operations detected.");
        }
        write!(f, "New upgrade operations detected:")?;
        self.differences.iter().try_for_each(|d| write!(f, "\n  {d}"))
    }
}

pub(super) fn revision(m: &Migrator, message: &str, options: &RevisionOptions) -> Result<Generated> {
    let graph = m.fresh_graph()?;
    let place = place(m, &graph, message, options)?;
    write(m, place, message, &[], &[])
}

pub(super) async fn migrate(
    m: &Migrator,
    message: &str,
    options: &MigrateOptions,
) -> Result<Option<Generated>> {
    let graph = m.fresh_graph()?;
    let place = place(m, &graph, message, &options.at)?;
    let (database, found) = compare(m, &graph, &options.renames).await?;
    if found.is_empty() {
        tracing::info!(target: LOG, "No changes in schema detected.");
        return Ok(None);
    }
    let dialect = m.engine.dialect();
    let found = if options.safe { gently(dialect, found) } else { found };
    let ops: Vec<Op> = found.iter().map(|n| n.op.clone()).collect();
    for remark in lint::lint(dialect, &ops) {
        tracing::warn!(target: LOG, "{remark}");
    }
    let undone = undo(&ops, &database)?;
    write(m, place, message, &found, &undone).map(Some)
}

/// The form that locks least; what is said of an operation stays with the first that takes its place.
fn gently(dialect: Dialect, found: Vec<Noted>) -> Vec<Noted> {
    let mut out = Vec::new();
    for (i, noted) in found.iter().enumerate() {
        // What is safe depends on the tables that were made before.
        let before: Vec<Op> = found[..i].iter().map(|n| n.op.clone()).collect();
        let known = lint::safe(dialect, &before).len();
        let with: Vec<Op> = before.into_iter().chain([noted.op.clone()]).collect();
        for (j, op) in lint::safe(dialect, &with).split_off(known).into_iter().enumerate() {
            let notes = if j == 0 { noted.notes.clone() } else { Vec::new() };
            out.push(Noted { op, detected: noted.detected.clone(), notes });
        }
    }
    out
}

pub(super) async fn check(m: &Migrator) -> Result<Check> {
    let graph = m.fresh_graph()?;
    let (_, found) = compare(m, &graph, &[]).await?;
    Ok(Check { differences: found.iter().map(|n| n.op.describe()).collect() })
}

/// What the database holds and where the models differ from it, said in the log.
async fn compare(m: &Migrator, graph: &Graph, renames: &[Rename]) -> Result<(Schema, Vec<Noted>)> {
    let mut connection = m.engine.acquire().await?;
    let rows = m.rows(&mut connection).await?;
    history::known(&mut connection, graph, &rows).await?;
    if rows != graph.real_heads() {
        return Err(Error::new(
            ErrorKind::State,
            "Target database is not up to date. Run `db upgrade` first.",
        ));
    }
    let options = DiffOptions { renames: renames.to_vec(), ..DiffOptions::default() };
    if !renames.is_empty() {
        let database = inspect(&mut connection, &InspectOptions::default()).await?;
        for rename in renames {
            rename.check(renames, &database, &m.models)?;
        }
    }
    let (database, found) = diff::compare(&mut connection, &m.models, &options).await?;
    let mut last = "";
    for noted in &found {
        if noted.detected != last {
            tracing::info!(target: LOG, "Detected {}", noted.detected);
        }
        last = &noted.detected;
        for note in &noted.notes {
            tracing::warn!(target: LOG, "{note}");
        }
    }
    Ok((database, found))
}

/// Writes the script and the list that names it.
pub(super) fn write(
    m: &Migrator,
    place: Place,
    message: &str,
    upgrade: &[Noted],
    downgrade: &[Op],
) -> Result<Generated> {
    let Place { id, down, labels, depends_on, path } = place;
    let text = script(&NewScript {
        message,
        id: &id,
        down: &down,
        labels: &labels,
        depends_on: &depends_on,
        created: chrono::Utc::now(),
        krate: &m.krate,
        upgrade,
        downgrade,
    })?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::file("create", folder, e))?;
    }
    store::write(&path, &text)?;
    if let Err(e) = store::sync(&m.directory, &m.krate) {
        // A script that no list names would make every later command refuse.
        let _ = std::fs::remove_file(&path);
        return Err(e);
    }
    Ok(Generated { path, revision: id })
}
