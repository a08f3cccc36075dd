//! Foreign keys, by what they say. Invariant: names are not compared, so a database that named a key itself shows no difference.

use std::collections::BTreeSet;

use rebis_engine::as_inspected;
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{ForeignKey, Schema, Table};
use rebis_sql::{Ddl, Dialect};

use super::indexes::plain_columns;
use super::{Noted, columns};

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

/// Where a database lets no column change its type that a foreign key is over or refers to, such keys go first, and come back behind all
/// changes; `database` goes along.
pub(super) fn loosened(database: &mut Schema, models: &Schema, dialect: Dialect, found: &mut Vec<Noted>) {
    if !crate::dialect::holds_references(dialect) {
        return;
    }
    let wanted = super::by_name(models);
    let mut changing: BTreeSet<(Option<String>, String, String)> = BTreeSet::new();
    for now in &database.tables {
        let Some(then) = wanted.get(&super::named(now)) else { continue };
        let columns = now.columns.iter().filter(|c| columns::becomes_another(now, then, &c.name, dialect));
        changing.extend(columns.map(|c| (now.schema.clone(), now.name.clone(), c.name.clone())));
    }
    if changing.is_empty() {
        return;
    }
    let changes = |schema: Option<&String>, table: &str, columns: &[String]| {
        columns.iter().any(|c| changing.contains(&(schema.cloned(), table.to_owned(), c.clone())))
    };
    for table in &mut database.tables {
        let (schema, name) = (table.schema.clone(), table.name.clone());
        let (gone, stay): (Vec<ForeignKey>, Vec<ForeignKey>) =
            std::mem::take(&mut table.foreign_keys).into_iter().partition(|key| {
                let to = key.ref_schema.as_ref().or(schema.as_ref());
                key.name.is_some()
                    && (changes(schema.as_ref(), &name, &key.columns)
                        || changes(to, &key.ref_table, &key.ref_columns))
            });
        table.foreign_keys = stay;
        for key in gone {
            let said = format!("{}, for a column of it changes", said("removed", &key, &name));
            found.push(Noted::new(
                Ddl::DropConstraint {
                    schema: schema.clone(),
                    table: name.clone(),
                    name: key.name.unwrap_or_default(),
                    kind: ConstraintKind::ForeignKey,
                },
                said,
            ));
        }
    }
}

/// A key to columns that become unique, or of another type, in the same migration goes to `closing`.
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
        let list = if waits(model, key, dialect, pairs) { &mut *closing } else { &mut *found };
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
pub(super) fn waits(model: &Table, key: &ForeignKey, dialect: Dialect, pairs: &[(&Table, &Table)]) -> bool {
    let schema = key.ref_schema.as_ref().or(model.schema.as_ref());
    let target = pairs.iter().find(|(_, t)| t.name == key.ref_table && t.schema.as_ref() == schema);
    target.is_some_and(|(now, then)| {
        if key.ref_columns.iter().any(|c| columns::becomes_another(now, then, c, dialect)) {
            return true;
        }
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
