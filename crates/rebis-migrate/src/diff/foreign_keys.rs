//! Foreign keys, by what they say. Invariant: names are not compared, so a database that named a key itself shows no difference.

use rebis_engine::as_inspected;
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{ForeignKey, Table};
use rebis_sql::{Ddl, Dialect};

use super::Noted;
use super::indexes::plain_columns;

pub(super) fn removed(
    there: &Table,
    model: &Table,
    dialect: Dialect,
    wanted: impl Fn(&ForeignKey) -> bool,
    found: &mut Vec<Noted>,
) {
    for key in there.foreign_keys.iter().filter(|k| wanted(k)) {
        if model.foreign_keys.iter().any(|m| same(dialect, there, key, m)) {
            continue;
        }
        let said = said("removed", key, &model.name);
        let Some(name) = &key.name else {
            tracing::warn!(target: "rebis::migrate", "{said}, but it has no name: drop it by hand");
            continue;
        };
        found.push(Noted::new(
            Ddl::DropConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                name: name.clone(),
                kind: ConstraintKind::ForeignKey,
            },
            said,
        ));
    }
}

/// A key to columns that become unique in the same migration goes to `closing`.
pub(super) fn added(
    there: &Table,
    model: &Table,
    dialect: Dialect,
    pairs: &[(&Table, &Table)],
    found: &mut Vec<Noted>,
    closing: &mut Vec<Noted>,
) {
    for key in &model.foreign_keys {
        if there.foreign_keys.iter().any(|t| same(dialect, there, t, key)) {
            continue;
        }
        let list = if waits(model, key, pairs) { &mut *closing } else { &mut *found };
        list.push(Noted::new(
            Ddl::AddConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                constraint: Constraint::ForeignKey(key.clone()),
            },
            said("added", key, &model.name),
        ));
    }
}

/// Whether the table referred to is there, and is not yet what the key needs.
pub(super) fn waits(model: &Table, key: &ForeignKey, pairs: &[(&Table, &Table)]) -> bool {
    let schema = key.ref_schema.as_ref().or(model.schema.as_ref());
    let target = pairs.iter().find(|(_, t)| t.name == key.ref_table && t.schema.as_ref() == schema);
    target.is_some_and(|(now, _)| {
        let primary = now.primary_key.as_ref().is_some_and(|k| k.columns == key.ref_columns);
        let unique = now.uniques.iter().any(|u| u.columns == key.ref_columns);
        let index =
            now.indexes.iter().any(|i| i.unique && plain_columns(i).as_ref() == Some(&key.ref_columns));
        !(primary || unique || index)
    })
}

pub(super) fn said(what: &str, key: &ForeignKey, table: &str) -> String {
    format!(
        "{what} foreign key ({})({}) on table {table}",
        key.columns.join(", "),
        key.ref_columns.join(", ")
    )
}

/// Compared as inspection would report them: some databases do not tell every action apart.
fn same(dialect: Dialect, of: &Table, now: &ForeignKey, wanted: &ForeignKey) -> bool {
    let schema = |k: &ForeignKey| k.ref_schema.clone().filter(|s| of.schema.as_ref() != Some(s));
    let pairs = |k: &ForeignKey| {
        let mut pairs: Vec<(String, String)> =
            k.columns.iter().cloned().zip(k.ref_columns.iter().cloned()).collect();
        pairs.sort();
        pairs
    };
    let does = |k: &ForeignKey| {
        let alone = Table { foreign_keys: vec![k.clone()], ..Table::new("t") };
        let seen = as_inspected(dialect, &alone).foreign_keys.pop();
        seen.map(|k| (k.on_delete, k.on_update, k.deferrable, k.match_full))
    };
    pairs(now) == pairs(wanted)
        && now.ref_table == wanted.ref_table
        && schema(now) == schema(wanted)
        && does(now) == does(wanted)
}
