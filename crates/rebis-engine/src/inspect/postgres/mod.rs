//! What a PostgreSQL database holds, read from pg_catalog. Invariant: four queries, and a fifth where a foreign key leads to what is not
//! inspected, whatever the number of tables; none asks once more for each row.
//!
//! Names in the connection's own schema (`current_schema()`) have no schema in the result.

mod catalogue;
mod objects;
mod types;

pub(super) use objects::objects;

use std::collections::HashMap;

use rebis_sql::schema::{Collation, Column, Computed, Identity, IndexKey, PrimaryKey, Schema, Table};
use rebis_sql::{Array, Cell, SqlType, Value};

use super::tables::Tables;
use super::{InspectOptions, default};
use crate::{Connection, Result};

/// A query over the schemas: all of them, with the name by which they are known here, and whether they are asked for. It binds the schemas and
/// the tables that are; the latter only where the relation `c` has to be one of them.
macro_rules! over_schemas {
    ($($sql:literal),+) => {
        concat!(
            "WITH n AS MATERIALIZED (SELECT oid, CASE WHEN nspname <> current_schema() THEN nspname::text END AS name,
    nspname = current_schema() OR nspname = ANY ($1::text[]) AS wanted FROM pg_namespace)
",
            $($sql),+
        )
    };
}
use over_schemas;

