//! PostgreSQL's constraints and indexes. Invariant: an index that a constraint owns is reported as the constraint only.

use std::collections::{BTreeSet, HashMap};

use rebis_sql::schema::{
    Check, Column, Exclusion, ForeignKey, IndexKey, PrimaryKey, ReferentialAction, Unique, keys_of, split_key,
};
use rebis_sql::{Array, Dialect, SqlType, Value};

use super::{Numbered, over_schemas};
use crate::inspect::default::unwrap_brackets;
use crate::inspect::tables::{collated, index_key, index_of};
use crate::{Connection, Result};

const CONSTRAINTS_SQL: &str = over_schemas!(
    "SELECT c.oid::bigint, k.contype::text, k.conname::text, k.conkey::bigint[], rn.name, r.relname::text,
    k.confrelid::bigint, k.confkey::bigint[], k.confdeltype::text, k.confupdtype::text,
    CASE WHEN k.condeferrable THEN k.condeferred END, pg_get_expr(k.conbin, k.conrelid), k.confmatchtype = 'f',
    CASE WHEN k.contype = 'x' THEN pg_get_constraintdef(k.oid) END,
    CASE WHEN k.contype = 'u' THEN
        (SELECT (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean FROM pg_index i WHERE i.indexrelid = k.conindid) END
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN n ON n.oid = c.relnamespace AND n.wanted
LEFT JOIN pg_class r ON r.oid = k.confrelid LEFT JOIN n rn ON rn.oid = r.relnamespace
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0
AND (cardinality($2::text[]) = 0 OR c.relname = ANY ($2::text[]))"
);

/// The columns of tables that are referred to and not inspected.
const STRANGERS_SQL: &str = "SELECT attrelid::bigint, attnum::bigint, attname::text FROM pg_attribute
WHERE attnum > 0 AND attrelid::bigint = ANY ($1::bigint[])";

/// One row per key of an index; the columns of INCLUDE come last, with no key. Only what is more than a column is written out: by itself, and
/// for an expression, which has its collation only there, within the whole. What servers before PostgreSQL 15 do not know has no column there.
const INDEXES_SQL: &str = over_schemas!(
    "SELECT c.oid::bigint, ic.relname::text, i.indisunique, m.amname::text, pg_get_expr(i.indpred, i.indrelid),
    u.attnum::bigint, CASE WHEN u.attnum = 0 OR o.oid IS NOT NULL OR i.indoption[(u.place - 1)::int] IN (1, 2)
        THEN pg_get_indexdef(i.indexrelid, u.place::int, true) END,
    u.place <= i.indnkeyatts, CASE WHEN u.place <= i.indnkeyatts THEN i.indoption[(u.place - 1)::int]::int ELSE 0 END,
    o.opcname::text,
    CASE WHEN u.place <= i.indnkeyatts AND u.attnum > 0 AND i.indcollation[(u.place - 1)::int] NOT IN (0, 100)
        THEN (SELECT l.collname::text FROM pg_collation l WHERE l.oid = i.indcollation[(u.place - 1)::int]) END,
    CASE WHEN u.attnum = 0 AND i.indcollation[(u.place - 1)::int] NOT IN (0, 100)
        THEN pg_get_indexdef(i.indexrelid, 0, true) END,
    ic.reloptions, CASE WHEN i.indisunique THEN (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean END, u.place
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid JOIN n ON n.oid = c.relnamespace AND n.wanted
JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am m ON m.oid = ic.relam
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS u (attnum, place)
LEFT JOIN pg_opclass o ON u.place <= i.indnkeyatts AND o.oid = i.indclass[(u.place - 1)::int] AND NOT o.opcdefault
WHERE (cardinality($2::text[]) = 0 OR c.relname = ANY ($2::text[]))
AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY 1, 2, u.place"
);

pub(super) async fn constraints(
    connection: &mut Connection,
    binds: &[Value],
    tables: &mut Numbered,
) -> Result<()> {
    let mut keys: Vec<(i64, ForeignKey, i64, Vec<i64>)> = Vec::new();
    connection
        .query(CONSTRAINTS_SQL, binds, |row| {
            let of: i64 = row.get(0)?;
            let Some((table, numbers)) = tables.get_mut(&of) else { return Ok(()) };
            let name: Option<String> = Some(row.get(2)?);
            let list = |at: usize| -> Result<Vec<i64>> {
                Ok(row.get::<Option<Array<i64>>>(at)?.map(|numbers| numbers.0).unwrap_or_default())
            };
            let columns = named(numbers, &list(3)?);
            match row.get::<String>(1)?.as_str() {
                "p" => table.primary_key = Some(PrimaryKey { name, columns }),
                "u" => table.uniques.push(Unique {
                    name,
                    columns,
                    deferrable: row.get(10)?,
                    nulls_not_distinct: row.get::<Option<bool>>(14)?.unwrap_or_default(),
                }),
                "c" => {
                    let sql: String = row.get(11)?;
                    table.checks.push(Check { name, sql: unwrap_brackets(&sql).to_owned() });
                }
                "x" => {
                    // What cannot be taken apart is left alone, as a constraint without parts would be dropped.
                    if let Ok(found) = row.get::<String>(13)?.parse::<Exclusion>() {
                        table.exclusions.push(Exclusion { name, ..found });
                    }
                }
                _ => {
                    let key = ForeignKey {
                        name,
                        columns,
                        ref_schema: row.get(4)?,
                        ref_table: row.get(5)?,
                        ref_columns: Vec::new(),
                        on_delete: action(&row.get::<String>(8)?),
                        on_update: action(&row.get::<String>(9)?),
                        deferrable: row.get(10)?,
                        match_full: row.get(12)?,
                    };
                    keys.push((of, key, row.get(6)?, list(7)?));
                }
            }
            Ok(())
        })
        .await?;
    let strangers = strangers(connection, &keys, tables).await?;
    for (of, mut key, to, columns) in keys {
        let numbers = tables.get(&to).map(|(_, numbers)| numbers).or_else(|| strangers.get(&to));
        key.ref_columns = numbers.map(|numbers| named(numbers, &columns)).unwrap_or_default();
        if let Some((table, _)) = tables.get_mut(&of) {
            table.foreign_keys.push(key);
        }
    }
    Ok(())
}

async fn strangers(
    connection: &mut Connection,
    keys: &[(i64, ForeignKey, i64, Vec<i64>)],
    tables: &Numbered,
) -> Result<HashMap<i64, HashMap<i64, String>>> {
    let mut found: HashMap<i64, HashMap<i64, String>> = HashMap::new();
    let unknown: BTreeSet<i64> = keys.iter().map(|k| k.2).filter(|to| !tables.contains_key(to)).collect();
    if !unknown.is_empty() {
        let unknown = Value::Array(unknown.into_iter().map(Value::Int).collect());
        for (table, number, name) in
            connection.fetch_all::<(i64, i64, String)>(STRANGERS_SQL, &[unknown]).await?
        {
            found.entry(table).or_default().insert(number, name);
        }
    }
    Ok(found)
}

fn named(numbers: &HashMap<i64, String>, columns: &[i64]) -> Vec<String> {
    columns.iter().filter_map(|number| numbers.get(number).cloned()).collect()
}

pub(super) async fn indexes(
    connection: &mut Connection,
    binds: &[Value],
    tables: &mut Numbered,
) -> Result<()> {
    connection
        .query(INDEXES_SQL, binds, |row| {
            let Some((table, numbers)) = tables.get_mut(&row.get(0)?) else { return Ok(()) };
            index_of(table, &row.get::<String>(1)?);
            let (columns, indexes) = (&table.columns, &mut table.indexes);
            let Some(index) = indexes.last_mut() else { return Ok(()) };
            index.unique = row.get(2)?;
            index.method = Some(row.get::<String>(3)?).filter(|m| m != "btree");
            index.filter = row.get::<Option<String>>(4)?.map(|sql| unwrap_brackets(&sql).to_owned());
            index.options = super::options(row.get(12)?);
            index.nulls_not_distinct = row.get::<Option<bool>>(13)?.unwrap_or_default();
            let column = numbers.get(&row.get(5)?).cloned();
            if row.get(7)? {
                let mut sql = row.get::<Option<String>>(6)?.unwrap_or_default();
                let (whole, place): (Option<String>, i64) = (row.get(11)?, row.get(14)?);
                if let Some(called) = whole.as_deref().and_then(|whole| collation_behind(&sql, whole, place))
                {
                    sql = format!("{sql} COLLATE {called}");
                }
                let (order, class) = (row.get(8)?, row.get(9)?);
                let other =
                    row.get::<Option<String>>(10)?.and_then(|called| other(columns, &column, &called));
                index.keys.push(match other {
                    Some(collated) => found_key(None, &collated, order, class),
                    None => found_key(column, &sql, order, class),
                });
            } else {
                index.include.extend(column);
            }
            Ok(())
        })
        .await
}

/// `column COLLATE …` for a key that is compared in another way than its column; a type that Rebis has no name for may have its own way.
fn other(columns: &[Column], name: &Option<String>, called: &str) -> Option<String> {
    let column = columns.iter().find(|c| Some(&c.name) == name.as_ref())?;
    let own = column.collation.as_ref().and_then(|c| c.on(Dialect::Postgres));
    if own == Some(called) || matches!(column.ty, SqlType::Other(_)) {
        return None;
    }
    let mut sql = String::new();
    Dialect::Postgres.quote_into(&column.name, &mut sql);
    sql.push_str(" COLLATE ");
    Dialect::Postgres.quote_into(called, &mut sql);
    Some(sql)
}

/// The collation that an index gives to an expression, which stands behind it in the whole of its definition.
fn collation_behind<'a>(expression: &str, whole: &'a str, place: i64) -> Option<&'a str> {
    let key = *keys_of(whole).get(usize::try_from(place - 1).ok()?)?;
    split_key(key).0.strip_prefix(expression)?.trim_start().strip_prefix("COLLATE ")
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
    let column = match collated(sql, columns, Dialect::Postgres) {
        Some((column, None)) => Some(column.name.clone()),
        _ => None,
    };
    found_key(column, sql, i64::from(descending) | i64::from(nulls_first) << 1, class)
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
