//! `op.create_table(…)`. Invariant: a column says only what it does not have by itself.

use rebis_sql::schema::{Column, ForeignKey, ReferentialAction, Table, Unique};

use super::layout::{block, statement};
use super::{Doc, call, cannot, text, texts, types, values, word};
use crate::Result;
use crate::op::counted;

pub(super) fn create(table: &Table, if_not_exists: bool, indent: usize) -> Result<String> {
    if let Some(index) = table.indexes.first() {
        return Err(cannot(format_args!("the index {} inside of a table", index.name)));
    }
    block("create_table", &table.name, "t", indent, |indent| body(table, if_not_exists, indent))
}

fn body(table: &Table, if_not_exists: bool, indent: usize) -> Result<String> {
    let mut body = String::new();
    let mut line = |links: &[Doc]| body.push_str(&statement("t", links, indent));

    let inline = table.primary_key.as_ref().filter(|k| k.name.is_none() && k.columns.len() == 1);
    let counted = counted(table).map(|at| table.columns[at].name.as_str());
    for column in &table.columns {
        let key = inline.is_some_and(|k| k.columns[0] == column.name);
        let mut links = vec![call("column", [text(&column.name), types::type_of(&column.ty)?])];
        if key {
            links.push(call("primary_key", []));
        }
        links.extend(of_column(column, key || table.is_key(&column.name), counted == Some(&column.name))?);
        line(&links);
    }
    if let Some(key) = table.primary_key.as_ref().filter(|_| inline.is_none()) {
        line(&constraint(call("primary_key", [texts(&key.columns)]), key.name.as_deref()));
    }
    for key in &table.foreign_keys {
        let begin = call("foreign_key", [texts(&key.columns), text(&key.ref_table), texts(&key.ref_columns)]);
        let mut links = constraint(begin, key.name.as_deref());
        links.extend(of_foreign_key(key));
        line(&links);
    }
    for unique in &table.uniques {
        let mut links = constraint(call("unique", [texts(&unique.columns)]), unique.name.as_deref());
        links.extend(of_unique(unique));
        line(&links);
    }
    for check in &table.checks {
        line(&constraint(call("check", [text(&check.sql)]), check.name.as_deref()));
    }
    for exclusion in &table.exclusions {
        line(&super::op::exclusion("exclude", None, exclusion));
    }
    if let Some(comment) = &table.comment {
        line(&[call("comment", [text(comment)])]);
    }
    for (option, value) in &table.options {
        line(&[call("option", [text(option), text(value)])]);
    }
    if if_not_exists {
        line(&[call("if_not_exists", [])]);
    }
    Ok(body)
}

/// What a column says beyond its name and type.
pub(super) fn of_column(column: &Column, key: bool, counted: bool) -> Result<Vec<Doc>> {
    let mut links = Vec::new();
    if !column.nullable && !key {
        links.push(call("not_null", []));
    }
    match (column.autoincrement, counted) {
        (true, false) => links.push(call("autoincrement", [])),
        (false, true) => links.push(call("no_autoincrement", [])),
        _ => {}
    }
    if let Some(default) = &column.default {
        links.push(call("server_default", [values::default(default)?]));
    }
    if let Some(computed) = &column.computed {
        links.push(call("computed", [text(&computed.sql), word(&computed.stored.to_string())]));
    }
    if let Some(identity) = &column.identity {
        links.push(call("identity", [values::identity(identity)]));
    }
    links.extend(column.collation.as_ref().map(|c| call("collation", [values::collation(c)])));
    if let Some(comment) = &column.comment {
        links.push(call("comment", [text(comment)]));
    }
    Ok(links)
}

/// What a foreign key says beyond its columns and name.
pub(super) fn of_foreign_key(key: &ForeignKey) -> Vec<Doc> {
    let mut links = Vec::new();
    for (link, action) in [("on_delete", key.on_delete), ("on_update", key.on_update)] {
        if action != ReferentialAction::NoAction {
            links.push(call(link, [word(&format!("{action:?}"))]));
        }
    }
    links.extend(deferrable(key.deferrable));
    links.extend(key.match_full.then(|| call("match_full", [])));
    if let Some(schema) = &key.ref_schema {
        links.push(call("ref_schema", [text(schema)]));
    }
    links
}

/// What a unique constraint says beyond its columns and name.
pub(super) fn of_unique(unique: &Unique) -> Vec<Doc> {
    let mut links = Vec::from_iter(deferrable(unique.deferrable));
    links.extend(unique.nulls_not_distinct.then(|| call("nulls_not_distinct", [])));
    links
}

/// When the check of a constraint is made.
fn deferrable(how: Option<bool>) -> Option<Doc> {
    how.map(|deferred| call("deferrable", [word(&deferred.to_string())]))
}

fn constraint(begin: Doc, name: Option<&str>) -> Vec<Doc> {
    let mut links = vec![begin];
    links.extend(name.map(|n| call("name", [text(n)])));
    links
}
