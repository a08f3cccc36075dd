//! The operation that undoes another. Invariant: `apply(op)` then `apply(reverse(op))` gives the schema there was, or there is no reverse.

use rebis_sql::Ddl;
use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{Column, Schema, Table};

pub(super) fn reverse(ddl: &Ddl, before: &Schema) -> Option<Ddl> {
    let at = |schema: &Option<String>, table: &str| -> Option<&Table> {
        before.tables.iter().find(|t| t.schema == *schema && t.name == table)
    };
    Some(match ddl {
        Ddl::CreateTable { table, .. } => {
            Ddl::DropTable { schema: table.schema.clone(), table: table.name.clone(), if_exists: false }
        }
        Ddl::DropTable { schema, table, .. } => {
            Ddl::CreateTable { table: at(schema, table)?.clone(), if_not_exists: false }
        }
        Ddl::RenameTable { schema, from, to } => {
            Ddl::RenameTable { schema: schema.clone(), from: to.clone(), to: from.clone() }
        }
        Ddl::AddColumn { schema, table, column } => {
            Ddl::DropColumn { schema: schema.clone(), table: table.clone(), column: column.name.clone() }
        }
        Ddl::DropColumn { schema, table, column } => {
            let column = at(schema, table)?.column(column)?.clone();
            Ddl::AddColumn { schema: schema.clone(), table: table.clone(), column }
        }
        Ddl::RenameColumn { schema, table, from, to } => Ddl::RenameColumn {
            schema: schema.clone(),
            table: table.clone(),
            from: to.clone(),
            to: from.clone(),
        },
        Ddl::AlterColumn { schema, table, existing, change } => {
            let now = at(schema, table)?.column(&existing.name)?;
            let (existing, change) = back(now, change);
            Ddl::AlterColumn { schema: schema.clone(), table: table.clone(), existing, change }
        }
        Ddl::CreateIndex { schema, table, index, concurrently, .. } => Ddl::DropIndex {
            schema: schema.clone(),
            table: table.clone(),
            name: index.name.clone(),
            if_exists: false,
            concurrently: *concurrently,
        },
        Ddl::DropIndex { schema, table, name, concurrently, .. } => Ddl::CreateIndex {
            schema: schema.clone(),
            table: table.clone(),
            index: at(schema, table)?.indexes.iter().find(|i| i.name == *name)?.clone(),
            if_not_exists: false,
            concurrently: *concurrently,
        },
        Ddl::AddConstraint { schema, table, constraint } | Ddl::AddNotValid { schema, table, constraint } => {
            let (name, kind) = match constraint {
                // Databases find a key without its name, or give it this one.
                Constraint::PrimaryKey(c) => (
                    Some(c.name.clone().unwrap_or_else(|| format!("{table}_pkey"))),
                    ConstraintKind::PrimaryKey,
                ),
                Constraint::ForeignKey(c) => (c.name.clone(), ConstraintKind::ForeignKey),
                Constraint::Unique(c) => (c.name.clone(), ConstraintKind::Unique),
                Constraint::Check(c) => (c.name.clone(), ConstraintKind::Check),
            };
            Ddl::DropConstraint { schema: schema.clone(), table: table.clone(), name: name?, kind }
        }
        Ddl::DropConstraint { schema, table, name, kind } => {
            let t = at(schema, table)?;
            let named = |n: &Option<String>| n.as_ref() == Some(name);
            if *kind == ConstraintKind::Exclusion {
                let exclusion = t.exclusions.iter().find(|c| named(&c.name))?.clone();
                return Some(Ddl::AddExclusion { schema: schema.clone(), table: table.clone(), exclusion });
            }
            let constraint = match kind {
                ConstraintKind::PrimaryKey => Constraint::PrimaryKey(t.primary_key.clone()?),
                ConstraintKind::ForeignKey => {
                    Constraint::ForeignKey(t.foreign_keys.iter().find(|c| named(&c.name))?.clone())
                }
                ConstraintKind::Unique => {
                    Constraint::Unique(t.uniques.iter().find(|c| named(&c.name))?.clone())
                }
                ConstraintKind::Exclusion => return None,
                ConstraintKind::Check => Constraint::Check(t.checks.iter().find(|c| named(&c.name))?.clone()),
            };
            Ddl::AddConstraint { schema: schema.clone(), table: table.clone(), constraint }
        }
        Ddl::CommentTable { schema, table, .. } => Ddl::CommentTable {
            schema: schema.clone(),
            table: table.clone(),
            comment: at(schema, table)?.comment.clone(),
        },
        Ddl::AlterTableOption { schema, table, option, from, to, .. } => {
            let said =
                |t: &Table| t.options.iter().find(|(n, _)| n == option).map(|(_, value)| value.clone());
            let held = at(schema, table).and_then(said).or_else(|| from.clone());
            Ddl::AlterTableOption {
                schema: schema.clone(),
                table: table.clone(),
                option: option.clone(),
                from: None,
                to: held,
                columns: Vec::new(),
                keep: at(schema, table).map(|t| kept(t, to.as_deref())).unwrap_or_default(),
            }
        }
        Ddl::AddExclusion { schema, table, exclusion } => Ddl::DropConstraint {
            schema: schema.clone(),
            table: table.clone(),
            name: exclusion.name.clone()?,
            kind: ConstraintKind::Exclusion,
        },
        Ddl::CreateSequence { schema, name, .. } => {
            Ddl::DropSequence { schema: schema.clone(), name: name.clone(), if_exists: false }
        }
        Ddl::CreateView { view } => Ddl::DropView { view: view.clone() },
        Ddl::DropView { view } if !view.sql.is_empty() => Ddl::CreateView { view: view.clone() },
        Ddl::CreateTrigger { trigger } => Ddl::DropTrigger { trigger: trigger.clone() },
        Ddl::DropTrigger { trigger } if !trigger.when.is_empty() => {
            Ddl::CreateTrigger { trigger: trigger.clone() }
        }
        Ddl::CreateType { name, .. } => Ddl::DropType { name: name.clone() },
        Ddl::AlterType { name, from, to, .. } => Ddl::AlterType {
            name: name.clone(),
            from: to.clone(),
            to: from.clone(),
            anew: false,
            used_by: Vec::new(),
        },
        _ => return None,
    })
}

