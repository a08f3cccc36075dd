//! MySQL's checks, foreign keys and indexes. Invariant: what the server made by itself for a type or a key is not reported.

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

const FOREIGN_KEYS_SQL: &str = "SELECT k.table_name, k.constraint_name, k.column_name,
    CASE WHEN k.referenced_table_schema <> DATABASE() THEN k.referenced_table_schema END,
    k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
    AND r.table_name = k.table_name
WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_name, k.constraint_name, k.ordinal_position";

const INDEXES_MARIADB_SQL: &str =
    "SELECT table_name, index_name, non_unique, column_name, collation, index_type, NULL
FROM information_schema.statistics WHERE table_schema = DATABASE()
ORDER BY table_name, index_name, seq_in_index";

const INDEXES_MYSQL_SQL: &str =
    "SELECT table_name, index_name, non_unique, column_name, collation, index_type, expression
FROM information_schema.statistics WHERE table_schema = DATABASE()
ORDER BY table_name, index_name, seq_in_index";

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
    connection
        .query(FOREIGN_KEYS_SQL, &[], |row| {
            let Some(table) = tables.get(None, &row.get::<String>(0)?) else { return Ok(()) };
            let name: Option<String> = Some(row.get(1)?);
            if table.foreign_keys.last().is_none_or(|k| k.name != name) {
                table.foreign_keys.push(ForeignKey {
                    name,
                    ref_schema: row.get(3)?,
                    ref_table: row.get(4)?,
                    on_delete: action(&row.get::<String>(6)?),
                    on_update: action(&row.get::<String>(7)?),
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

pub(super) async fn indexes(connection: &mut Connection, tables: &mut Tables, maria: bool) -> Result<()> {
    let sql = if maria { INDEXES_MARIADB_SQL } else { INDEXES_MYSQL_SQL };
    connection
        .query(sql, &[], |row| {
            let Some(table) = tables.get(None, &row.get::<String>(0)?) else { return Ok(()) };
            let name: String = row.get(1)?;
            let column: Option<String> = row.get(3)?;
            if name == "PRIMARY" {
                table.primary_key.get_or_insert_with(PrimaryKey::default).columns.extend(column);
                return Ok(());
            }
            let index = index_of(table, &name);
            index.unique = row.get::<i64>(2)? == 0;
            index.method = Some(row.get::<String>(5)?.to_ascii_lowercase()).filter(|m| m != "btree");
            let expression: Option<String> = row.get(6)?;
            let descending = row.get::<Option<String>>(4)?.as_deref() == Some("D");
            index.keys.push(index_key(column, expression.as_deref().unwrap_or_default(), descending));
            Ok(())
        })
        .await?;
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
