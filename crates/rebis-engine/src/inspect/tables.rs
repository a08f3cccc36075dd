//! [`Tables`]: the tables while their parts arrive. Invariant: a part of a table that is not inspected is dropped.

use std::collections::BTreeMap;

use rebis_sql::Dialect;
use rebis_sql::schema::{Column, Index, IndexKey, Schema, Table};

/// The tables found so far, by schema and name.
#[derive(Default)]
pub(super) struct Tables(BTreeMap<(Option<String>, String), Table>);

impl Tables {
    /// The table, made when it is new.
    pub(super) fn entry(&mut self, schema: Option<String>, name: String) -> &mut Table {
        self.0
            .entry((schema, name))
            .or_insert_with_key(|(schema, name)| Table { schema: schema.clone(), ..Table::new(name.clone()) })
    }

    /// The table, if it is inspected.
    pub(super) fn get(&mut self, schema: Option<String>, name: &str) -> Option<&mut Table> {
        self.0.get_mut(&(schema, name.to_owned()))
    }

    /// Every table.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.0.values_mut()
    }

    /// The tables in order, their constraints and indexes sorted, so that equal schemas are equal values.
    pub(super) fn finish(self) -> Schema {
        let mut tables: Vec<Table> = self.0.into_values().collect();
        tables.iter_mut().for_each(sort);
        Schema { tables }
    }
}

impl FromIterator<Table> for Tables {
    fn from_iter<I: IntoIterator<Item = Table>>(tables: I) -> Self {
        Tables(tables.into_iter().map(|t| ((t.schema.clone(), t.name.clone()), t)).collect())
    }
}

/// Databases list constraints and indexes in no order that means anything.
pub(super) fn sort(table: &mut Table) {
    table.foreign_keys.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
    table.uniques.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
    table.checks.sort_by(|a, b| (&a.name, &a.sql).cmp(&(&b.name, &b.sql)));
    table.exclusions.sort_by(|a, b| (&a.name, &a.elements).cmp(&(&b.name, &b.elements)));
    table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
}

/// The index at the end of the list, or a new one when the name changes: rows arrive index by index, key by key.
pub(super) fn index_of<'a>(table: &'a mut Table, name: &str) -> &'a mut Index {
    if table.indexes.last().is_none_or(|i| i.name != name) {
        table.indexes.push(Index { name: name.to_owned(), ..Index::default() });
    }
    let at = table.indexes.len() - 1;
    &mut table.indexes[at]
}

/// A key of an index: a column, or an expression when there is none.
pub(super) fn index_key(column: Option<String>, expression: &str, descending: bool) -> IndexKey {
    match column {
        Some(name) => IndexKey::Column { name, descending },
        None => IndexKey::Expression(super::default::unwrap_brackets(expression).to_owned()),
    }
}

/// A column's name and a collation that is not the column's own, of `name COLLATE collation`; with the column's own it is the column alone.
pub(super) fn collated<'a>(
    sql: &'a str,
    columns: &'a [Column],
    dialect: Dialect,
) -> Option<(&'a Column, Option<&'a str>)> {
    let plain = |name: &'a str| name.trim().trim_matches(['"', '`']);
    let (name, called) = match sql.to_ascii_uppercase().rfind(" COLLATE ") {
        Some(at) => (plain(&sql[..at]), Some(plain(&sql[at + 9..]))),
        None => (plain(sql), None),
    };
    let column = columns.iter().find(|c| c.name == name)?;
    let own = column.collation.as_ref().and_then(|c| c.on(dialect));
    Some((column, called.filter(|called| own.is_none_or(|own| !own.eq_ignore_ascii_case(called)))))
}
