//! PostgreSQL's constraints and indexes. Invariant: an index that a constraint owns is reported as the constraint only.

use rebis_sql::schema::{
    Check, Column, ForeignKey, IndexKey, PrimaryKey, ReferentialAction, Unique, split_key,
};
use rebis_sql::{Array, Cell, Value};

use crate::inspect::default::unwrap_brackets;
use crate::inspect::tables::{Tables, index_key, index_of};
use crate::{Connection, Result, Row};

const CONSTRAINTS_SQL: &str = "SELECT CASE WHEN n.nspname <> current_schema() THEN n.nspname::text END,
    c.relname::text, k.conname::text, k.contype::text,
    (SELECT array_agg(a.attname::text ORDER BY u.place)
        FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum),
    CASE WHEN rn.nspname <> current_schema() THEN rn.nspname::text END, r.relname::text,
    (SELECT array_agg(a.attname::text ORDER BY u.place)
        FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum),
    k.confdeltype::text, k.confupdtype::text,
    CASE WHEN k.condeferrable THEN k.condeferred END, pg_get_expr(k.conbin, k.conrelid)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class r ON r.oid = k.confrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
WHERE k.contype IN ('p', 'u', 'f', 'c') AND k.conparentid = 0
AND (n.nspname = current_schema() OR n.nspname = ANY ($1::text[]))
AND (cardinality($2::text[]) = 0 OR c.relname = ANY ($2::text[]))
ORDER BY 1, 2, 3";

/// One row per key of an index; the columns of INCLUDE come last, with no key.
const INDEXES_SQL: &str = "SELECT CASE WHEN n.nspname <> current_schema() THEN n.nspname::text END,
    c.relname::text, ic.relname::text, i.indisunique, m.amname::text, pg_get_expr(i.indpred, i.indrelid),
    a.attname::text, pg_get_indexdef(i.indexrelid, u.place::int, true), u.place <= i.indnkeyatts,
    CASE WHEN u.place <= i.indnkeyatts THEN i.indoption[(u.place - 1)::int]::int ELSE 0 END,
    (SELECT o.opcname::text FROM pg_opclass o
        WHERE u.place <= i.indnkeyatts AND o.oid = i.indclass[(u.place - 1)::int] AND NOT o.opcdefault)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am m ON m.oid = ic.relam
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS u (attnum, place)
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum AND u.attnum <> 0
WHERE (n.nspname = current_schema() OR n.nspname = ANY ($1::text[]))
AND (cardinality($2::text[]) = 0 OR c.relname = ANY ($2::text[]))
AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY 1, 2, 3, u.place";

pub(super) async fn constraints(
    connection: &mut Connection,
    binds: &[Value],
    tables: &mut Tables,
) -> Result<()> {
    connection
        .query(CONSTRAINTS_SQL, binds, |row| {
            let Some(table) = tables.get(row.get(0)?, &row.get::<String>(1)?) else { return Ok(()) };
            let name: Option<String> = Some(row.get(2)?);
            let columns = names(row, 4)?;
            match row.get::<String>(3)?.as_str() {
                "p" => table.primary_key = Some(PrimaryKey { name, columns }),
                "u" => table.uniques.push(Unique { name, columns }),
                "c" => {
                    let sql: String = row.get(11)?;
                    table.checks.push(Check { name, sql: unwrap_brackets(&sql).to_owned() });
                }
                _ => table.foreign_keys.push(ForeignKey {
                    name,
                    columns,
                    ref_schema: row.get(5)?,
                    ref_table: row.get(6)?,
                    ref_columns: names(row, 7)?,
                    on_delete: action(&row.get::<String>(8)?),
                    on_update: action(&row.get::<String>(9)?),
                    deferrable: row.get(10)?,
                }),
            }
            Ok(())
        })
        .await
}

pub(super) async fn indexes(connection: &mut Connection, binds: &[Value], tables: &mut Tables) -> Result<()> {
    connection
        .query(INDEXES_SQL, binds, |row| {
            let Some(table) = tables.get(row.get(0)?, &row.get::<String>(1)?) else { return Ok(()) };
            let index = index_of(table, &row.get::<String>(2)?);
            index.unique = row.get(3)?;
            index.method = Some(row.get::<String>(4)?).filter(|m| m != "btree");
            index.filter = row.get::<Option<String>>(5)?.map(|sql| unwrap_brackets(&sql).to_owned());
            let column: Option<String> = row.get(6)?;
            if row.get(8)? {
                index.keys.push(found_key(column, &row.get::<String>(7)?, row.get(9)?, row.get(10)?));
            } else {
                index.include.extend(column);
            }
            Ok(())
        })
        .await
}

/// A key with its order: bit 1 is DESC, bit 2 is NULLS FIRST, and NULLs come first by themselves from high to low.
fn found_key(column: Option<String>, sql: &str, order: i64, class: Option<String>) -> IndexKey {
    let (descending, nulls_first) = (order & 1 == 1, order & 2 == 2);
    let plain = class.is_none() && nulls_first == descending;
    if plain && (column.is_some() || !descending) {
        return index_key(column, sql, descending);
    }
    let mut key = unwrap_brackets(sql).to_owned();
    if let Some(class) = class {
        key.push(' ');
        key.push_str(&class);
    }
    key.push_str(if descending { " DESC" } else { "" });
    if nulls_first != descending {
        key.push_str(if nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
    }
    IndexKey::Expression(key)
}

/// A declared expression as inspection finds it.
pub(super) fn key(declared: &str, columns: &[Column]) -> IndexKey {
    let (sql, tail) = split_key(declared);
    let sql = unwrap_brackets(sql);
    let words: Vec<String> = tail.split_whitespace().map(str::to_owned).collect();
    let has = |word: &str| words.iter().any(|w| w.eq_ignore_ascii_case(word));
    let descending = has("DESC");
    let nulls_first = if has("NULLS") { has("FIRST") } else { descending };
    let class = words.first().filter(|w| w.ends_with("_ops")).cloned();
    let bare = sql.trim_matches('"');
    let column = columns.iter().find(|c| c.name == bare).map(|c| c.name.clone());
    found_key(column, sql, i64::from(descending) | i64::from(nulls_first) << 1, class)
}

fn names(row: &Row<'_>, at: usize) -> Result<Vec<String>> {
    match row.cell(at)? {
        Cell::Null => Ok(Vec::new()),
        _ => Ok(row.get::<Array<String>>(at)?.0),
    }
}

fn action(letter: &str) -> ReferentialAction {
    match letter {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull,
        "d" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
