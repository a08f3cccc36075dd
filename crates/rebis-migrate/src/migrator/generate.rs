//! `revision`, `migrate` and `check`: new scripts, empty or from a comparison. Invariant: a file is written only from a database at head.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use rebis_engine::{InspectOptions, inspect};
use rebis_sql::schema::{Objects, Schema};
use rebis_sql::{Ddl, Dialect};

use super::Migrator;
use super::place::{Place, RevisionOptions, place};
use super::settings::drafted;
use crate::diff::{self, DeclaredObjects, DiffOptions, Fill, Noted, Possible, Rename, undo};
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
    /// What looks like a rename and is none.
    pub not_renamed: Vec<Rename>,
    /// What rows that are there get in a column that becomes NOT NULL.
    pub fills: Vec<Fill>,
    /// Compare the models with what the scripts make, without a database. What only the scripts' own SQL does is not seen.
    pub from_history: bool,
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
    let (upgrade, downgrade) = drafted(m, message, Vec::new(), Vec::new());
    write(m, place, message, &upgrade, &downgrade)
}

pub(super) async fn migrate(
    m: &Migrator,
    message: &str,
    options: &MigrateOptions,
) -> Result<Option<Generated>> {
    let graph = m.fresh_graph()?;
    let place = place(m, &graph, message, &options.at)?;
    let (database, found) = compare(m, &graph, options, true).await?;
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
    let (found, undone) = drafted(m, message, found, undone);
    if found.is_empty() && undone.is_empty() {
        tracing::info!(target: LOG, "Nothing is left of the changes in schema: no script is written.");
        return Ok(None);
    }
    write(m, place, message, &found, &undone).map(Some)
}

/// The form that locks least; what is said of an operation stays with the first that takes its place.
fn gently(dialect: Dialect, found: Vec<Noted>) -> Vec<Noted> {
    let mut gentle = lint::Gentle::new(dialect);
    let mut out = Vec::new();
    for noted in found {
        for (i, op) in gentle.form(&noted.op).into_iter().enumerate() {
            let notes = if i == 0 { noted.notes.clone() } else { Vec::new() };
            out.push(Noted { op, detected: noted.detected.clone(), notes });
        }
    }
    out
}

/// Something that only the author of a migration knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// Was it renamed, or is one dropped and the other new?
    Renamed(Possible),
    /// Which value do rows that are there get in a column that is NOT NULL and has no default?
    Fill {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}

pub(super) async fn questions(m: &Migrator, options: &MigrateOptions) -> Result<Vec<Question>> {
    let graph = m.fresh_graph()?;
    let (database, found) = quietly(m, &graph, options).await?;
    let possible = diff::possible(&found, &database, m.engine.dialect(), &options.not_renamed);
    let mut all: Vec<Question> = possible.into_iter().map(Question::Renamed).collect();
    for noted in &found {
        let asks = match noted.op.to_ddl() {
            Some(Ddl::AddColumn { table, column, .. }) => {
                lint::lint(m.engine.dialect(), std::slice::from_ref(&noted.op))
                    .iter()
                    .any(|r| r.code == "L201")
                    .then_some((table, &column.name))
            }
            Some(Ddl::AlterColumn { table, existing, change, .. }) => {
                let filled = options.fills.iter().any(|f| f.table == *table && f.column == existing.name);
                (change.nullable == Some(false) && existing.nullable && !filled)
                    .then_some((table, &existing.name))
            }
            _ => None,
        };
        all.extend(
            asks.map(|(table, column)| Question::Fill { table: table.clone(), column: column.clone() }),
        );
    }
    // A fill adds the column with NULL first; that is no question any more.
    all.retain(|q| {
        !matches!(q, Question::Fill { table, column }
        if options.fills.iter().any(|f| f.table == *table && f.column == *column))
    });
    Ok(all)
}

pub(super) async fn check(m: &Migrator, from_history: bool) -> Result<Check> {
    let graph = m.fresh_graph()?;
    let options = MigrateOptions { from_history, ..MigrateOptions::default() };
    let (_, found) = compare(m, &graph, &options, false).await?;
    Ok(Check { differences: found.iter().map(|n| n.op.describe()).collect() })
}

/// What the database holds and where the models differ from it, said in the log; where remarks follow, what they say is left to them.
async fn compare(
    m: &Migrator,
    graph: &Graph,
    options: &MigrateOptions,
    remarks_follow: bool,
) -> Result<(Schema, Vec<Noted>)> {
    let (database, found) = quietly(m, graph, options).await?;
    let ops: Vec<Op> = found.iter().map(|n| n.op.clone()).collect();
    let remarks = if remarks_follow { lint::lint(m.engine.dialect(), &ops) } else { Vec::new() };
    let mut last = "";
    for (at, noted) in found.iter().enumerate() {
        let remarked =
            remarks.iter().any(|r| r.operation == Some(at) && ["L103", "L201", "L202"].contains(&r.code));
        if noted.detected != last {
            tracing::info!(target: LOG, "Detected {}", noted.detected);
        }
        last = &noted.detected;
        for note in noted.notes.iter().filter(|note| !(remarked && note.contains(diff::FAILS))) {
            tracing::warn!(target: LOG, "{note}");
        }
    }
    Ok((database, found))
}

