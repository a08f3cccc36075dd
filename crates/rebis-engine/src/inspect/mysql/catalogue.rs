//! MySQL's checks, foreign keys and indexes. Invariant: what the server made by itself for a type or a key is not reported.

use std::collections::HashMap;

use rebis_sql::SqlType;
use rebis_sql::schema::{Check, ForeignKey, PrimaryKey, ReferentialAction};

use crate::inspect::default::unwrap_brackets;
use crate::inspect::tables::{Tables, index_key, index_of};
use crate::{Connection, Result};

/// In MariaDB a check belongs to its table, and one written at a column has the column's name.
const CHECKS_MARIADB_SQL: &str = "SELECT table_name, constraint_name, check_clause, level = 'Column'
FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()";

const CHECKS_MYSQL_SQL: &str = "SELECT t.table_name, c.constraint_name, c.check_clause, 0
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t
    ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
WHERE c.constraint_schema = DATABASE()";

/// What keys do stands apart: the server joins the two by reading all tables again for each row.
const ACTIONS_SQL: &str = "SELECT table_name, constraint_name, delete_rule, update_rule
FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()";

const FOREIGN_KEYS_SQL: &str = "SELECT table_name, constraint_name, column_name,
    CASE WHEN referenced_table_schema <> DATABASE() THEN referenced_table_schema END,
    referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage
WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
ORDER BY table_name, constraint_name, ordinal_position";

/// In no order: sorting here takes half the time that the server takes.
const INDEXES_MARIADB_SQL: &str =
    "SELECT table_name, index_name, seq_in_index, non_unique, column_name, collation, index_type, NULL, sub_part
FROM information_schema.statistics WHERE table_schema = DATABASE()";

const INDEXES_MYSQL_SQL: &str =
    "SELECT table_name, index_name, seq_in_index, non_unique, column_name, collation, index_type, expression, sub_part
FROM information_schema.statistics WHERE table_schema = DATABASE()";

pub(super) async fn checks(connection: &mut Connection, tables: &mut Tables, maria: bool) -> Result<()> {
    let sql = if maria { CHECKS_MARIADB_SQL } else { CHECKS_MYSQL_SQL };
    connection
        .query(sql, &[], |row| {
            let Some(table) = tables.get(None, &row.get::<String>(0)?) else { return Ok(()) };
            let (name, sql, of_column): (String, String, bool) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let column = table.columns.iter_mut().find(|c| of_column && c.name == name);
            // MariaDB's JSON is LONGTEXT with this check.
            if let Some(column) = column
                && sql == format!("json_valid(`{name}`)")
            {
                column.ty = SqlType::Json;
                column.collation = None;
                if let Some(default) = &mut column.default {
                    retype(default);
                }
                return Ok(());
            }
            let name = Some(name).filter(|_| !of_column);
            let sql = super::unescaped(sql, maria);
            table.checks.push(Check { name, sql: unwrap_brackets(&sql).to_owned() });
            Ok(())
        })
        .await
}

/// A default that was read as text, now that the column is known to hold JSON.
fn retype(default: &mut rebis_sql::schema::ServerDefault) {
    use rebis_sql::schema::ServerDefault::Value as Constant;
    if let Constant(rebis_sql::Value::Text(text)) = default
        && let Ok(json) = serde_json::from_str(text)
    {
        *default = Constant(rebis_sql::Value::Json(json));
    }
}

pub(super) async fn foreign_keys(connection: &mut Connection, tables: &mut Tables) -> Result<()> {
    let mut actions: HashMap<(String, String), (ReferentialAction, ReferentialAction)> = HashMap::new();
    connection
        .query(ACTIONS_SQL, &[], |row| {
            let does = (action(&row.get::<String>(2)?), action(&row.get::<String>(3)?));
            actions.insert((row.get(0)?, row.get(1)?), does);
            Ok(())
        })
        .await?;
    connection
        .query(FOREIGN_KEYS_SQL, &[], |row| {
            let of: String = row.get(0)?;
            let Some(table) = tables.get(None, &of) else { return Ok(()) };
            let name: String = row.get(1)?;
            if table.foreign_keys.last().is_none_or(|k| k.name.as_ref() != Some(&name)) {
                let (on_delete, on_update) = actions.get(&(of, name.clone())).copied().unwrap_or_default();
                table.foreign_keys.push(ForeignKey {
                    name: Some(name),
                    ref_schema: row.get(3)?,
                    ref_table: row.get(4)?,
                    on_delete,
                    on_update,
                    ..ForeignKey::default()
                });
            }
            if let Some(key) = table.foreign_keys.last_mut() {
                key.columns.push(row.get(2)?);
                key.ref_columns.push(row.get(5)?);
            }
            Ok(())
        })
        .await
}

/// One key of an index.
struct Part {
    table: String,
    index: String,
    place: i64,
    unique: bool,
    column: Option<String>,
    descending: bool,
    method: Option<String>,
    expression: Option<String>,
    length: Option<u32>,
}

pub(super) async fn indexes(connection: &mut Connection, tables: &mut Tables, maria: bool) -> Result<()> {
    let sql = if maria { INDEXES_MARIADB_SQL } else { INDEXES_MYSQL_SQL };
    let mut parts = Vec::new();
    connection
        .query(sql, &[], |row| {
            parts.push(Part {
                table: row.get(0)?,
                index: row.get(1)?,
                place: row.get(2)?,
                unique: row.get::<i64>(3)? == 0,
                column: row.get(4)?,
                descending: row.get::<Option<String>>(5)?.as_deref() == Some("D"),
                method: Some(row.get::<String>(6)?.to_ascii_lowercase()).filter(|m| m != "btree"),
                expression: row.get(7)?,
                length: row.get::<Option<i64>>(8)?.and_then(|length| u32::try_from(length).ok()),
            });
            Ok(())
        })
        .await?;
    parts.sort_by(|a, b| (&a.table, &a.index, a.place).cmp(&(&b.table, &b.index, b.place)));
    for part in parts {
        let Some(table) = tables.get(None, &part.table) else { continue };
        if part.index == "PRIMARY" {
            table.primary_key.get_or_insert_with(PrimaryKey::default).columns.extend(part.column);
            continue;
        }
        let index = index_of(table, &part.index);
        (index.unique, index.method) = (part.unique, part.method);
        // MySQL says how much of a shape a spatial index is over, and takes no such word.
        let length = part.length.filter(|_| index.method.as_deref() != Some("spatial"));
        index.lengths.extend(part.column.clone().zip(length));
        index.keys.push(index_key(
            part.column,
            part.expression.as_deref().unwrap_or_default(),
            part.descending,
        ));
    }
    for table in tables.iter_mut() {
        let keys = &table.foreign_keys;
        table.indexes.retain(|i| i.unique || !keys.iter().any(|k| k.name.as_deref() == Some(&i.name)));
    }
    Ok(())
}

/// RESTRICT and NO ACTION are one here: no check waits for the end of a statement.
fn action(words: &str) -> ReferentialAction {
    match words {
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
