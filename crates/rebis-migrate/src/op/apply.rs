//! Operations applied to a [`Schema`]. Invariant: the result is what inspection would find after the operation ran.

use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{Column, IndexKey, Schema, Table};
use rebis_sql::{Ddl, SqlType};

use super::names::{excludes, is_over, mentions, renamed};

pub(super) fn apply(ddl: &Ddl, all: &mut Schema) -> Result<(), String> {
    match ddl {
        Ddl::CreateTable { table, if_not_exists } => {
            if find(all, table.schema.as_deref(), &table.name).is_some() {
                return if *if_not_exists {
                    Ok(())
                } else {
                    Err(format!("table {} is there already", table.name))
                };
            }
            all.tables.push(table.clone());
            all.tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        }
        Ddl::DropTable { schema, table, if_exists } => match find(all, schema.as_deref(), table) {
            Some(i) => drop(all.tables.remove(i)),
            None if *if_exists => {}
            None => return Err(format!("there is no table {table}")),
        },
        Ddl::RenameTable { schema, from, to } => {
            table_mut(all, schema.as_deref(), from)?.name.clone_from(to);
            for key in
                all.tables.iter_mut().flat_map(|t| &mut t.foreign_keys).filter(|k| k.ref_table == *from)
            {
                key.ref_table.clone_from(to);
            }
            all.tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        }
        Ddl::AddColumn { schema, table, column } => {
            let t = table_mut(all, schema.as_deref(), table)?;
            if t.column(&column.name).is_some() {
                return Err(format!("column {table}.{} is there already", column.name));
            }
            t.columns.push(column.clone());
        }
        Ddl::DropColumn { schema, table, column } => {
            let t = table_mut(all, schema.as_deref(), table)?;
            let i = t.columns.iter().position(|c| c.name == *column);
            t.columns.remove(i.ok_or_else(|| format!("there is no column {table}.{column}"))?);
            forget(t, column);
        }
        Ddl::RenameColumn { schema, table, from, to } => {
            column_mut(all, schema.as_deref(), table, from)?.name.clone_from(to);
            rename(all, table, from, to);
        }
        Ddl::AlterColumn { schema, table, existing, change } => {
            alter(column_mut(all, schema.as_deref(), table, &existing.name)?, change);
        }
        Ddl::CreateIndex { schema, table, index, if_not_exists, .. } => {
            let t = table_mut(all, schema.as_deref(), table)?;
            if t.indexes.iter().any(|i| i.name == index.name) {
                return if *if_not_exists {
                    Ok(())
                } else {
                    Err(format!("index {} is there already", index.name))
                };
            }
            t.indexes.push(index.clone());
            t.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        }
        Ddl::DropIndex { schema, table, name, if_exists, .. } => {
            let t = table_mut(all, schema.as_deref(), table)?;
            let before = t.indexes.len();
            t.indexes.retain(|i| i.name != *name);
            if t.indexes.len() == before && !if_exists {
                return Err(format!("there is no index {name} on {table}"));
            }
        }
        Ddl::Guarded(change) => {
            // What is done already is no mistake.
            let mut tried = all.clone();
            if apply(change, &mut tried).is_ok() {
                *all = tried;
            }
        }
        Ddl::AddConstraint { schema, table, constraint } | Ddl::AddNotValid { schema, table, constraint } => {
            let t = table_mut(all, schema.as_deref(), table)?;
            match constraint.clone() {
                Constraint::PrimaryKey(c) => t.primary_key = Some(c),
                Constraint::ForeignKey(c) => t.foreign_keys.push(c),
                Constraint::Unique(c) => t.uniques.push(c),
                Constraint::Check(c) => t.checks.push(c),
            }
        }
        Ddl::AddExclusion { schema, table, exclusion } => {
            table_mut(all, schema.as_deref(), table)?.exclusions.push(exclusion.clone());
        }
        Ddl::DropConstraint { schema, table, name, kind } => {
            let t = table_mut(all, schema.as_deref(), table)?;
            let named = |n: &Option<String>| n.as_ref() == Some(name);
            match kind {
                ConstraintKind::PrimaryKey => t.primary_key = None,
                ConstraintKind::ForeignKey => t.foreign_keys.retain(|c| !named(&c.name)),
                ConstraintKind::Unique => t.uniques.retain(|c| !named(&c.name)),
                ConstraintKind::Check => t.checks.retain(|c| !named(&c.name)),
                ConstraintKind::Exclusion => t.exclusions.retain(|c| !named(&c.name)),
            }
        }
        Ddl::CommentTable { schema, table, comment } => {
            table_mut(all, schema.as_deref(), table)?.comment.clone_from(comment);
        }
        Ddl::AlterTableOption { schema, table, option, to, .. } => {
            let t = table_mut(all, schema.as_deref(), table)?;
            t.options.retain(|(name, _)| name != option);
            t.options.extend(to.clone().map(|value| (option.clone(), value)));
        }
        Ddl::AlterType { name, to, .. } => {
            for column in all.tables.iter_mut().flat_map(|t| &mut t.columns) {
                relabel(&mut column.ty, name, to);
            }
        }
        _ => {}
    }
    Ok(())
}

