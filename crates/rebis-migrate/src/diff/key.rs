//! Primary keys that changed. Invariant: what refers to a key leaves before the key does and comes back when the models still have it.

use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{Column, ForeignKey, PrimaryKey, Schema, Table};
use rebis_sql::{Ddl, Dialect};

use super::{Noted, by_name, named};
use crate::Op;

/// Drops the foreign keys that refer to a key that changes, where a database insists; `database` goes along.
pub(super) fn open(database: &mut Schema, models: &Schema, dialect: Dialect, found: &mut Vec<Noted>) {
    if !dialect.capabilities().alter_table {
        return;
    }
    let wanted = by_name(models);
    let changed: Vec<Table> = database
        .tables
        .iter()
        .filter(|t| wanted.get(&named(t)).is_some_and(|model| differs(t, model)))
        .cloned()
        .collect();
    for to in &changed {
        let key = columns(to);
        let refers = |from: &Table, k: &ForeignKey| {
            k.ref_table == to.name
                && k.ref_schema.as_ref().or(from.schema.as_ref()) == to.schema.as_ref()
                && k.ref_columns == key
        };
        for from in &mut database.tables {
            let (gone, stays) = from.foreign_keys.clone().into_iter().partition(|k| refers(from, k));
            from.foreign_keys = stays;
            let gone: Vec<ForeignKey> = gone;
            for key in gone {
                let Some(name) = key.name.clone() else { continue };
                let said = format!(
                    "{}, for its key changes",
                    super::foreign_keys::said("removed", &key, &from.name)
                );
                found.push(Noted::new(drop_op(from, name, ConstraintKind::ForeignKey), said));
            }
        }
    }
}

/// The old key goes, before columns come.
pub(super) fn removed(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    if !differs(there, model) {
        return;
    }
    let said = said(there, model);
    for column in counted(there).filter(|c| !counts(model, &c.name)) {
        found.push(Noted::new(count(there, column, false), said.clone()));
    }
    if let Some(key) = there.primary_key.as_ref().filter(|k| !k.columns.is_empty()) {
        // A database that does not name the key knows it all the same.
        let name = key.name.clone().unwrap_or_else(|| format!("{}_pkey", there.name));
        found.push(Noted::new(drop_op(model, name, ConstraintKind::PrimaryKey), said));
    }
}

/// The new key comes, behind the columns.
pub(super) fn added(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    if !differs(there, model) {
        return;
    }
    let said = said(there, model);
    if let Some(key) = model.primary_key.as_ref().filter(|k| !k.columns.is_empty()) {
        found.push(Noted::new(
            Ddl::AddConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                constraint: Constraint::PrimaryKey(PrimaryKey { ..key.clone() }),
            },
            said.clone(),
        ));
    }
    for column in counted(model).filter(|c| there.column(&c.name).is_some() && !counts(there, &c.name)) {
        let existing = there.column(&column.name).unwrap_or(column);
        found.push(Noted::new(count(model, existing, true), said.clone()));
    }
}

pub(super) fn differs(there: &Table, model: &Table) -> bool {
    columns(there) != columns(model)
}

fn columns(table: &Table) -> Vec<String> {
    table.primary_key.as_ref().map(|k| k.columns.clone()).unwrap_or_default()
}

fn counted(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|c| c.autoincrement && c.identity.is_none())
}

fn counts(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|c| c.autoincrement)
}

fn count(table: &Table, existing: &Column, yes: bool) -> Op {
    let change = ColumnChange { autoincrement: Some(yes), ..ColumnChange::default() };
    let existing = Column { autoincrement: !yes, nullable: false, ..existing.clone() };
    Ddl::AlterColumn { schema: table.schema.clone(), table: table.name.clone(), existing, change }.into()
}

fn drop_op(table: &Table, name: String, kind: ConstraintKind) -> Op {
    Ddl::DropConstraint { schema: table.schema.clone(), table: table.name.clone(), name, kind }.into()
}

fn said(there: &Table, model: &Table) -> String {
    format!(
        "primary key ({}) to ({}) on table '{}'",
        columns(there).join(", "),
        columns(model).join(", "),
        model.name
    )
}
