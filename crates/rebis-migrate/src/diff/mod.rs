//! What differs between a database and the models, as operations.
//!
//! **Invariants.** The result depends on the two schemas only, never on hash order. No change of the models means no difference, on every
//! database: what a database spells in another way is compared by how it would be created, and what cannot be compared counts as equal.

mod checks;
mod columns;
mod defaults;
mod exclusions;
mod fill;
mod foreign_keys;
mod hooks;
mod ignore;
mod indexes;
mod key;
mod live;
mod objects;
mod rename;
mod settle;
mod tables;
mod types;
mod undo;
mod uniques;
mod words;

use std::collections::HashMap;

use rebis_engine::as_inspected;
use rebis_sql::Dialect;
use rebis_sql::schema::{NamingConvention, Schema, Table};

use crate::Op;

pub use fill::Fill;
pub use hooks::{ColumnPair, Hooks, Object, ObjectKind};
pub use live::compare;
pub use objects::DeclaredObjects;
pub(crate) use objects::{compare_history, replay};
pub(crate) use rename::possible;
pub use rename::{Possible, Rename};
pub(crate) use settle::TEMPORARY;
pub use undo::undo;

/// Of a note on what rows that are there make impossible; the remarks L103, L201 and L202 say the same.
pub(crate) const FAILS: &str = "this fails";

/// One difference: the operation that removes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    /// What a migration has to do.
    pub op: Op,
    /// The difference in Alembic's words: `added table 'user'`.
    pub detected: String,
    /// What the author of the migration has to look at. They stand as comments in the script.
    pub notes: Vec<String>,
}

/// What a comparison looks at.
#[derive(Clone, Debug)]
pub struct DiffOptions {
    /// What was renamed; a comparison alone sees a removal and an addition.
    pub renames: Vec<Rename>,
    /// What looks like a rename and is none.
    pub not_renamed: Vec<Rename>,
    /// What rows that are there get in a column that becomes NOT NULL.
    pub fills: Vec<Fill>,
    /// Schemas to look at besides the models' own (PostgreSQL): what no model has there goes.
    pub schemas: Vec<String>,
    /// What is nobody's business: `legacy_*` for tables, `user.ix_*` for columns, indexes and constraints of a table.
    pub ignored: Vec<String>,
    /// The version table, which is no model's.
    pub version_table: String,
    /// What the application decides itself.
    pub hooks: Hooks,
    /// The views and triggers of the application; only a live database is compared with them.
    pub objects: DeclaredObjects,
}

impl Default for DiffOptions {
    fn default() -> Self {
        DiffOptions {
            renames: Vec::new(),
            not_renamed: Vec::new(),
            fills: Vec::new(),
            schemas: Vec::new(),
            ignored: Vec::new(),
            version_table: String::from("alembic_version"),
            hooks: Hooks::default(),
            objects: DeclaredObjects::default(),
        }
    }
}

