//! What a SQLite database holds. Invariant: the pragmas say what is there; the text of CREATE adds what they do not know.

mod catalogue;
mod objects;
mod sql_text;
mod token;
mod types;

pub(super) use objects::objects;

use std::collections::HashMap;

use rebis_sql::schema::{Check, Collation, Column, Computed, IndexKey, PrimaryKey, Schema, Table, split_key};
use rebis_sql::{Dialect, SqlType};

use super::tables::{Tables, collated};
use super::{InspectOptions, default};
use crate::{Connection, Result};
use sql_text::{Kind, TableText};

/// The tables and the statements that made them.
const TABLES_SQL: &str = "SELECT s.name, s.sql, l.wr, l.strict FROM sqlite_schema s
JOIN pragma_table_list l ON l.schema = 'main' AND l.name = s.name AND l.type = 'table'
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.name";

/// The columns of all tables.
const COLUMNS_SQL: &str = "SELECT s.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden
FROM sqlite_schema s JOIN pragma_table_xinfo(s.name) c
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.name, c.cid";

pub(super) async fn inspect(connection: &mut Connection, options: &InspectOptions) -> Result<Schema> {
    let mut tables = Tables::default();
    let mut texts = HashMap::new();
    for (name, sql, without_rowid, strict) in
        connection.fetch_all::<(String, String, bool, bool)>(TABLES_SQL, &[]).await?
    {
        if options.wants(&name) {
            texts.insert(name.clone(), sql_text::table(&sql));
            let table = tables.entry(None, name);
            for (option, value, said) in
                [("strict", strict, strict), ("with_rowid", !without_rowid, without_rowid)]
            {
                if said {
                    table.options.push((format!("sqlite_{option}"), value.to_string()));
                } else {
                    table.usual.0.push((option.to_owned(), value.to_string()));
                }
            }
        }
    }
    columns(connection, &mut tables, &texts).await?;
    for table in tables.iter_mut() {
        if let Some(text) = texts.get(&table.name) {
            finish_table(table, text);
        }
    }
    catalogue::foreign_keys(connection, &mut tables, &texts).await?;
    catalogue::indexes(connection, &mut tables, &texts).await?;
    Ok(tables.finish())
}

async fn columns(
    connection: &mut Connection,
    tables: &mut Tables,
    texts: &HashMap<String, TableText>,
) -> Result<()> {
    type Found = (String, String, String, bool, Option<String>, i64, i64);
    let mut keys: HashMap<String, Vec<(i64, String)>> = HashMap::new();
    for (table, name, declared, not_null, default_sql, key, hidden) in
        connection.fetch_all::<Found>(COLUMNS_SQL, &[]).await?
    {
        let (Some(t), Some(text)) = (tables.get(None, &table), texts.get(&table)) else { continue };
        let mut column = Column::new(name, types::read(&declared));
        column.nullable = !not_null;
        if let Some((_, called, values)) = text.enums.iter().find(|(c, ..)| *c == column.name) {
            column.ty = SqlType::Enum { name: called.clone(), values: values.clone() };
        }
        let collation = text.collations.iter().find(|(c, _)| *c == column.name);
        column.collation = collation.and_then(|(_, called)| expect_collation(called)).map(Collation::from);
        column.default = default_sql.and_then(|sql| default::read(&column.ty, &sql, false));
        if hidden >= 2 {
            let sql = text.computed.iter().find(|(c, _)| *c == column.name).map(|(_, sql)| sql.clone());
            column.computed = Some(Computed { sql: sql.unwrap_or_default(), stored: hidden == 3 });
        }
        if key > 0 {
            keys.entry(table).or_default().push((key, column.name.clone()));
        }
        t.columns.push(column);
    }
    for (table, mut columns) in keys {
        columns.sort();
        let name = texts.get(&table).and_then(|text| {
            text.constraints.iter().find(|c| c.kind == Kind::PrimaryKey).and_then(|c| c.name.clone())
        });
        if let Some(t) = tables.get(None, &table) {
            t.primary_key = Some(PrimaryKey { name, columns: columns.into_iter().map(|(_, c)| c).collect() });
        }
    }
    Ok(())
}

fn finish_table(table: &mut Table, text: &TableText) {
    if !text.without_rowid && !text.key_descending {
        count_key(table);
    }
    table.checks = text
        .constraints
        .iter()
        .filter_map(|c| match &c.kind {
            Kind::Check(sql) => Some(Check { name: c.name.clone(), sql: sql.clone() }),
            _ => None,
        })
        .collect();
}

/// A lone INTEGER key is the row's own number: it counts up and is never NULL.
fn count_key(table: &mut Table) {
    let Some([key]) = table.primary_key.as_ref().map(|k| k.columns.as_slice()) else { return };
    if let Some(column) = table.columns.iter_mut().find(|c| c.name == *key && c.ty == SqlType::Integer) {
        column.autoincrement = true;
        column.nullable = false;
    }
}

/// What becomes of a declared table here.
pub(super) fn expect(table: &mut Table) {
    table.comment = None;
    for column in &mut table.columns {
        column.comment = None;
        column.identity = None;
        if column.autoincrement {
            column.ty = SqlType::Integer;
        }
        column.autoincrement = false;
    }
    count_key(table);
    for index in &mut table.indexes {
        index.include.clear();
        index.lengths.clear();
        index.options.clear();
        index.nulls_not_distinct = false;
        for key in &mut index.keys {
            if let IndexKey::Expression(sql) = key {
                let (text, behind) = split_key(sql);
                let descending = behind.to_ascii_uppercase().contains("DESC");
                if let Some((column, None)) = collated(text, &table.columns, Dialect::Sqlite) {
                    *key = IndexKey::Column { name: column.name.clone(), descending };
                }
            }
        }
    }
}

/// A collation's name in capitals, since any case is the same here; BINARY is what columns have by themselves.
pub(super) fn expect_collation(called: &str) -> Option<String> {
    let called = called.to_ascii_uppercase();
    (called != "BINARY").then_some(called)
}

/// An option's value as it is found.
pub(super) fn expect_option(option: &str, value: &str) -> Option<String> {
    ["strict", "with_rowid"].contains(&option).then(|| value.to_ascii_lowercase())
}

/// The type that a declared one is read back as.
pub(super) fn expect_type(spelled: &str) -> SqlType {
    types::read(spelled)
}
