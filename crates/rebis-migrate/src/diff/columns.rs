//! Columns that were added, removed or changed. Invariant: one operation per changed column; it carries the column as it is.

use rebis_engine::as_inspected;
use rebis_sql::ddl::ColumnChange;
use rebis_sql::schema::{Column, Table};
use rebis_sql::{Ddl, Dialect};

use super::{Noted, defaults, rename, types};

pub(super) fn added(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    let gone: Vec<&Column> = there.columns.iter().filter(|c| model.column(&c.name).is_none()).collect();
    for column in model.columns.iter().filter(|c| there.column(&c.name).is_none()) {
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
                "{}.{} is NOT NULL without a default: this fails if the table holds rows. Add a server_default, or let it be NULL, \
                 fill it with op.execute(…), and then set NOT NULL.",
                model.name, column.name
            ));
        }
        found.push(noted);
    }
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

pub(super) fn altered(there: &Table, model: &Table, dialect: Dialect, found: &mut Vec<Noted>) {
    let (seen, expected) = (as_inspected(dialect, there), as_inspected(dialect, model));
    for wanted in &model.columns {
        let Some(now) = there.column(&wanted.name) else { continue };
        let (Some(seen), Some(expected)) = (seen.column(&wanted.name), expected.column(&wanted.name)) else {
            continue;
        };
        let at = format!("'{}.{}'", model.name, wanted.name);
        let mut change = ColumnChange::default();
        let mut said = Vec::new();
        let mut notes = Vec::new();
        if !types::same(dialect, seen, expected) {
            change.ty = Some(wanted.ty.clone());
            said.push(format!(
                "type change from {} to {} on {at}",
                types::spelled(dialect, &now.ty),
                types::spelled(dialect, &wanted.ty)
            ));
        }
        let settled = now.computed.is_some() || now.identity.is_some() || model.is_key(&wanted.name);
        if now.nullable != wanted.nullable && !settled {
            change.nullable = Some(wanted.nullable);
            said.push(format!("{} on column {at}", if wanted.nullable { "NULL" } else { "NOT NULL" }));
            if !wanted.nullable {
                notes.push(format!(
                    "{}.{} becomes NOT NULL: this fails while rows hold NULL there. Fill them first, with op.execute(…).",
                    model.name, wanted.name
                ));
            }
        }
        if !defaults::same(seen, expected) {
            change.default = Some(wanted.default.clone());
            said.push(format!("server default on column {at}"));
        }
        let comment = |c: &Column| c.comment.clone().filter(|c| !c.is_empty());
        if dialect.capabilities().comments && comment(now) != comment(wanted) {
            change.comment = Some(comment(wanted));
            said.push(format!("column comment {at}"));
        }
        if now.computed.is_some() != wanted.computed.is_some() {
            tracing::warn!(target: "rebis::migrate", "Generated column {at} cannot be altered; drop and add it by hand");
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
