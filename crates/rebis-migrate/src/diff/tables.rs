//! Tables that were added or removed. Invariant: a table is created after those it refers to and dropped before them; a circle is opened first.

use rebis_engine::as_inspected;
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Table, sort_tables};
use rebis_sql::{Ddl, Dialect};

use super::{Noted, indexes, rename};

/// Foreign keys that close a circle come behind the new tables, those to tables that change behind everything, in `last`.
pub(super) fn added(
    added: &[&Table],
    removed: &[&Table],
    pairs: &[(&Table, &Table)],
    dialect: Dialect,
    found: &mut Vec<Noted>,
    last: &mut Vec<Noted>,
) {
    let (order, edges) = sort_tables(added);
    let mut closing = Vec::new();
    for table in order {
        let mut create = table.clone();
        let later = std::mem::take(&mut create.indexes);
        // SQLite would not ask for the order, but the script may run on another database one day.
        let closes = |i: usize| edges.iter().any(|e| e.table == table.name && e.foreign_key == i);
        create.foreign_keys = Vec::new();
        for (i, key) in table.foreign_keys.iter().enumerate() {
            let waits = super::foreign_keys::waits(table, key, dialect, pairs);
            if !closes(i) && !waits {
                create.foreign_keys.push(key.clone());
                continue;
            }
            let list = if waits { &mut *last } else { &mut closing };
            list.push(Noted::new(
                Ddl::AddConstraint {
                    schema: table.schema.clone(),
                    table: table.name.clone(),
                    constraint: Constraint::ForeignKey(key.clone()),
                },
                super::foreign_keys::said("added", key, &table.name),
            ));
        }
        let mut noted = Noted::new(
            Ddl::CreateTable { table: create, if_not_exists: false },
            format!("added table '{}'", table.name),
        );
        if let Some(note) = rename::table_hint(table, removed) {
            noted = noted.note(note);
        }
        found.push(noted);
        for index in sorted_by_name(later) {
            found.push(indexes::create(table, index));
        }
    }
    found.extend(closing);
}

pub(super) fn removed(removed: &[&Table], found: &mut Vec<Noted>) {
    let (order, edges) = sort_tables(removed);
    for edge in &edges {
        let Some(table) = order.iter().find(|t| t.name == edge.table) else { continue };
        let Some(key) = table.foreign_keys.get(edge.foreign_key) else { continue };
        let Some(name) = &key.name else { continue };
        found.push(Noted::new(
            Ddl::DropConstraint {
                schema: table.schema.clone(),
                table: table.name.clone(),
                name: name.clone(),
                kind: ConstraintKind::ForeignKey,
            },
            super::foreign_keys::said("removed", key, &table.name),
        ));
    }
    for table in order.into_iter().rev() {
        for index in sorted_by_name(table.indexes.clone()) {
            if !indexes::implied(&index, table) {
                found.push(indexes::drop(table, &index));
            }
        }
        found.push(Noted::new(
            Ddl::DropTable { schema: table.schema.clone(), table: table.name.clone(), if_exists: false },
            format!("removed table '{}'", table.name),
        ));
    }
}

pub(super) fn comment(there: &Table, model: &Table, dialect: Dialect, found: &mut Vec<Noted>) {
    let said = |t: &Table| t.comment.clone().filter(|c| !c.is_empty());
    if !dialect.capabilities().comments || said(there) == said(model) {
        return;
    }
    found.push(Noted::new(
        Ddl::CommentTable { schema: model.schema.clone(), table: model.name.clone(), comment: said(model) },
        format!("table comment '{}'", model.name),
    ));
}

/// The options that the models declare; those that only the database has are nobody's business.
pub(super) fn options(there: &Table, model: &Table, dialect: Dialect, found: &mut Vec<Noted>) {
    let (seen, expected) = (as_inspected(dialect, there), as_inspected(dialect, model));
    for (option, wanted) in &expected.options {
        let Some((_, called)) = option.split_once('_') else { continue };
        // What the database gives to any table counts as well.
        let now = seen.option_now(dialect, called);
        if now.is_some_and(|now| now.eq_ignore_ascii_case(wanted)) {
            continue;
        }
        found.push(Noted::new(
            Ddl::AlterTableOption {
                schema: model.schema.clone(),
                table: model.name.clone(),
                option: option.clone(),
                from: now.map(str::to_owned),
                to: Some(wanted.clone()),
                columns: Vec::new(),
                keep: Vec::new(),
            },
            format!("option {option} from {} to {wanted} on table '{}'", now.unwrap_or("none"), model.name),
        ));
    }
}

fn sorted_by_name(mut indexes: Vec<rebis_sql::schema::Index>) -> Vec<rebis_sql::schema::Index> {
    indexes.sort_by(|a, b| a.name.cmp(&b.name));
    indexes
}
