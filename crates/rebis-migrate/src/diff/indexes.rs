//! Indexes, by name. Invariant: an index that a database made by itself (for a foreign key, for a constraint) is nobody's.

use rebis_engine::as_inspected;
use rebis_sql::schema::{Index, IndexKey, Table};
use rebis_sql::{Ddl, Dialect};

use super::words::{same_key, same_sql};
use super::{Noted, listed, uniques};

pub(super) fn compare(there: &Table, model: &Table, dialect: Dialect, found: &mut Vec<Noted>) {
    let mut now = uniques::indexes_left(there, model, dialect);
    let mut wanted = uniques::indexes_left(model, there, dialect);
    // What a database leaves out is no difference.
    let (seen, expected) = (as_inspected(dialect, there), as_inspected(dialect, model));
    now.sort_by(|a, b| a.name.cmp(&b.name));
    wanted.sort_by(|a, b| a.name.cmp(&b.name));
    for index in &now {
        if !wanted.iter().any(|w| w.name == index.name) && !implied(index, there) {
            found.push(drop(model, index));
        }
    }
    for index in &wanted {
        if let Some(old) = now.iter().find(|n| n.name == index.name)
            && let (Some(seen), Some(expected)) = (find(&seen, index), find(&expected, index))
            && let Some(what) = changed(seen, expected)
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

fn find<'a>(of: &'a Table, index: &Index) -> Option<&'a Index> {
    of.indexes.iter().find(|i| i.name == index.name)
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
            concurrently: false,
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

/// What has changed, of indexes as inspection reports them.
fn changed(now: &Index, wanted: &Index) -> Option<String> {
    let method = |i: &Index| i.method.clone().unwrap_or_else(|| String::from("the usual one"));
    if now.method != wanted.method {
        return Some(format!("method {} to {}", method(now), method(wanted)));
    }
    if now.unique != wanted.unique {
        return Some(format!("unique={} to unique={}", now.unique, wanted.unique));
    }
    if now.nulls_not_distinct != wanted.nulls_not_distinct {
        let said = |i: &Index| if i.nulls_not_distinct { "NULLS NOT DISTINCT" } else { "NULLS DISTINCT" };
        return Some(format!("{} to {}", said(now), said(wanted)));
    }
    if now.keys.len() != wanted.keys.len() {
        return Some(format!("expression number {} to {}", now.keys.len(), wanted.keys.len()));
    }
    let differing = now.keys.iter().zip(&wanted.keys).position(|(a, b)| !same_key(&key(a), &key(b)));
    if let Some(i) = differing {
        return Some(format!("expression #{} '{}' to '{}'", i + 1, key(&now.keys[i]), key(&wanted.keys[i])));
    }
    let same_filter = match (&now.filter, &wanted.filter) {
        (Some(now), Some(wanted)) => same_sql(now, wanted),
        (now, wanted) => now.is_none() && wanted.is_none(),
    };
    if !same_filter {
        let said = |i: &Index| i.filter.clone().unwrap_or_else(|| String::from("none"));
        return Some(format!("condition {} to {}", said(now), said(wanted)));
    }
    // What is not said of how it is stored, and of how much of a column it is over, is left alone.
    let length = |(column, length): &&(String, u32)| !now.lengths.contains(&(column.clone(), *length));
    if let Some((column, length)) = wanted.lengths.iter().find(length) {
        return Some(format!("length of '{column}' to {length}"));
    }
    let held = |option: &str| now.options.iter().find(|(o, _)| o == option).map(|(_, value)| value.as_str());
    let other = wanted.options.iter().find(|(option, value)| held(option) != Some(value));
    if let Some((option, value)) = other {
        return Some(format!("{option} {} to {value}", held(option).unwrap_or("unset")));
    }
    let said = |columns: &[String]| format!("({})", columns.join(", "));
    (now.include != wanted.include)
        .then(|| format!("included columns {} to {}", said(&now.include), said(&wanted.include)))
}

fn key(key: &IndexKey) -> String {
    match key {
        IndexKey::Column { name, descending } => format!("{name}{}", if *descending { " DESC" } else { "" }),
        IndexKey::Expression(sql) => sql.clone(),
    }
}

fn names(index: &Index) -> Vec<String> {
    index.keys.iter().map(key).collect()
}