fn relabel(ty: &mut SqlType, called: &str, labels: &[String]) {
    match ty {
        SqlType::Enum { name, values } if name == called => *values = labels.to_vec(),
        SqlType::Array(of) => relabel(of, called, labels),
        _ => {}
    }
}

fn find(all: &Schema, schema: Option<&str>, table: &str) -> Option<usize> {
    all.tables.iter().position(|t| t.schema.as_deref() == schema && t.name == table)
}

fn table_mut<'a>(all: &'a mut Schema, schema: Option<&str>, table: &str) -> Result<&'a mut Table, String> {
    match find(all, schema, table) {
        Some(i) => Ok(&mut all.tables[i]),
        None => Err(format!("there is no table {table}")),
    }
}

fn column_mut<'a>(
    all: &'a mut Schema,
    schema: Option<&str>,
    table: &str,
    name: &str,
) -> Result<&'a mut Column, String> {
    let t = table_mut(all, schema, table)?;
    t.columns.iter_mut().find(|c| c.name == name).ok_or_else(|| format!("there is no column {table}.{name}"))
}

fn alter(column: &mut Column, change: &ColumnChange) {
    if let Some(ty) = &change.ty {
        column.ty = ty.clone();
    }
    if let Some(nullable) = change.nullable {
        column.nullable = nullable;
    }
    if let Some(default) = &change.default {
        column.default.clone_from(default);
    }
    if let Some(identity) = &change.identity {
        column.identity.clone_from(identity);
        column.autoincrement = identity.is_some();
        // Such a column forbids NULL by itself.
        column.nullable &= identity.is_none();
    }
    if let Some(counts) = change.autoincrement {
        column.autoincrement = counts;
    }
    if let Some(collation) = &change.collation {
        column.collation.clone_from(collation);
    }
    if let Some(comment) = &change.comment {
        column.comment.clone_from(comment);
    }
}

/// A dropped column takes with it what needs it, as PostgreSQL does.
fn forget(t: &mut Table, column: &str) {
    let uses = |columns: &[String]| columns.iter().any(|c| c == column);
    t.uniques.retain(|u| !uses(&u.columns));
    t.foreign_keys.retain(|k| !uses(&k.columns));
    t.checks.retain(|c| !mentions(&c.sql, column));
    t.exclusions.retain(|e| !excludes(e, column));
    t.indexes.retain(|i| !is_over(i, column));
    if t.primary_key.as_ref().is_some_and(|k| uses(&k.columns)) {
        t.primary_key = None;
    }
}

fn rename(all: &mut Schema, table: &str, from: &str, to: &str) {
    let swap = |columns: &mut Vec<String>| {
        for c in columns.iter_mut().filter(|c| *c == from) {
            to.clone_into(c);
        }
    };
    for t in &mut all.tables {
        for key in &mut t.foreign_keys {
            if key.ref_table == table {
                swap(&mut key.ref_columns);
            }
            if t.name == table {
                swap(&mut key.columns);
            }
        }
        if t.name != table {
            continue;
        }
        t.checks.iter_mut().for_each(|c| c.sql = renamed(&c.sql, from, to));
        for exclusion in &mut t.exclusions {
            exclusion.elements.iter_mut().for_each(|(sql, _)| *sql = renamed(sql, from, to));
            exclusion.filter = exclusion.filter.take().map(|sql| renamed(&sql, from, to));
        }
        for computed in t.columns.iter_mut().filter_map(|c| c.computed.as_mut()) {
            computed.sql = renamed(&computed.sql, from, to);
        }
        for index in &mut t.indexes {
            index.filter = index.filter.take().map(|sql| renamed(&sql, from, to));
            swap(&mut index.include);
            for key in &mut index.keys {
                if let IndexKey::Expression(sql) = key {
                    *sql = renamed(sql, from, to);
                }
            }
        }
        t.uniques.iter_mut().for_each(|u| swap(&mut u.columns));
        t.primary_key.iter_mut().for_each(|k| swap(&mut k.columns));
        for key in t.indexes.iter_mut().flat_map(|i| &mut i.keys) {
            if let IndexKey::Column { name, .. } = key
                && name == from
            {
                to.clone_into(name);
            }
        }
    }
}