const TABLES_SQL: &str = over_schemas!(
    "SELECT c.oid::bigint, n.name, c.relname::text, d.description, c.reloptions, s.spcname::text
FROM pg_class c JOIN n ON n.oid = c.relnamespace AND n.wanted
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND (cardinality($2::text[]) = 0 OR c.relname = ANY ($2::text[]))
AND NOT EXISTS (SELECT FROM pg_depend x
    WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')"
);

const COLUMNS_SQL: &str = over_schemas!(
    "SELECT c.oid::bigint, a.attnum::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text, e.description, s.counted,
    s.seqstart, s.seqincrement, l.name, l.labels,
    CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1 ELSE CASE s.seqtype WHEN 'smallint'::regtype THEN -32768
        WHEN 'integer'::regtype THEN -2147483648 ELSE -9223372036854775808 END END THEN s.seqmin END,
    CASE WHEN s.seqmax <> CASE WHEN s.seqincrement < 0 THEN -1 ELSE CASE s.seqtype WHEN 'smallint'::regtype THEN 32767
        WHEN 'integer'::regtype THEN 2147483647 ELSE 9223372036854775807 END END THEN s.seqmax END,
    s.seqcycle, CASE WHEN s.seqcache <> 1 THEN s.seqcache END, o.collname::text
FROM pg_class c JOIN n ON n.oid = c.relnamespace AND n.wanted
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_description e ON e.classoid = 'pg_class'::regclass AND e.objoid = c.oid AND e.objsubid = a.attnum
LEFT JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation o ON o.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN (SELECT g.oid, g.typname::text AS name, array_agg(v.enumlabel::text ORDER BY v.enumsortorder) AS labels
    FROM pg_type g JOIN pg_enum v ON v.enumtypid = g.oid GROUP BY 1, 2) l
    ON l.oid = CASE t.typtype WHEN 'e' THEN t.oid ELSE t.typelem END
LEFT JOIN (SELECT o.refobjid, o.refobjsubid, true AS counted, min(q.seqstart) AS seqstart,
        min(q.seqincrement) AS seqincrement, min(q.seqmin) AS seqmin, max(q.seqmax) AS seqmax,
        bool_or(q.seqcycle) AS seqcycle, min(q.seqcache) AS seqcache, min(q.seqtypid::oid) AS seqtype
    FROM pg_depend o JOIN pg_sequence q ON q.seqrelid = o.objid
    WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
    GROUP BY o.refobjid, o.refobjsubid) s ON s.refobjid = c.oid AND s.refobjsubid = a.attnum
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
AND (cardinality($2::text[]) = 0 OR c.relname = ANY ($2::text[]))
ORDER BY 1, 2"
);

/// The tables by the database's own number, each with the numbers of its columns.
type Numbered = HashMap<i64, (Table, HashMap<i64, String>)>;

pub(super) async fn inspect(connection: &mut Connection, options: &InspectOptions) -> Result<Schema> {
    let list = |names: &[String]| Value::Array(names.iter().cloned().map(Value::Text).collect());
    let binds = [list(&options.schemas), list(&options.tables)];
    let mut tables = Numbered::new();
    connection
        .query(TABLES_SQL, &binds, |row| {
            let mut table =
                Table { schema: row.get(1)?, comment: row.get(3)?, ..Table::new(row.get::<String>(2)?) };
            table.options = self::options(row.get(4)?);
            let space = row.get::<Option<String>>(5)?;
            table.options.extend(space.map(|space| ("postgresql_tablespace".to_owned(), space)));
            tables.insert(row.get(0)?, (table, HashMap::new()));
            Ok(())
        })
        .await?;
    connection
        .query(COLUMNS_SQL, &binds, |row| {
            let Some((table, numbers)) = tables.get_mut(&row.get(0)?) else { return Ok(()) };
            let labels = match row.cell(13)? {
                Cell::Null => None,
                _ => Some(row.get::<Array<String>>(13)?.0),
            };
            let found = Found {
                name: row.get(2)?,
                spelled: row.get(3)?,
                not_null: row.get(4)?,
                default_sql: row.get(5)?,
                identity: row.get(6)?,
                generated: row.get(7)?,
                comment: row.get(8)?,
                counted: row.get::<Option<bool>>(9)?.unwrap_or(false),
                start: row.get(10)?,
                increment: row.get(11)?,
                labels: row.get::<Option<String>>(12)?.zip(labels),
                min: row.get(14)?,
                max: row.get(15)?,
                cycle: row.get::<Option<bool>>(16)?.unwrap_or(false),
                cache: row.get(17)?,
                collation: row.get(18)?,
            };
            numbers.insert(row.get(1)?, found.name.clone());
            table.columns.push(found.column());
            Ok(())
        })
        .await?;
    catalogue::constraints(connection, &binds, &mut tables).await?;
    catalogue::indexes(connection, &binds, &mut tables).await?;
    Ok(Tables::from_iter(tables.into_values().map(|(table, _)| table)).finish())
}

/// What the catalogue says of how a table or an index is stored.
fn options(said: Option<Array<String>>) -> Vec<(String, String)> {
    let said = said.map(|said| said.0).unwrap_or_default();
    let parts = said.iter().filter_map(|text| text.split_once('='));
    parts.map(|(option, value)| (format!("postgresql_{option}"), value.to_owned())).collect()
}

/// A column as the catalogue says it.
struct Found {
    name: String,
    spelled: String,
    not_null: bool,
    default_sql: Option<String>,
    identity: String,
    generated: String,
    comment: Option<String>,
    counted: bool,
    start: Option<i64>,
    increment: Option<i64>,
    labels: Option<(String, Vec<String>)>,
    min: Option<i64>,
    max: Option<i64>,
    cycle: bool,
    cache: Option<i64>,
    collation: Option<String>,
}

impl Found {
    fn column(self) -> Column {
        let mut ty = types::read(&self.spelled);
        if let Some((name, values)) = self.labels {
            ty = SqlType::Enum { name, values };
            if self.spelled.ends_with("[]") {
                ty = SqlType::Array(Box::new(ty));
            }
        }
        let mut column = Column::new(self.name, ty);
        column.nullable = !self.not_null;
        column.comment = self.comment;
        column.collation = self.collation.map(Collation::from);
        if !self.identity.is_empty() {
            let other = |n: Option<i64>| n.filter(|n| *n != 1);
            column.autoincrement = true;
            column.identity = Some(Identity {
                always: self.identity == "a",
                start: other(self.start),
                increment: other(self.increment),
                min: self.min,
                max: self.max,
                cycle: self.cycle,
                cache: self.cache,
            });
        } else if let Some(sql) = self.default_sql {
            if !self.generated.is_empty() {
                let sql = default::unwrap_brackets(&sql).to_owned();
                column.computed = Some(Computed { sql, stored: self.generated == "s" });
            } else if self.counted && sql.starts_with("nextval(") {
                column.autoincrement = true;
            } else {
                column.default = default::read(&column.ty, &sql, false);
            }
        }
        column
    }
}

/// What becomes of a declared table here.
pub(super) fn expect(table: &mut Table) {
    let own = format!("{}_pkey", table.name);
    if let Some(PrimaryKey { name, .. }) = &mut table.primary_key {
        name.get_or_insert(own);
    }
    for column in &mut table.columns {
        if let Some(identity) = &mut column.identity {
            column.autoincrement = true;
            identity.start = identity.start.filter(|n| *n != 1);
            identity.increment = identity.increment.filter(|n| *n != 1);
            let up = identity.increment.is_none_or(|n| n > 0);
            let (least, most) = match column.ty {
                SqlType::SmallInteger => (i64::from(i16::MIN), i64::from(i16::MAX)),
                SqlType::Integer => (i64::from(i32::MIN), i64::from(i32::MAX)),
                _ => (i64::MIN, i64::MAX),
            };
            identity.min = identity.min.filter(|n| *n != if up { 1 } else { least });
            identity.max = identity.max.filter(|n| *n != if up { most } else { -1 });
            identity.cache = identity.cache.filter(|n| *n != 1);
            // A sequence starts where its values begin.
            let first = if up { identity.min } else { identity.max };
            identity.start = identity.start.or(first.filter(|n| *n != 1));
        }
        // SERIAL and identity columns forbid NULL whatever is said.
        column.nullable &= !column.autoincrement;
    }
    for index in &mut table.indexes {
        index.method = index.method.take().map(|m| m.to_ascii_lowercase()).filter(|m| m != "btree");
        index.lengths.clear();
        index.options.retain(|(option, _)| option.starts_with("postgresql_"));
        for key in &mut index.keys {
            if let IndexKey::Expression(sql) = key {
                *key = catalogue::key(sql, &table.columns);
            }
        }
    }
}

/// The type that a declared one is read back as.
pub(super) fn expect_type(spelled: &str) -> SqlType {
    types::read(spelled)
}

/// A collation's name; the database's own is no column's.
pub(super) fn expect_collation(called: &str) -> Option<String> {
    (called != "default").then(|| called.to_owned())
}

/// An option's value as the catalogue shows it: the words that it was said in.
pub(super) fn expect_option(_option: &str, value: &str) -> Option<String> {
    Some(value.to_ascii_lowercase())
}
