//! Whether two columns have one type. Invariant: they have when inspection finds the same, or the database would create them in the same
//! words.

use std::collections::BTreeSet;

use rebis_sql::schema::{Column, Schema, Table};
use rebis_sql::{Ddl, Dialect, SqlType};

use super::Noted;

/// Both columns as inspection reports them.
pub(super) fn same(dialect: Dialect, now: &Column, wanted: &Column) -> bool {
    // What Rebis has no name for cannot be compared; it was written by hand and stays.
    if now.ty == wanted.ty || matches!(now.ty, SqlType::Other(_)) {
        return true;
    }
    let integer = |c: &Column| matches!(c.ty, SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger);
    if !dialect.capabilities().alter_table && now.autoincrement && integer(wanted) {
        // The row's own number is so only as INTEGER, which holds 64 bits whatever it is called.
        return true;
    }
    let counts = now.autoincrement && wanted.autoincrement;
    created(dialect, &now.ty, counts) == created(dialect, &wanted.ty, counts)
}

/// What becomes of a type, for people: of an enum the labels, since the spelling says nothing of them or only how long they are.
pub(super) fn changed(dialect: Dialect, now: &SqlType, wanted: &SqlType) -> String {
    let (from, to) = (spelled(dialect, now), spelled(dialect, wanted));
    let (Some((_, held)), Some((_, labels))) = (named(now), named(wanted)) else {
        return format!("type change from {from} to {to}");
    };
    let list = |of: &[String], other: &[String]| {
        let only: Vec<&str> = of.iter().filter(|l| !other.contains(l)).map(String::as_str).collect();
        only.join(", ")
    };
    let (added, removed) = (list(labels, held), list(held, labels));
    match (added.as_str(), removed.as_str()) {
        ("", "") if held != labels => String::from("changed order of labels"),
        ("", "") => format!("type change from {from} to {to}"),
        (added, "") => format!("added labels {added}"),
        ("", removed) => format!("removed labels {removed}"),
        (added, removed) => format!("added labels {added}, removed labels {removed}"),
    }
}

/// The type as the database spells it, for people.
pub(super) fn spelled(dialect: Dialect, ty: &SqlType) -> String {
    dialect.type_name(ty).unwrap_or_else(|_| format!("{ty:?}"))
}

/// CREATE TABLE, and not the type's name alone, knows what a key that counts up is called and which labels an enum has.
fn created(dialect: Dialect, ty: &SqlType, counts: bool) -> Option<Vec<String>> {
    let mut column = Column::new("c", ty.clone());
    column.autoincrement = counts;
    let table = Table { columns: vec![column], ..Table::new("t") };
    dialect.ddl(&Ddl::CreateTable { table, if_not_exists: false }).ok()
}

/// The name and labels of a type that is created apart from its column, where enums are types.
pub(super) fn named(ty: &SqlType) -> Option<(&str, &[String])> {
    match ty {
        SqlType::Enum { name, values } => Some((name, values)),
        SqlType::Array(of) => named(of),
        _ => None,
    }
}

/// A type whose labels change and which new tables or columns use: it changes before they come. Where no column comes, the columns' own
/// change is enough.
pub(super) fn altered(database: &Schema, models: &Schema, dialect: Dialect, found: &mut Vec<Noted>) {
    if !dialect.capabilities().named_enums {
        return;
    }
    let mut seen = BTreeSet::new();
    let held = super::by_name(database);
    for table in &models.tables {
        let there = held.get(&super::named(table));
        let new = table.columns.iter().filter(|c| there.is_none_or(|t| t.column(&c.name).is_none()));
        for (name, to) in new.filter_map(|c| named(&c.ty)) {
            let held = database.tables.iter().flat_map(|t| &t.columns).filter_map(|c| named(&c.ty));
            let Some((_, from)) = held.into_iter().find(|(n, from)| *n == name && *from != to) else {
                continue;
            };
            if seen.insert(name) {
                let (name, from, to) = (name.to_owned(), from.to_vec(), to.to_vec());
                let said = format!("changed labels of type '{name}'");
                let change = Ddl::AlterType { name, from, to, anew: false, used_by: Vec::new() };
                found.push(Noted::new(change, said));
            }
        }
    }
}

/// The labels that go, when both are one enum's.
pub(super) fn labels_gone(now: &SqlType, wanted: &SqlType) -> Vec<String> {
    match (named(now), named(wanted)) {
        (Some((_, now)), Some((_, wanted))) => now.iter().filter(|l| !wanted.contains(l)).cloned().collect(),
        _ => Vec::new(),
    }
}

/// Types that only tables and columns used that go.
pub(super) fn removed(database: &Schema, models: &Schema, dialect: Dialect, found: &mut Vec<Noted>) {
    if !dialect.capabilities().named_enums {
        return;
    }
    let all = |schema: &Schema| -> BTreeSet<String> {
        let columns = schema.tables.iter().flat_map(|t| &t.columns);
        columns.filter_map(|c| named(&c.ty)).map(|(name, _)| name.to_owned()).collect()
    };
    for name in all(database).difference(&all(models)) {
        found.push(Noted::new(Ddl::DropType { name: name.clone() }, format!("removed type '{name}'")));
    }
}
