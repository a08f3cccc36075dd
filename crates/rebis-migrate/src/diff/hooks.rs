//! [`Hooks`]: what an application decides about a comparison itself. Invariant: what no hook decides is compared as without it.

use std::fmt;
use std::sync::Arc;

use rebis_sql::Ddl;
use rebis_sql::ddl::Constraint;
use rebis_sql::schema::{Column, Table};

use crate::Op;

/// Something that a comparison found to differ: asked about by [`Migrator::include_object`](crate::Migrator::include_object).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema of its table; the connection's own when absent.
    pub schema: Option<&'a str>,
    /// Its table: for a table, itself.
    pub table: &'a str,
    /// Its name; a constraint that nobody named has none.
    pub name: Option<&'a str>,
    /// Whether it is in the database and would go; otherwise it is in the models and would come or change.
    pub goes: bool,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A table, with all that is in it.
    Table,
    /// A column.
    Column,
    /// An index.
    Index,
    /// A primary key, a unique constraint, a foreign key, a check or an exclusion.
    Constraint,
}

/// A column on both sides, as inspection reports it and as the database would report the models'.
#[derive(Clone, Copy, Debug)]
pub struct ColumnPair<'a> {
    /// The models' table.
    pub table: &'a Table,
    /// What the database holds.
    pub database: &'a Column,
    /// What the models declare.
    pub model: &'a Column,
}

type Include = dyn Fn(&Object<'_>) -> bool + Send + Sync;
type Differs = dyn Fn(&ColumnPair<'_>) -> Option<bool> + Send + Sync;

/// The functions of an application that a comparison asks.
#[derive(Clone, Default)]
pub struct Hooks {
    pub(crate) include: Option<Arc<Include>>,
    pub(crate) types: Option<Arc<Differs>>,
    pub(crate) defaults: Option<Arc<Differs>>,
}

impl Hooks {
    /// Whether what looks the same may differ all the same.
    pub(super) fn look_twice(&self) -> bool {
        self.types.is_some() || self.defaults.is_some()
    }

    /// Whether a type differs: what the application says, or what was found.
    pub(super) fn type_differs(&self, pair: &ColumnPair<'_>, found: bool) -> bool {
        self.types.as_ref().and_then(|ask| ask(pair)).unwrap_or(found)
    }

    /// Whether a default differs.
    pub(super) fn default_differs(&self, pair: &ColumnPair<'_>, found: bool) -> bool {
        self.defaults.as_ref().and_then(|ask| ask(pair)).unwrap_or(found)
    }

    /// Whether the application wants an operation: its table, and what it is about within that.
    pub(super) fn wants(&self, op: &Op) -> bool {
        let Some(ask) = &self.include else { return true };
        let (Some((schema, table)), Some(ddl)) = (op.table(), op.to_ddl()) else { return true };
        let whole = Object {
            kind: ObjectKind::Table,
            schema,
            table,
            name: Some(table),
            goes: matches!(ddl, Ddl::DropTable { .. }),
        };
        let part = |kind, name, goes| Object { kind, name, goes, ..whole };
        let part = match ddl {
            Ddl::AddColumn { column, .. } => part(ObjectKind::Column, Some(column.name.as_str()), false),
            Ddl::DropColumn { column, .. } => part(ObjectKind::Column, Some(column), true),
            Ddl::AlterColumn { existing, .. } => part(ObjectKind::Column, Some(&existing.name), false),
            Ddl::CreateIndex { index, .. } => part(ObjectKind::Index, Some(&index.name), false),
            Ddl::DropIndex { name, .. } => part(ObjectKind::Index, Some(name), true),
            Ddl::AddConstraint { constraint, .. } => part(ObjectKind::Constraint, name_of(constraint), false),
            Ddl::AddExclusion { exclusion, .. } => {
                part(ObjectKind::Constraint, exclusion.name.as_deref(), false)
            }
            Ddl::DropConstraint { name, .. } => part(ObjectKind::Constraint, Some(name), true),
            _ => return ask(&whole),
        };
        ask(&whole) && ask(&part)
    }
}

/// The name of a constraint, when it has one.
pub(super) fn name_of(constraint: &Constraint) -> Option<&str> {
    match constraint {
        Constraint::PrimaryKey(c) => c.name.as_deref(),
        Constraint::ForeignKey(c) => c.name.as_deref(),
        Constraint::Unique(c) => c.name.as_deref(),
        Constraint::Check(c) => c.name.as_deref(),
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("include", &self.include.is_some())
            .field("types", &self.types.is_some())
            .field("defaults", &self.defaults.is_some())
            .finish()
    }
}
