//! Indexes, by name. Invariant: an index that a database made by itself (for a foreign key, for a constraint) is nobody's.

use rebis_sql::schema::{Index, IndexKey, Table};
use rebis_sql::{Ddl, Dialect};

use super::{Noted, listed, uniques};

pub(super) fn compare(there: &Table, model: &Table, dialect: Dialect, found: &mut Vec<Noted>) {
    let mut now = uniques::indexes_left(there, model, dialect);
    let mut wanted = uniques::indexes_left(model, there, dialect);
    now.sort_by(|a, b| a.name.cmp(&b.name));
    wanted.sort_by(|a, b| a.name.cmp(&b.name));
    for index in &now {
        if !wanted.iter().any(|w| w.name == index.name) && !implied(index, there) {
            found.push(drop(model, index));
        }
    }
    for index in &wanted {
        if let Some(old) = now.iter().find(|n| n.name == index.name)
            && let Some(what) = changed(old, index)
        {
            let said = format!("changed index '{}' on '{}': {what}", index.name, model.name);
            found.push(Noted { detected: said.clone(), ..drop(model, old) });
            found.push(Noted { detected: said, ..create(model, (*index).clone()) });
        }
    }
    for index in wanted {
        if !now.iter().any(|n| n.name == index.name) {
            found.push(create(model, index.clone()));
        }
    }
}

pub(super) fn create(table: &Table, index: Index) -> Noted {
    let said = format!("added index '{}' on '{}'", index.name, listed(&names(&index)));
    Noted::new(
        Ddl::CreateIndex {
            schema: table.schema.clone(),
            table: table.name.clone(),
            index,
            if_not_exists: false,
            concurrently: false,
        },
        said,
    )
}

pub(super) fn drop(table: &Table, index: &Index) -> Noted {
    Noted::new(
        Ddl::DropIndex {
            schema: table.schema.clone(),
            table: table.name.clone(),
            name: index.name.clone(),
            if_exists: false,
        },
        format!("removed index '{}' on '{}'", index.name, table.name),
    )
}

/// MySQL makes an index for a foreign key that has none, and names it after the key or its first column.
pub(super) fn implied(index: &Index, table: &Table) -> bool {
    let columns = plain_columns(index);
    !index.unique
        && table.foreign_keys.iter().any(|key| {
            columns.as_ref() == Some(&key.columns)
                && (key.name.as_ref() == Some(&index.name) || key.columns.first() == Some(&index.name))
        })
}

/// The columns, when it indexes nothing but whole columns of all rows.
pub(super) fn plain_columns(index: &Index) -> Option<Vec<String>> {
    if index.filter.is_some() {
        return None;
    }
    index
        .keys
        .iter()
        .map(|k| match k {
            IndexKey::Column { name, .. } => Some(name.clone()),
            IndexKey::Expression(_) => None,
        })
        .collect()
}

/// What has changed. The condition's words and the method are not compared: databases write them anew.
fn changed(now: &Index, wanted: &Index) -> Option<String> {
    if now.unique != wanted.unique {
        return Some(format!("unique={} to unique={}", now.unique, wanted.unique));
    }
    if now.keys.len() != wanted.keys.len() {
        return Some(format!("expression number {} to {}", now.keys.len(), wanted.keys.len()));
    }
    let differing = now.keys.iter().zip(&wanted.keys).position(|(a, b)| key(a) != key(b));
    if let Some(i) = differing {
        return Some(format!("expression #{} '{}' to '{}'", i + 1, key(&now.keys[i]), key(&wanted.keys[i])));
    }
    (now.filter.is_some() != wanted.filter.is_some()).then(|| {
        let said = |i: &Index| i.filter.clone().unwrap_or_else(|| String::from("none"));
        format!("condition {} to {}", said(now), said(wanted))
    })
}

fn key(key: &IndexKey) -> String {
    match key {
        IndexKey::Column { name, descending } => format!("{name}{}", if *descending { " DESC" } else { "" }),
        IndexKey::Expression(sql) => simplified(sql),
    }
}

/// An expression without what databases add to it: casts, quotes, brackets, spaces.
pub(super) fn simplified(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        if let Some(cast) = rest.strip_prefix("::") {
            let end =
                cast.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ' ')).unwrap_or(cast.len());
            rest = &cast[end..];
            continue;
        }
        if !matches!(c, '"' | '`' | '(' | ')') && !c.is_whitespace() {
            text.extend(c.to_lowercase());
        }
        rest = &rest[c.len_utf8()..];
    }
    text
}

fn names(index: &Index) -> Vec<String> {
    index.keys.iter().map(key).collect()
}
