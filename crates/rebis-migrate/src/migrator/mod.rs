//! [`Migrator`]: the commands, for the command line and for programs.
//!
//! **Invariant.** A command that plans or writes first refuses a program that is older than the scripts on disk. Results are values that
//! print as Alembic prints them; nothing is written to standard output here.

mod diagram;
mod drift;
mod explain;
mod generate;
mod init;
mod inspect;
mod json;
mod lint;
mod listing;
mod merge;
mod offline;
mod place;
mod settings;
mod squash;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rebis_engine::{Connection, Engine};
use rebis_sql::schema::{Objects, Schema};

pub use drift::Drift;
pub use explain::{ExplainedOperation, ExplainedStep, Explanation};
pub use generate::{Check, Generated, MigrateOptions, Question};
pub use init::Init;
pub use lint::Linted;
pub use listing::{Branches, Current, Heads, History, HistoryOptions, RevisionInfo, Show};
pub use merge::Merged;
pub use offline::SqlOptions;
pub use place::RevisionOptions;
use settings::DraftDone;
pub use settings::{Draft, MigratorSetup};
pub use squash::Squashed;

use crate::diff::Hooks;
use crate::execute::{self, ApplyHook, Progress, Run, RunOptions, StepDone, Watcher, Way};
use crate::files::Files;
use crate::graph::Node;
use crate::ledger::VersionTable;
use crate::{Applied, Arguments, Edited, Error, ErrorKind, Graph, Result, Script, history, ledger, store};

/// What a program without a list of migrations is told.
pub(crate) const ADVICE: &str = "Add to main.rs:  mod migrations;\n\
     and to the application:  .migrations(migrations::ALL)";

/// The migrations of a program and its database: every `db` command as a method.
///
/// ```no_run
/// # async fn example(engine: rebis_engine::Engine, models: rebis_sql::schema::Schema) -> rebis_migrate::Result<()> {
/// # const ALL: &[rebis_migrate::Script] = &[];
/// use rebis_migrate::Migrator;
///
/// let migrator = Migrator::new(engine, models, Some(ALL), "src/migrations");
/// for step in migrator.upgrade("head").await? {
///     println!("{} took {:?}", step.message, step.elapsed);
/// }
/// assert!(migrator.is_at_head().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Migrator {
    engine: Engine,
    models: Schema,
    scripts: &'static [Script],
    listed: bool,
    directory: PathBuf,
    krate: String,
    arguments: Arguments,
    schemas: Vec<String>,
    ignored: Vec<String>,
    watcher: Option<Watcher>,
    no_history: bool,
    version: VersionTable,
    files: Files,
    hooks: Hooks,
    objects: Objects,
    draft: Option<DraftDone>,
    applied: Option<ApplyHook>,
}

