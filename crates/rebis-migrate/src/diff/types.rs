//! Whether two columns have one type. Invariant: they have when the database would create them with the same words.

use rebis_sql::schema::{Column, Schema, Table};
use rebis_sql::{Ddl, Dialect, SqlType};

use super::Noted;

/// Compared by CREATE TABLE and not by the type's name alone, because that knows what a key that counts up is called and which
/// labels an enum has.
pub(super) fn same(dialect: Dialect, now: &Column, wanted: &Column) -> bool {
    if now.ty == wanted.ty {
        return true;
    }
    // What Rebis has no name for cannot be compared; it was written by hand and stays.
    if matches!(now.ty, SqlType::Other(_)) && spelled(dialect, &now.ty) != spelled(dialect, &wanted.ty) {
        return crate::dialect::same_type(dialect, &now.ty, &wanted.ty).unwrap_or(true);
    }
    if let Some(same) = crate::dialect::same_type(dialect, &now.ty, &wanted.ty) {
        return same;
    }
    let counts = now.autoincrement && wanted.autoincrement;
    created(dialect, &now.ty, counts) == created(dialect, &wanted.ty, counts)
}

/// The type as the database spells it, for people.
pub(super) fn spelled(dialect: Dialect, ty: &SqlType) -> String {
    dialect.type_name(ty).unwrap_or_else(|_| format!("{ty:?}"))
}

fn created(dialect: Dialect, ty: &SqlType, counts: bool) -> Option<Vec<String>> {
    let mut column = Column::new("c", plain(ty));
    column.autoincrement = counts;
    let table = Table { columns: vec![column], ..Table::new("t") };
    dialect.ddl(&Ddl::CreateTable { table, if_not_exists: false }).ok()
}

/// `NUMERIC(10)` and `NUMERIC(10, 0)` are one type everywhere.
fn plain(ty: &SqlType) -> SqlType {
    match ty {
        SqlType::Numeric { precision: Some(p), scale: None } => {
            SqlType::Numeric { precision: Some(*p), scale: Some(0) }
        }
        SqlType::Array(of) => SqlType::Array(Box::new(plain(of))),
        other => other.clone(),
    }
}

/// The name and labels of a type that is created apart from its column, where enums are types.
pub(crate) fn named(ty: &SqlType) -> Option<(&str, &[String])> {
    match ty {
        SqlType::Enum { name, values } => Some((name, values)),
        SqlType::Array(of) => named(of),
        _ => None,
    }
}

/// Types that only tables and columns used that go.
pub(super) fn removed(database: &Schema, models: &Schema, dialect: Dialect, found: &mut Vec<Noted>) {
    if !dialect.capabilities().named_enums {
        return;
    }
    let all = |schema: &Schema| -> std::collections::BTreeSet<String> {
        let columns = schema.tables.iter().flat_map(|t| &t.columns);
        columns.filter_map(|c| named(&c.ty)).map(|(name, _)| name.to_owned()).collect()
    };
    for name in all(database).difference(&all(models)) {
        found.push(Noted::new(Ddl::DropType { name: name.clone() }, format!("removed type '{name}'")));
    }
}
