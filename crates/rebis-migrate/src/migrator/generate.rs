//! `revision`, `migrate` and `check`: new scripts, empty or from a comparison. Invariant: a file is written only from a database at head.

use std::fmt;
use std::path::PathBuf;

use rebis_engine::{InspectOptions, inspect};
use rebis_sql::schema::Schema;

use super::Migrator;
use crate::diff::{DiffOptions, Noted, Rename, diff, undo};
use crate::render::{NewScript, script};
use crate::{Error, ErrorKind, Graph, Op, Result, store};

const LOG: &str = "rebis::migrate";

/// Options of [`Migrator::revision`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisionOptions {
    /// The id; made up when absent.
    pub rev_id: Option<String>,
}

/// Options of [`Migrator::migrate`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrateOptions {
    /// The id; made up when absent.
    pub rev_id: Option<String>,
    /// What was renamed; a comparison alone sees a removal and an addition.
    pub renames: Vec<Rename>,
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
    let place = place(m, &graph, message, options.rev_id.as_deref())?;
    write(m, place, message, &[], &[])
}

pub(super) async fn migrate(
    m: &Migrator,
    message: &str,
    options: &MigrateOptions,
) -> Result<Option<Generated>> {
    let graph = m.fresh_graph()?;
    let place = place(m, &graph, message, options.rev_id.as_deref())?;
    let (database, found) = compare(m, &graph, &options.renames).await?;
    if found.is_empty() {
        tracing::info!(target: LOG, "No changes in schema detected.");
        return Ok(None);
    }
    let ops: Vec<Op> = found.iter().map(|n| n.op.clone()).collect();
    let undone = undo(&ops, &database)?;
    write(m, place, message, &found, &undone).map(Some)
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
    graph.known(&rows)?;
    if rows != graph.real_heads() {
        return Err(Error::new(
            ErrorKind::State,
            "Target database is not up to date. Run `db upgrade` first.",
        ));
    }
    let mut schemas: Vec<String> = m.models.tables.iter().filter_map(|t| t.schema.clone()).collect();
    schemas.sort();
    schemas.dedup();
    let database = inspect(&mut connection, &InspectOptions { schemas, tables: Vec::new() }).await?;
    for rename in renames {
        rename.check(renames, &database, &m.models)?;
    }
    let options = DiffOptions { renames: renames.to_vec(), ..DiffOptions::default() };
    let found = diff(&database, &m.models, connection.dialect(), &options);
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

/// Where a new script stands: in the graph and on disk.
struct Place {
    id: String,
    down: Vec<String>,
    path: PathBuf,
}

fn place(m: &Migrator, graph: &Graph, message: &str, rev_id: Option<&str>) -> Result<Place> {
    let directory = std::path::absolute(&m.directory).map_err(|e| Error::file("find", &m.directory, e))?;
    if !directory.is_dir() {
        return Err(Error::new(
            ErrorKind::File,
            format!("there is no folder {}: run `db init` first", directory.display()),
        ));
    }
    let id = match rev_id {
        None => uuid::Uuid::new_v4().simple().to_string()[20..].to_owned(),
        // The id becomes a file's and a module's name.
        Some(id) if !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            id.to_owned()
        }
        Some(id) => {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("'{id}' cannot be a revision's id: it takes letters, digits and underscores"),
            ));
        }
    };
    if graph.get(&id).is_some() {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("Revision {id} is present already; choose another id"),
        ));
    }
    let down: Vec<String> = graph.heads().into_iter().collect();
    if down.len() > 1 {
        return Err(Error::new(
            ErrorKind::Graph,
            format!(
                "Multiple heads are present ({}): a new revision has to follow one of them. Change `down` of one script so that it \
                 follows the other.",
                down.join(", ")
            ),
        ));
    }
    let path = directory.join(store::file_name(&id, message));
    Ok(Place { id, down, path })
}

fn write(
    m: &Migrator,
    place: Place,
    message: &str,
    upgrade: &[Noted],
    downgrade: &[Op],
) -> Result<Generated> {
    let Place { id, down, path } = place;
    let text = script(&NewScript {
        message,
        id: &id,
        down: &down,
        created: chrono::Utc::now(),
        krate: &m.krate,
        upgrade,
        downgrade,
    })?;
    store::write(&path, &text)?;
    if let Some(directory) = path.parent()
        && let Err(e) = store::sync(directory, &m.krate)
    {
        // A script that no list names would make every later command refuse.
        let _ = std::fs::remove_file(&path);
        return Err(e);
    }
    Ok(Generated { path, revision: id })
}
