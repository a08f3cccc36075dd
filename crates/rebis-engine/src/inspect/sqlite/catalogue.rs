//! SQLite's foreign keys, unique constraints and indexes. Invariant: each pragma row finds its name in the table's text, or has none.

use std::collections::HashMap;

use rebis_sql::Dialect;
use rebis_sql::schema::{ForeignKey, PrimaryKey, ReferentialAction, Unique};

use super::sql_text::{self, Kind, TableText};
use crate::inspect::default::unwrap_brackets;
use crate::inspect::tables::{Tables, index_key, index_of};
use crate::{Connection, Result};

const FOREIGN_KEYS_SQL: &str =
    "SELECT s.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete
FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) f
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.name, f.id DESC, f.seq";

const INDEXES_SQL: &str =
    "SELECT s.name, l.name, l.\"unique\", l.origin, k.name, k.\"desc\", k.seqno, i.sql, k.coll
FROM sqlite_schema s JOIN pragma_index_list(s.name) l JOIN pragma_index_xinfo(l.name) k
LEFT JOIN sqlite_schema i ON i.type = 'index' AND i.name = l.name
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND l.origin <> 'pk' AND k.key = 1
ORDER BY s.name, l.name, k.seqno";

pub(super) async fn foreign_keys(
    connection: &mut Connection,
    tables: &mut Tables,
    texts: &HashMap<String, TableText>,
) -> Result<()> {
    type Found = (String, i64, String, String, Option<String>, String, String);
    let mut found: Vec<(String, i64, ForeignKey)> = Vec::new();
    for (table, id, ref_table, from, to, on_update, on_delete) in
        connection.fetch_all::<Found>(FOREIGN_KEYS_SQL, &[]).await?
    {
        if found.last().is_none_or(|(t, i, _)| (t, *i) != (&table, id)) {
            let (on_update, on_delete) = (action(&on_update), action(&on_delete));
            found.push((table, id, ForeignKey { ref_table, on_update, on_delete, ..ForeignKey::default() }));
        }
        if let Some((_, _, key)) = found.last_mut() {
            key.columns.push(from);
            key.ref_columns.extend(to);
        }
    }
    for (table, _, mut key) in found {
        let Some(text) = texts.get(&table) else { continue };
        let written = text.constraints.iter().find_map(|c| match &c.kind {
            Kind::ForeignKey { columns, table, deferrable }
                if same(columns, &key.columns) && table.eq_ignore_ascii_case(&key.ref_table) =>
            {
                Some((c.name.clone(), *deferrable))
            }
            _ => None,
        });
        (key.name, key.deferrable) = written.unwrap_or_default();
        // `REFERENCES t` alone refers to the key of t.
        if key.ref_columns.is_empty()
            && let Some(PrimaryKey { columns, .. }) =
                tables.get(None, &key.ref_table).and_then(|t| t.primary_key.clone())
        {
            key.ref_columns = columns;
        }
        if let Some(t) = tables.get(None, &table) {
            t.foreign_keys.push(key);
        }
    }
    Ok(())
}

pub(super) async fn indexes(
    connection: &mut Connection,
    tables: &mut Tables,
    texts: &HashMap<String, TableText>,
) -> Result<()> {
    type Found = (String, String, bool, String, Option<String>, bool, i64, Option<String>, String);
    let mut uniques: Vec<(String, String, Vec<String>)> = Vec::new();
    for (table, name, unique, origin, column, descending, place, sql, collation) in
        connection.fetch_all::<Found>(INDEXES_SQL, &[]).await?
    {
        let Some(t) = tables.get(None, &table) else { continue };
        if origin == "u" {
            if uniques.last().is_none_or(|(t, n, _)| (t, n) != (&table, &name)) {
                uniques.push((table, name, Vec::new()));
            }
            if let Some((_, _, columns)) = uniques.last_mut() {
                columns.extend(column);
            }
            continue;
        }
        let (keys, filter) = sql.as_deref().map(sql_text::index).unwrap_or_default();
        let expression = usize::try_from(place).ok().and_then(|i| keys.get(i)).map_or("", String::as_str);
        let own = column.as_ref().and_then(|c| t.column(c)).and_then(|c| c.collation.as_ref());
        let own = own.and_then(|c| c.on(Dialect::Sqlite)).unwrap_or("BINARY");
        // A key that is compared in another way than its column is no plain column.
        let column = column.filter(|_| own.eq_ignore_ascii_case(&collation));
        let expression = match descending && column.is_none() {
            true => format!("{} DESC", unwrap_brackets(expression)),
            false => expression.to_owned(),
        };
        let index = index_of(t, &name);
        index.unique = unique;
        index.filter = filter;
        index.keys.push(index_key(column, &expression, descending));
    }
    for (table, _, columns) in uniques {
        let name = texts.get(&table).and_then(|text| {
            text.constraints.iter().find_map(|c| match &c.kind {
                Kind::Unique(written) if same(written, &columns) => c.name.clone(),
                _ => None,
            })
        });
        if let Some(t) = tables.get(None, &table) {
            t.uniques.push(Unique { name, columns, deferrable: None, nulls_not_distinct: false });
        }
    }
    over_key(tables, texts);
    Ok(())
}

/// A unique constraint over the primary key has no index of its own, but stays when the key changes.
fn over_key(tables: &mut Tables, texts: &HashMap<String, TableText>) {
    for table in tables.iter_mut() {
        let (Some(text), Some(key)) = (texts.get(&table.name), &table.primary_key) else { continue };
        let written = text.constraints.iter().filter_map(|c| match &c.kind {
            Kind::Unique(columns) if same(columns, &key.columns) => Some(Unique {
                name: c.name.clone(),
                columns: key.columns.clone(),
                deferrable: None,
                nulls_not_distinct: false,
            }),
            _ => None,
        });
        let new: Vec<Unique> = written.filter(|u| !table.uniques.contains(u)).collect();
        table.uniques.extend(new);
    }
}

/// SQLite's names are the same in any case of letters.
fn same(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn action(words: &str) -> ReferentialAction {
    match words {
        "RESTRICT" => ReferentialAction::Restrict,
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