async fn quietly(m: &Migrator, graph: &Graph, given: &MigrateOptions) -> Result<(Schema, Vec<Noted>)> {
    let options = DiffOptions {
        renames: given.renames.clone(),
        not_renamed: given.not_renamed.clone(),
        fills: given.fills.clone(),
        schemas: m.schemas.clone(),
        ignored: m.ignored.clone(),
        version_table: m.version.name.clone(),
        hooks: m.hooks.clone(),
        objects: m.declared(),
    };
    if given.from_history {
        let known = super::offline::replayed(m, graph, &graph.real_heads())?;
        for rename in &given.renames {
            rename.check(&given.renames, &known, &m.models)?;
        }
        let found = diff::diff(&known, &m.models, m.engine.dialect(), &options);
        let objects = m.objects_of(graph, &graph.real_heads())?;
        let found = diff::compare_history(m.engine.dialect(), &objects, &options.objects, found);
        return Ok((known, found));
    }
    let mut connection = m.engine.acquire().await?;
    let rows = m.rows(&mut connection).await?;
    history::known(&mut connection, graph, &rows).await?;
    if rows != graph.real_heads() {
        return Err(Error::new(
            ErrorKind::State,
            "Target database is not up to date. Run `db upgrade` first.",
        ));
    }
    if !given.renames.is_empty() {
        let database = inspect(&mut connection, &InspectOptions::default()).await?;
        for rename in &given.renames {
            rename.check(&given.renames, &database, &m.models)?;
        }
    }
    let (database, mut found) = diff::compare(&mut connection, &m.models, &options).await?;
    let made = m.made();
    let mut nobodys = BTreeSet::new();
    found.retain(|noted| {
        let Some((schema, table)) = noted.op.table() else { return true };
        let known = |t: &rebis_sql::schema::Table| t.name == table && t.schema.as_deref() == schema;
        let ours =
            m.models.tables.iter().any(known) || made.contains(table) || !database.tables.iter().any(known);
        if !ours {
            nobodys.insert(table.to_owned());
        }
        ours
    });
    for table in nobodys {
        tracing::info!(target: LOG, "Table '{table}' is in no model, and no migration made it: it is left alone");
    }
    Ok((database, found))
}

impl Migrator {
    /// The views and triggers that are declared, and those that some migration makes.
    pub(super) fn declared(&self) -> DeclaredObjects {
        let mut made = BTreeSet::new();
        for script in self.scripts {
            for op in crate::execute::recorded(script, crate::graph::Direction::Upgrade, &self.arguments) {
                match op.to_ddl() {
                    Some(Ddl::CreateView { view }) => made.extend([view.name.clone()]),
                    Some(Ddl::CreateTrigger { trigger }) => made.extend([trigger.name.clone()]),
                    _ => {}
                }
            }
        }
        DeclaredObjects { declared: self.objects.clone(), made }
    }

    /// The views and triggers that the scripts up to these revisions make.
    pub(super) fn objects_of(&self, graph: &Graph, rows: &BTreeSet<String>) -> Result<Objects> {
        let target: Vec<&str> = rows.iter().map(String::as_str).collect();
        let mut objects = Objects::default();
        for step in graph.upgrade_plan(&target.join(" "), &BTreeSet::new())? {
            let script = self.script_of(&step.id)?;
            let ops = crate::execute::recorded(script, crate::graph::Direction::Upgrade, &self.arguments);
            ops.iter().for_each(|op| diff::replay(&mut objects, op));
        }
        Ok(objects)
    }

    /// The tables that some migration makes or renames: only these can be ours to drop.
    pub(super) fn made(&self) -> BTreeSet<String> {
        let mut made = BTreeSet::new();
        for script in self.scripts {
            for op in crate::execute::recorded(script, crate::graph::Direction::Upgrade, &self.arguments) {
                match op.to_ddl() {
                    Some(Ddl::CreateTable { table, .. }) => made.extend([table.name.clone()]),
                    Some(Ddl::RenameTable { to, .. }) => made.extend([to.clone()]),
                    _ => {}
                }
            }
        }
        made
    }
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
        created: m.files.now(),
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
    m.files.written(&path)?;
    Ok(Generated { path, revision: id })
}
