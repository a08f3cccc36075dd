//! Unique constraints, by their columns. Invariant: a constraint and a unique index of the same name are one thing, and where the database
//! knows nothing but the index, the name does not count either.

use rebis_engine::as_inspected;
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Index, NamingConvention, Table, Unique};
use rebis_sql::{Ddl, Dialect};

use super::indexes::plain_columns;
use super::{Noted, listed};
use crate::dialect::rules;

pub(super) fn removed(there: &Table, model: &Table, dialect: Dialect, found: &mut Vec<Noted>) {
    for unique in left(there, model, dialect) {
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

pub(super) fn added(there: &Table, model: &Table, dialect: Dialect, found: &mut Vec<Noted>) {
    for unique in left(model, there, dialect) {
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
fn left<'a>(of: &'a Table, other: &Table, dialect: Dialect) -> Vec<&'a Unique> {
    let nameless = are_indexes(dialect);
    let same = |a: &Unique, b: &Unique| {
        same_set(&a.columns, &b.columns)
            && a.deferrable == b.deferrable
            && a.nulls_not_distinct == b.nulls_not_distinct
            && (a.name == b.name || nobody_named(a, of, dialect) || nobody_named(b, of, dialect))
    };
    // One over the primary key says nothing, and a database may leave it out.
    let key = |t: &Table| t.primary_key.as_ref().map(|k| k.columns.clone());
    let is_key = |u: &Unique| key(of).as_ref() == Some(&u.columns) && key(of) == key(other);
    of.uniques
        .iter()
        .filter(|u| !is_key(u))
        .filter(|u| !other.uniques.iter().any(|o| same(o, u)))
        .filter(|u| !other.indexes.iter().any(|i| stands_for(i, u, of, nameless, dialect)))
        .collect()
}

/// The indexes of `of` but those that `other` has as a constraint.
pub(super) fn indexes_left<'a>(of: &'a Table, other: &Table, dialect: Dialect) -> Vec<&'a Index> {
    let nameless = are_indexes(dialect);
    of.indexes
        .iter()
        .filter(|i| !other.uniques.iter().any(|u| stands_for(i, u, other, nameless, dialect)))
        .collect()
}

/// Whether an index is what a unique constraint of `table` became. An index that `table` has too is another one.
fn stands_for(index: &Index, unique: &Unique, table: &Table, nameless: bool, dialect: Dialect) -> bool {
    let own = Unique {
        name: Some(index.name.clone()),
        columns: unique.columns.clone(),
        deferrable: None,
        nulls_not_distinct: false,
    };
    let unnamed = nobody_named(unique, table, dialect) || nobody_named(&own, table, dialect);
    let named = match &unique.name {
        None => true,
        Some(name) => {
            *name == index.name || (nameless && unnamed && table.indexes.iter().all(|i| i.name != index.name))
        }
    };
    let alike = index.unique && index.nulls_not_distinct == unique.nulls_not_distinct;
    alike && named && plain_columns(index).is_some_and(|c| same_set(&c, &unique.columns))
}

/// Whether the name is the convention's or the database's own: then it says nothing about the constraint.
fn nobody_named(unique: &Unique, table: &Table, dialect: Dialect) -> bool {
    let Some(name) = &unique.name else { return true };
    let columns: Vec<&str> = unique.columns.iter().map(String::as_str).collect();
    *name == NamingConvention::default().unique(&table.name, &columns)
        || rules(dialect).is_ok_and(|rules| (rules.names_unique)(name, &table.name, &columns))
}

/// Whether inspection finds a unique constraint as an index.
fn are_indexes(dialect: Dialect) -> bool {
    let one = Unique {
        name: Some("u".into()),
        columns: vec!["c".into()],
        deferrable: None,
        nulls_not_distinct: false,
    };
    let table = Table { uniques: vec![one], ..Table::new("t") };
    as_inspected(dialect, &table).uniques.is_empty()
}

fn same_set(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|c| b.contains(c))
}