/// The operations that make of `database` what `models` declare, in the order in which they can run.
///
/// Looks at tables, columns (type, nullability, default, generation, identity, comment), primary keys, indexes, unique constraints, foreign
/// keys, checks and comments. Foreign keys are known by what they say, indexes and unique constraints also by their names, checks by both.
///
/// Both schemas have to be in the same words: for a live database use [`compare()`], which brings that about.
///
/// ```
/// use rebis_migrate::diff::{DiffOptions, diff};
/// use rebis_sql::schema::{Column, Schema, Table};
/// use rebis_sql::{Dialect, SqlType};
///
/// let mut user = Table::new("user");
/// user.columns.push(Column::new("id", SqlType::Integer).not_null());
/// let models = Schema { tables: vec![user] };
///
/// let found = diff(&Schema::default(), &models, Dialect::Sqlite, &DiffOptions::default());
/// assert_eq!(found[0].op.describe(), "create table user");
/// assert_eq!(found[0].detected, "added table 'user'");
/// assert!(diff(&models, &models, Dialect::Sqlite, &DiffOptions::default()).is_empty());
/// ```
#[must_use]
pub fn diff(database: &Schema, models: &Schema, dialect: Dialect, options: &DiffOptions) -> Vec<Noted> {
    let mut found = Vec::new();
    let mut database = database.clone();
    // A table in the making that a crash left belongs to nobody.
    let kept = |name: &str| name == options.version_table || crate::ledger::is_ours(name);
    database.tables.retain(|t| !kept(&t.name) && !t.name.starts_with(TEMPORARY));
    // What the database left without a name is called as the convention would: so a rebuild finds it.
    database.tables.iter_mut().for_each(|t| NamingConvention::default().apply(t));
    let mut renames = options.renames.clone();
    renames.extend(rename::declared(&database, models, &renames));
    rename::apply(&mut database, &renames, &mut found);

    types::altered(&database, models, dialect, &mut found);
    columns::replaced(&mut database, models, dialect, &mut found);
    key::open(&mut database, models, dialect, &mut found);
    foreign_keys::loosened(&mut database, models, dialect, &mut found);
    let (held, wanted) = (by_name(&database), by_name(models));
    let pairs: Vec<(&Table, &Table)> = sorted(models)
        .into_iter()
        .filter_map(|model| held.get(&named(model)).map(|there| (*there, model)))
        .collect();
    let added: Vec<&Table> = sorted(models).into_iter().filter(|t| !held.contains_key(&named(t))).collect();
    let removed: Vec<&Table> =
        sorted(&database).into_iter().filter(|t| !wanted.contains_key(&named(t))).collect();
    // Most tables are as they should be, and need no second look.
    let changed: Vec<(&Table, &Table)> = pairs
        .iter()
        .copied()
        .filter(|(there, model)| options.hooks.look_twice() || **there != as_inspected(dialect, model))
        .collect();

    let mut closing = Vec::new();
    tables::added(&added, &removed, &pairs, dialect, &mut found, &mut closing);
    // A foreign key to a table that goes must go before it.
    let leaving = |key: &rebis_sql::schema::ForeignKey| removed.iter().any(|t| t.name == key.ref_table);
    for (there, model) in &changed {
        foreign_keys::removed(there, model, dialect, leaving, &mut found);
    }
    tables::removed(&removed, &mut found);
    for (there, model) in &changed {
        tables::options(there, model, dialect, &mut found);
        key::removed(there, model, &mut found);
        columns::added(there, model, &mut found);
        key::added(there, model, &mut found);
        columns::altered(there, model, dialect, &options.hooks, &mut found);
        foreign_keys::removed(there, model, dialect, |key| !leaving(key), &mut found);
        uniques::removed(there, model, dialect, &mut found);
        indexes::compare(there, model, dialect, &mut found);
        uniques::added(there, model, dialect, &mut found);
        checks::compare(there, model, &mut found);
        exclusions::compare(there, model, &mut found);
        foreign_keys::added(there, model, dialect, &pairs, &mut found, &mut closing);
        tables::comment(there, model, dialect, &mut found);
        columns::removed(there, model, &mut found);
    }
    found.extend(closing);
    types::removed(&database, models, dialect, &mut found);
    found.retain(|noted| !ignore::is_ignored(&noted.op, &options.ignored) && options.hooks.wants(&noted.op));
    let denied = |note: &String| options.not_renamed.iter().any(|r| rename::is_about(note, r));
    found.iter_mut().for_each(|noted| noted.notes.retain(|note| !denied(note)));
    fill::fill(found, &options.fills)
}

impl Noted {
    fn new(op: impl Into<Op>, detected: impl Into<String>) -> Self {
        Noted { op: op.into(), detected: detected.into(), notes: Vec::new() }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// What a table is known by.
type Name<'a> = (Option<&'a str>, &'a str);

fn named(table: &Table) -> Name<'_> {
    (table.schema.as_deref(), table.name.as_str())
}

fn by_name(schema: &Schema) -> HashMap<Name<'_>, &Table> {
    schema.tables.iter().map(|t| (named(t), t)).collect()
}

fn sorted(schema: &Schema) -> Vec<&Table> {
    let mut tables: Vec<&Table> = schema.tables.iter().collect();
    tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    tables
}

/// `["a", "b"]`, the way a log line names columns.
fn listed(columns: &[String]) -> String {
    format!("{columns:?}")
}
