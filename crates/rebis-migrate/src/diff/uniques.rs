//! Unique constraints, by their columns. Invariant: a constraint and a unique index of the same name are one thing; MySQL knows no other.

use rebis_sql::Ddl;
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Index, Table, Unique};

use super::indexes::plain_columns;
use super::{Noted, listed};

pub(super) fn removed(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    for unique in left(there, model) {
        let said = format!(
            "removed unique constraint '{}' on '{}'",
            unique.name.as_deref().unwrap_or("(unnamed)"),
            model.name
        );
        let Some(name) = &unique.name else {
            // Nothing can drop what has no name; inspection names what the database names.
            tracing::warn!(target: "rebis::migrate", "{said}, but it has no name: drop it by hand");
            continue;
        };
        found.push(Noted::new(
            Ddl::DropConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                name: name.clone(),
                kind: ConstraintKind::Unique,
            },
            said,
        ));
    }
}

pub(super) fn added(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    for unique in left(model, there) {
        found.push(Noted::new(
            Ddl::AddConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                constraint: Constraint::Unique(unique.clone()),
            },
            format!(
                "added unique constraint '{}' on '{}'",
                unique.name.as_deref().unwrap_or("(unnamed)"),
                listed(&unique.columns)
            ),
        ));
    }
}

/// The unique constraints of `of` that `other` has neither as a constraint nor as an index.
fn left<'a>(of: &'a Table, other: &Table) -> Vec<&'a Unique> {
    of.uniques
        .iter()
        .filter(|u| !other.uniques.iter().any(|o| same_set(&o.columns, &u.columns)))
        .filter(|u| !other.indexes.iter().any(|i| stands_for(i, u)))
        .collect()
}

/// The indexes of `of` but those that `other` has as a constraint.
pub(super) fn indexes_left<'a>(of: &'a Table, other: &Table) -> Vec<&'a Index> {
    of.indexes.iter().filter(|i| !other.uniques.iter().any(|u| stands_for(i, u))).collect()
}

fn stands_for(index: &Index, unique: &Unique) -> bool {
    index.unique
        && unique.name.as_ref().is_none_or(|n| *n == index.name)
        && plain_columns(index).is_some_and(|c| same_set(&c, &unique.columns))
}

fn same_set(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|c| b.contains(c))
}