impl Migrator {
    /// The migrations of a program.
    ///
    /// `models` is what they should lead to, `scripts` the list that the program carries (`None` when it carries none yet), `directory` the
    /// folder of their source, usually `src/migrations`. A folder that is not there is a released program's: it runs what it carries.
    pub fn new(
        engine: Engine,
        models: Schema,
        scripts: Option<&'static [Script]>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Migrator {
            engine,
            models,
            scripts: scripts.unwrap_or_default(),
            listed: scripts.is_some(),
            directory: directory.into(),
            krate: String::from("rebis::migrate"),
            arguments: Arguments::default(),
            schemas: Vec::new(),
            ignored: Vec::new(),
            watcher: None,
            no_history: false,
            version: VersionTable::default(),
            files: Files::default(),
            hooks: Hooks::default(),
            objects: Objects::default(),
            draft: None,
            applied: None,
        }
    }

    /// The path of this crate in the scripts that are written (default `rebis::migrate`).
    #[must_use]
    pub fn crate_path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.krate);
        self
    }

    /// What scripts get from the command line ([`Operations::argument`](crate::Operations::argument)).
    #[must_use]
    pub fn arguments(mut self, arguments: Arguments) -> Self {
        self.arguments = arguments;
        self
    }

    /// Schemas to look at besides the models' own (PostgreSQL).
    #[must_use]
    pub fn include_schemas(mut self, names: &[&str]) -> Self {
        self.schemas = names.iter().map(|n| (*n).to_owned()).collect();
        self
    }

    /// What a comparison leaves alone: `legacy_*` for tables, `user.ix_*` for columns, indexes and constraints of a table.
    ///
    /// Left alone in any case are views, partitions, tables of extensions, and tables that are in no model and that no migration made.
    #[must_use]
    pub fn ignoring(mut self, patterns: &[&str]) -> Self {
        self.ignored = patterns.iter().map(|p| (*p).to_owned()).collect();
        self
    }

    /// Whether what is done to the database is written to its table `rebis_history` (default: it is). Alembic's own comparison sees a table
    /// there that is no model's.
    #[must_use]
    pub fn keep_history(mut self, keep: bool) -> Self {
        self.no_history = !keep;
        self
    }

    /// Calls a function before each operation of an upgrade or downgrade, to show where it stands.
    ///
    /// ```
    /// # fn example(migrator: rebis_migrate::Migrator) -> rebis_migrate::Migrator {
    /// // [3/30] 2c3d7e5b7a03 1/2 add column article.published_at
    /// migrator.on_progress(|progress| eprintln!("{progress}"))
    /// # }
    /// ```
    #[must_use]
    pub fn on_progress(mut self, tell: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Watcher::new(tell));
        self
    }

    /// The folder of the migrations' source.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes the folder of migrations and its `mod.rs`. Needs no database.
    ///
    /// # Errors
    /// When the folder holds something else already, or cannot be written.
    pub async fn init(&self) -> Result<Init> {
        init::init(self)
    }

    /// Writes a script with nothing in it, to be filled by hand. Needs no database.
    ///
    /// # Errors
    /// When there are several heads, the id is taken, or the files are newer than the program.
    pub async fn revision(&self, message: &str, options: RevisionOptions) -> Result<Generated> {
        generate::revision(self, message, &options)
    }

    /// Writes a script that joins branches; `heads` means all of them. Without a message it is named after what it joins. Needs no database.
    ///
    /// # Errors
    /// When there is nothing to join, a revision is not a head (unless `splice`), or as for [`revision`](Self::revision).
    pub async fn merge(&self, revisions: &[&str], message: &str, options: RevisionOptions) -> Result<Merged> {
        merge::merge(self, revisions, message, &options)
    }

    /// Makes one script of all up to `target`, which keeps that revision's id: a database that is there or further sees no difference, a new
    /// one takes the short way. What creates tables before the first step with data becomes the tables as they are then; everything else is
    /// kept as it was written. The old files are removed: they are in the version control. Needs no database.
    ///
    /// # Errors
    /// When a branch leaves from within, a script holds more than its two functions, or files cannot be written.
    pub async fn squash(&self, target: &str, message: &str) -> Result<Squashed> {
        squash::squash(self, target, message)
    }

    /// Compares the models with the database and writes what differs as a script; `None` when nothing does.
    ///
    /// # Errors
    /// When the database is not at head, or a difference cannot be written as a script.
    pub async fn migrate(&self, message: &str, options: MigrateOptions) -> Result<Option<Generated>> {
        generate::migrate(self, message, &options).await
    }

    /// What only the author of a migration knows: whether something was renamed, which value rows that are there get. The answers go into
    /// [`MigrateOptions`]; what nobody answers is written as it looks, with a note.
    ///
    /// # Errors
    /// When the database is not at head.
    pub async fn questions(&self, options: &MigrateOptions) -> Result<Vec<Question>> {
        generate::questions(self, options).await
    }

    /// Compares the models with the database and says what differs.
    ///
    /// # Errors
    /// When the database is not at head.
    pub async fn check(&self) -> Result<Check> {
        generate::check(self, false).await
    }

    /// Compares the models with what the scripts make, without a database. What only the scripts' own SQL does is not seen.
    ///
    /// # Errors
    /// When the scripts contradict each other.
    pub async fn check_history(&self) -> Result<Check> {
        generate::check(self, true).await
    }

    /// Where models, history and database differ: what somebody changed by hand, and what has no migration yet.
    ///
    /// # Errors
    /// When the database cannot be reached, or is at a revision that the program does not know.
    pub async fn drift(&self) -> Result<Drift> {
        drift::drift(self).await
    }

    /// Models for the tables of the database, as Rust source.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn inspect(&self) -> Result<String> {
        let options = rebis_engine::InspectOptions { schemas: self.schemas.clone(), ..Default::default() };
        let mut found = rebis_engine::inspect(&mut self.engine.acquire().await?, &options).await?;
        found.tables.retain(|t| !ledger::is_ours(&t.name) && t.name != self.version.name);
        Ok(inspect::source(&found))
    }

    /// The models' schema as a Mermaid entity-relationship diagram.
    #[must_use]
    pub fn diagram(&self) -> String {
        diagram::mermaid(&self.models)
    }

    /// The models' schema as an SVG picture that needs nothing from elsewhere.
    #[must_use]
    pub fn diagram_svg(&self) -> String {
        diagram::picture(&self.models)
    }

    /// The remarks on revisions: `head`, an id, `FROM:TO`; `:` means all. Needs no database. Their codes have pages under `docs/lint/`.
    ///
    /// # Errors
    /// When there is no such revision.
    pub fn lint(&self, revisions: &str) -> Result<Linted> {
        lint::lint(self, revisions)
    }

    /// Brings the database forward to `target`: `head`, `heads`, a revision, `label@head`, `+1`, or several of them with spaces between.
    ///
    /// # Errors
    /// When a migration fails; where the database can undo DDL, nothing of that migration remains.
    pub async fn upgrade(&self, target: &str) -> Result<Vec<StepDone>> {
        self.upgrade_with(target, &RunOptions::default()).await
    }

    /// Brings the database back to `target`: `-1`, a revision, `base`.
    ///
    /// # Errors
    /// As for [`upgrade`](Self::upgrade).
    pub async fn downgrade(&self, target: &str) -> Result<Vec<StepDone>> {
        self.downgrade_with(target, &RunOptions::default()).await
    }

    /// As [`upgrade`](Self::upgrade): all steps or none, with timeouts, or going on with a step that was begun and not finished.
    ///
    /// # Errors
    /// As for `upgrade`, and when the database has not got what an option asks for.
    pub async fn upgrade_with(&self, target: &str, options: &RunOptions) -> Result<Vec<StepDone>> {
        self.run(Way::Up, target, options).await
    }

    /// As [`downgrade`](Self::downgrade), with options.
    ///
    /// # Errors
    /// As for [`upgrade_with`](Self::upgrade_with).
    pub async fn downgrade_with(&self, target: &str, options: &RunOptions) -> Result<Vec<StepDone>> {
        self.run(Way::Down, target, options).await
    }

    /// What an upgrade to `target` would do: operations, SQL, locks, rows touched. Changes nothing in the database.
    ///
    /// The SQL of a step that changes what an earlier one makes is written from what both say, so on SQLite the text of a table that is made
    /// anew may differ from the one that will run.
    ///
    /// # Errors
    /// When the target makes no sense, or the database cannot be reached.
    pub async fn explain_upgrade(&self, target: &str) -> Result<Explanation> {
        explain::explain(self, Way::Up, target).await
    }

    /// What a downgrade to `target` would do.
    ///
    /// # Errors
    /// As for [`explain_upgrade`](Self::explain_upgrade).
    pub async fn explain_downgrade(&self, target: &str) -> Result<Explanation> {
        explain::explain(self, Way::Down, target).await
    }

    /// What was done to the database, oldest first: by whom, when, how long it took. What `--sql` printed is not in it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn applied(&self) -> Result<Vec<Applied>> {
        history::read(&mut self.engine.acquire().await?).await
    }

    /// The scripts that are not what they were when the database got them.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn edited(&self) -> Result<Vec<Edited>> {
        let graph = self.graph()?;
        let conn = &mut self.engine.acquire().await?;
        let rows = self.rows(conn).await?;
        let applied = graph.ancestors(rows.iter().map(String::as_str));
        Ok(history::edited(history::read(conn).await?, &applied, self.scripts))
    }

    /// Says that the database is at `target`, or at several with spaces between, running nothing.
    ///
    /// # Errors
    /// When there is no such revision.
    pub async fn stamp(&self, target: &str) -> Result<Vec<StepDone>> {
        self.run(Way::Stamp, target, &RunOptions::default()).await
    }

    /// As [`stamp`](Self::stamp), whatever the database said before: also revisions that no script has.
    ///
    /// # Errors
    /// When there is no such revision.
    pub async fn stamp_purging(&self, target: &str) -> Result<Vec<StepDone>> {
        self.run(Way::Purge, target, &RunOptions::default()).await
    }

    /// The SQL of an upgrade, `from:to` or `to` from the base, for the database's own client. No connection is opened: what a statement has
    /// to know of a table is taken from the scripts before it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use rebis_migrate::{Migrator, Script, SqlOptions, revision};
    ///
    /// const ALL: &[Script] = &[Script {
    ///     revision: revision("e517276bb1c2"),
    ///     file: "e517276bb1c2_users.rs",
    ///     source: "//! users",
    ///     program: "example 1.0",
    ///     upgrade: |op| op.execute("CREATE TABLE user (id INTEGER)"),
    ///     downgrade: |op| op.drop_table("user"),
    /// }];
    /// let engine = rebis_engine::Engine::new("sqlite://")?;
    /// let migrator = Migrator::new(engine, Default::default(), Some(ALL), "src/migrations");
    /// let sql = migrator.upgrade_sql("head", &SqlOptions::default())?;
    /// assert!(sql.contains("-- Running upgrade  -> e517276bb1c2, users\n\nCREATE TABLE user (id INTEGER);"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a revision runs code that must see data, changes a table that no script made, or a single transaction is not to be had.
    pub fn upgrade_sql(&self, range: &str, options: &SqlOptions) -> Result<String> {
        offline::sql(self, Way::Up, range, options)
    }

    /// The SQL of a downgrade, `from:to`.
    ///
    /// # Errors
    /// As for [`upgrade_sql`](Self::upgrade_sql), and when the range does not say where it begins.
    pub fn downgrade_sql(&self, range: &str, options: &SqlOptions) -> Result<String> {
        offline::sql(self, Way::Down, range, options)
    }

    /// The SQL of a stamp, `from:to` or `to` from the base.
    ///
    /// # Errors
    /// When there is no such revision.
    pub fn stamp_sql(&self, range: &str, options: &SqlOptions) -> Result<String> {
        offline::sql(self, Way::Stamp, range, options)
    }

    /// The SQL that makes the version table.
    ///
    /// # Errors
    /// When it is to be in a schema, and the database has none.
    pub fn ensure_version_sql(&self, options: &SqlOptions) -> Result<String> {
        offline::ensure_version(self, options)
    }

    /// The revisions, newest first.
    ///
    /// # Errors
    /// When the range makes no sense, or it or a mark needs the database and that cannot be reached.
    pub async fn history(&self, options: HistoryOptions) -> Result<History> {
        listing::history(self, &options).await
    }

    /// Where the database is. Changes nothing in it.
    ///
    /// # Errors
    /// When it cannot be reached, or is at a revision that the program does not know.
    pub async fn current(&self, verbose: bool) -> Result<Current> {
        listing::current(self, verbose).await
    }

    /// The newest revisions: one, unless branches were not merged. Those that another branch depends on are left out when
    /// `resolve_dependencies` says so: what remains are the rows of a database that is up to date.
    ///
    /// # Errors
    /// When the scripts contradict each other.
    pub async fn heads(&self, verbose: bool, resolve_dependencies: bool) -> Result<Heads> {
        listing::heads(self, verbose, resolve_dependencies)
    }

    /// The revisions that more than one follows.
    ///
    /// # Errors
    /// When the scripts contradict each other.
    pub async fn branches(&self, verbose: bool) -> Result<Branches> {
        listing::branches(self, verbose)
    }

    /// Makes the version table if it is not there.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub async fn ensure_version(&self) -> Result<()> {
        execute::ensure_version(&self.engine, &self.version).await
    }

    /// All about one revision; `head` and `current` are understood.
    ///
    /// # Errors
    /// When there is no such revision.
    pub async fn show(&self, revision: &str) -> Result<Show> {
        listing::show(self, revision).await
    }

    /// Whether every migration is applied. Changes nothing in the database.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn is_at_head(&self) -> Result<bool> {
        let graph = self.graph()?;
        Ok(self.rows(&mut self.engine.acquire().await?).await? == graph.real_heads())
    }

    /// Refuses a database that lacks a migration.
    ///
    /// # Errors
    /// When it does, or cannot be reached.
    pub async fn check_heads(&self) -> Result<()> {
        let graph = self.graph()?;
        let conn = &mut self.engine.acquire().await?;
        let rows = self.rows(conn).await?;
        history::known(conn, &graph, &rows).await?;
        let heads = graph.real_heads();
        if rows == heads {
            return Ok(());
        }
        let named = |ids: &BTreeSet<String>| match ids.len() {
            0 => String::from("no revision"),
            _ => ids.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        Err(Error::new(
            ErrorKind::State,
            format!(
                "Database is not on all head revisions: it is at {}, and up to date at {}; run `db upgrade heads`",
                named(&rows),
                named(&heads)
            ),
        ))
    }

    async fn run(&self, way: Way, target: &str, options: &RunOptions) -> Result<Vec<StepDone>> {
        if target.contains(':') {
            return Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "Range revision not allowed: '{target}' has a meaning with --sql only, where no database says where it is"
                ),
            ));
        }
        let graph = self.fresh_graph()?;
        if !self.listed {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("this program carries no migrations.\n{ADVICE}"),
            ));
        }
        let told = (self.watcher.as_ref(), self.applied.as_ref());
        let options = RunOptions { no_history: options.no_history || self.no_history, ..options.clone() };
        let run = Run::new(&graph, self.scripts, &options, &self.arguments, &self.version, told);
        execute::run(&self.engine, way, target, run).await
    }

    /// The graph, once it is sure that no script was written since the program was compiled.
    fn fresh_graph(&self) -> Result<Graph> {
        store::refuse_stale(&self.directory, self.scripts).map_err(|e| {
            if self.listed {
                e
            } else {
                Error::new(e.kind(), format!("{e}\nThe program carries no list of migrations.\n{ADVICE}"))
            }
        })?;
        self.graph()
    }

    fn graph(&self) -> Result<Graph> {
        // The order of branches is that of the files, however the list is sorted.
        let mut scripts: Vec<&Script> = self.scripts.iter().collect();
        scripts.sort_by_key(|s| s.file);
        let graph = Graph::new(scripts.into_iter().map(|s| Node {
            id: s.revision.id.to_owned(),
            down: owned(s.revision.down),
            depends_on: owned(s.revision.depends_on),
            labels: owned(s.revision.labels),
        }))?;
        let squashes = self.scripts.iter().filter(|s| !s.revision.replaces.is_empty());
        Ok(squashes.fold(graph, |g, s| g.squashed(s.revision.id, s.revision.replaces.iter().copied())))
    }

    fn script(&self, id: &str) -> Option<&'static Script> {
        self.scripts.iter().find(|s| s.revision.id == id)
    }

    fn script_of(&self, id: &str) -> Result<&'static Script> {
        self.script(id).ok_or_else(|| {
            let text =
                format!("revision {id} has no script in this program; list its file in migrations/mod.rs");
            Error::new(ErrorKind::Lookup, text)
        })
    }

    async fn rows(&self, connection: &mut Connection) -> Result<BTreeSet<String>> {
        Ok(self.version.heads(connection).await?.into_iter().collect())
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}
