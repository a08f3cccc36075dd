//! Columns that were added, removed or changed. Invariant: one operation per changed column; it carries the column as it is.

use std::collections::HashMap;

use rebis_engine::as_inspected;
use rebis_sql::ddl::{ColumnChange, ConstraintKind};
use rebis_sql::schema::{Column, Schema, Table};
use rebis_sql::{Ddl, Dialect, SqlType};

use super::words::same_sql;
use super::{ColumnPair, FAILS, Hooks, Noted, defaults, rename, sorted, types};
use crate::Op;
use crate::op::{excludes, is_over, mentions};

pub(super) fn added(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    let gone: Vec<&Column> = there.columns.iter().filter(|c| model.column(&c.name).is_none()).collect();
    let mut new: Vec<&Column> = model.columns.iter().filter(|c| there.column(&c.name).is_none()).collect();
    // A column that counts up may have to become the key at once; the key is the next operation.
    new.sort_by_key(|c| c.autoincrement);
    for column in new {
        let mut noted = Noted::new(
            Ddl::AddColumn {
                schema: model.schema.clone(),
                table: model.name.clone(),
                column: column.clone(),
            },
            format!("added column '{}.{}'", model.name, column.name),
        );
        if let Some(note) = rename::column_hint(&model.name, column, &gone) {
            noted = noted.note(note);
        }
        let filled = column.default.is_some() || column.computed.is_some() || column.autoincrement;
        if !column.nullable && !filled && column.identity.is_none() {
            noted = noted.note(format!(
                "{}.{} is NOT NULL without a default: {FAILS} if the table holds rows. Add a server_default, or let it be NULL, \
                 fill it with op.execute(…), and then set NOT NULL.",
                model.name, column.name
            ));
        }
        found.push(noted);
    }
}

/// Generated columns whose expression changed, and columns that become generated or cease to be: they go and come back, with what is over
/// them; `database` goes along.
pub(super) fn replaced(database: &mut Schema, models: &Schema, dialect: Dialect, found: &mut Vec<Noted>) {
    let generated = |t: &Table| t.columns.iter().any(|c| c.computed.is_some());
    let places: HashMap<(Option<String>, String), usize> =
        database.tables.iter().enumerate().map(|(i, t)| ((t.schema.clone(), t.name.clone()), i)).collect();
    for model in sorted(models) {
        let Some(&at) = places.get(&(model.schema.clone(), model.name.clone())) else { continue };
        if !generated(model) && !generated(&database.tables[at]) {
            continue;
        }
        let there = database.tables[at].clone();
        let (seen, expected) = (as_inspected(dialect, &there), as_inspected(dialect, model));
        for wanted in &model.columns {
            let (Some(now), Some(then)) = (seen.column(&wanted.name), expected.column(&wanted.name)) else {
                continue;
            };
            let note = match (&now.computed, &then.computed) {
                (Some(now), Some(then)) if now.stored == then.stored && same_sql(&now.sql, &then.sql) => {
                    continue;
                }
                (None, None) => continue,
                (Some(_), Some(_)) => None,
                (Some(_), None) => Some("is no generated column any more: its values are not kept"),
                (None, Some(_)) => Some("becomes a generated column: the values it holds are lost"),
            };
            let said = format!("computed default on column '{}.{}'", model.name, wanted.name);
            for op in replace(&there, model, wanted) {
                if op.apply(database).is_ok() {
                    let mut noted = Noted::new(op, said.clone());
                    if let (Some(note), Some(Ddl::DropColumn { .. })) = (note, noted.op.to_ddl()) {
                        noted = noted.note(format!("{}.{} {note}.", model.name, wanted.name));
                    }
                    found.push(noted);
                }
            }
        }
    }
}

/// What is over the column goes by its name: some databases drop it with the column, some refuse, some shrink it.
fn replace(there: &Table, model: &Table, wanted: &Column) -> Vec<Op> {
    let (schema, table, column) = (model.schema.clone(), model.name.clone(), wanted.name.clone());
    let mut ops = dependents(there, &column);
    ops.push(Ddl::DropColumn { schema: schema.clone(), table: table.clone(), column }.into());
    ops.push(Ddl::AddColumn { schema, table, column: wanted.clone() }.into());
    ops
}

/// The drops of indexes and constraints that need a column.
fn dependents(there: &Table, column: &str) -> Vec<Op> {
    let uses = |columns: &[String]| columns.iter().any(|c| c == column);
    let (schema, table) = (&there.schema, &there.name);
    let constraint = |name: &Option<String>, kind: ConstraintKind| -> Option<Op> {
        let (schema, table, name) = (schema.clone(), table.clone(), name.clone()?);
        Some(Ddl::DropConstraint { schema, table, name, kind }.into())
    };
    let keys = there.foreign_keys.iter().filter(|k| uses(&k.columns));
    let uniques = there.uniques.iter().filter(|u| uses(&u.columns));
    let checks = there.checks.iter().filter(|c| mentions(&c.sql, column));
    let exclusions = there.exclusions.iter().filter(|e| excludes(e, column));
    let indexes = there.indexes.iter().filter(|i| is_over(i, column));
    keys.filter_map(|k| constraint(&k.name, ConstraintKind::ForeignKey))
        .chain(uniques.filter_map(|u| constraint(&u.name, ConstraintKind::Unique)))
        .chain(checks.filter_map(|c| constraint(&c.name, ConstraintKind::Check)))
        .chain(exclusions.filter_map(|e| constraint(&e.name, ConstraintKind::Exclusion)))
        .chain(indexes.map(|i| {
            let (schema, table, name) = (schema.clone(), table.clone(), i.name.clone());
            Ddl::DropIndex { schema, table, name, if_exists: false, concurrently: false }.into()
        }))
        .collect()
}