/// The columns whose own collation is the table's after the change: nothing tells them apart then from those that follow.
fn kept(before: &Table, to: Option<&str>) -> Vec<String> {
    let becomes = |c: &&Column| {
        c.collation
            .iter()
            .flat_map(|c| c.names())
            .any(|(_, name)| to.is_some_and(|to| to.eq_ignore_ascii_case(name)))
    };
    before.columns.iter().filter(becomes).map(|c| c.name.clone()).collect()
}

/// The column after the change, and the change that leads back.
fn back(now: &Column, change: &ColumnChange) -> (Column, ColumnChange) {
    let mut after = now.clone();
    let mut undo = ColumnChange::default();
    if let Some(ty) = &change.ty {
        after.ty = ty.clone();
        undo.ty = Some(now.ty.clone());
    }
    if let Some(nullable) = change.nullable {
        after.nullable = nullable;
        undo.nullable = Some(now.nullable);
    }
    if let Some(default) = &change.default {
        after.default.clone_from(default);
        undo.default = Some(now.default.clone());
    }
    if let Some(counts) = change.autoincrement {
        after.autoincrement = counts;
        undo.autoincrement = Some(!counts);
    }
    if let Some(identity) = &change.identity {
        after.identity.clone_from(identity);
        after.autoincrement = identity.is_some() || change.autoincrement == Some(true);
        undo.identity = Some(now.identity.clone());
        // What counted up by itself does so again; an identity column brings its own counter.
        let counted = now.autoincrement && now.identity.is_none();
        undo.autoincrement = counted.then_some(true);
    }
    if let Some(collation) = &change.collation {
        after.collation.clone_from(collation);
        undo.collation = Some(now.collation.clone());
    }
    if let Some(comment) = &change.comment {
        after.comment.clone_from(comment);
        undo.comment = Some(now.comment.clone());
    }
    (after, undo)
}