/// Whether a column that stays gets another type or collation.
pub(super) fn becomes_another(there: &Table, model: &Table, column: &str, dialect: Dialect) -> bool {
    // Most columns are plainly the same, and need no second look.
    if let (Some(now), Some(then)) = (there.column(column), model.column(column))
        && now.ty == then.ty
        && now.collation.is_none()
        && then.collation.is_none()
        && model.option(dialect, "collate").is_none()
    {
        return false;
    }
    let one = |table: &Table| {
        let alone = Table {
            columns: table.column(column).cloned().into_iter().collect(),
            primary_key: table.primary_key.clone(),
            options: table.options.clone(),
            usual: table.usual.clone(),
            ..Table::new(table.name.clone())
        };
        as_inspected(dialect, &alone)
    };
    let (seen, expected) = (one(there), one(model));
    let (Some(now), Some(then)) = (seen.columns.first(), expected.columns.first()) else { return false };
    let collation = |c: &Column, table: &Table| {
        let own = c.collation.as_ref().and_then(|c| c.on(dialect));
        own.or_else(|| table.option_now(dialect, "collate")).map(str::to_owned)
    };
    let same_collation = match (collation(now, &seen), collation(then, &expected)) {
        (Some(a), Some(b)) => a == b,
        // What the models do not speak of stays, but for a column's own.
        (_, None) => now.collation.is_none(),
        (None, Some(_)) => then.collation.is_none() && expected.option(dialect, "collate").is_none(),
    };
    !types::same(dialect, now, then) || (is_text(&then.ty) && !same_collation)
}

fn is_text(ty: &SqlType) -> bool {
    matches!(ty, SqlType::String(_) | SqlType::Text | SqlType::Enum { .. } | SqlType::Uuid)
}

pub(super) fn removed(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    for column in there.columns.iter().filter(|c| model.column(&c.name).is_none()) {
        found.push(Noted::new(
            Ddl::DropColumn {
                schema: model.schema.clone(),
                table: model.name.clone(),
                column: column.name.clone(),
            },
            format!("removed column '{}.{}'", model.name, column.name),
        ));
    }
}

pub(super) fn altered(there: &Table, model: &Table, dialect: Dialect, hooks: &Hooks, found: &mut Vec<Noted>) {
    let (seen, expected) = (as_inspected(dialect, there), as_inspected(dialect, model));
    // What the table says, a column need not.
    let usual = expected.option(dialect, "collate").or_else(|| seen.option_now(dialect, "collate"));
    for wanted in &model.columns {
        let Some(now) = there.column(&wanted.name) else { continue };
        let (Some(seen), Some(expected)) = (seen.column(&wanted.name), expected.column(&wanted.name)) else {
            continue;
        };
        let at = format!("'{}.{}'", model.name, wanted.name);
        let mut change = ColumnChange::default();
        let mut said = Vec::new();
        let mut notes = Vec::new();
        let pair = ColumnPair { table: model, database: seen, model: expected };
        if hooks.type_differs(&pair, !types::same(dialect, seen, expected)) {
            change.ty = Some(wanted.ty.clone());
            let gone = types::labels_gone(&now.ty, &wanted.ty);
            if !gone.is_empty() {
                notes.push(format!(
                    "{}.{}: the labels {} go: {FAILS} while rows hold them. Give those another label first, with op.execute(…).",
                    model.name,
                    wanted.name,
                    gone.join(", ")
                ));
            }
            said.push(format!("{} on {at}", types::changed(dialect, &now.ty, &wanted.ty)));
        }
        // What the database makes, and what is a key, is NOT NULL whatever is said.
        let settled = now.computed.is_some()
            || (now.identity.is_some() && expected.identity.is_some())
            || model.is_key(&wanted.name);
        let wants_null = wanted.nullable && expected.identity.is_none();
        if now.nullable != wants_null && !settled {
            change.nullable = Some(wants_null);
            said.push(format!("{} on column {at}", if wants_null { "NULL" } else { "NOT NULL" }));
            if !wants_null {
                notes.push(format!(
                    "{}.{} becomes NOT NULL: {FAILS} while rows hold NULL there. Fill them first, with op.execute(…).",
                    model.name, wanted.name
                ));
            }
        }
        if hooks.default_differs(&pair, !defaults::same(seen, expected)) {
            change.default = Some(wanted.default.clone());
            said.push(format!("server default on column {at}"));
        }
        let own = |c: &Column| {
            let called = c.collation.as_ref().and_then(|c| c.on(dialect));
            called.filter(|c| Some(*c) != usual).map(str::to_owned)
        };
        if own(seen) != own(expected) {
            change.collation = Some(wanted.collation.clone().filter(|c| c.on(dialect).is_some()));
            let called = |c: &Column| own(c).unwrap_or_else(|| String::from("the usual one"));
            said.push(format!("collation change from {} to {} on {at}", called(seen), called(expected)));
        }
        let comment = |c: &Column| c.comment.clone().filter(|c| !c.is_empty());
        if dialect.capabilities().comments && comment(now) != comment(wanted) {
            change.comment = Some(comment(wanted));
            said.push(format!("column comment {at}"));
        }
        if seen.identity != expected.identity {
            change.identity = Some(expected.identity.clone());
            let counts = expected.identity.is_none() && expected.autoincrement;
            change.autoincrement = counts.then_some(true);
            said.push(format!("server default on column {at}: identity"));
        }
        if said.is_empty() {
            continue;
        }
        let op = Ddl::AlterColumn {
            schema: model.schema.clone(),
            table: model.name.clone(),
            existing: now.clone(),
            change,
        };
        found.push(Noted { notes, ..Noted::new(op, said.join("; ")) });
    }
}
