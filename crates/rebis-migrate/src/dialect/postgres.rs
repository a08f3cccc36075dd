//! Migrations on PostgreSQL: a session's advisory lock, DDL in transactions save what builds an index beside the writers.

use rebis_engine::Connection;
use rebis_sql::{Ddl, Dialect, Value};

use super::{Next, Planned, Rules, Scratch, statements};
use crate::Result;
use crate::op::Op;

/// The lock's number is the letters "rebis". It is asked for again and again instead of waited for: a waiting statement holds a snapshot,
/// for which CREATE INDEX CONCURRENTLY of the one who has the lock would wait in turn.
pub(super) static RULES: Rules = Rules {
    impl_name: "PostgresqlImpl",
    schemas: true,
    has_table: |schema, table| format!("SELECT 1 WHERE {} IS NOT NULL", number(schema, table)),
    is_narrow: |schema, table| {
        Some(format!(
            "SELECT 1 FROM pg_attribute WHERE attrelid = {} AND attname = 'version_num' AND atttypmod BETWEEN 4 AND 258",
            number(schema, table)
        ))
    },
    widen: |table| format!("ALTER TABLE {table} ALTER COLUMN version_num TYPE VARCHAR(255)"),
    try_lock: Some("SELECT CASE WHEN pg_try_advisory_lock(491260242291) THEN 1 ELSE 0 END"),
    pause: "SELECT pg_sleep(0.2)",
    unlock: "SELECT pg_advisory_unlock(491260242291)",
    lock_timeout: |wait| Some(format!("SET lock_timeout = '{}ms'", wait.as_millis())),
    statement_timeout: |_, most| Some(format!("SET statement_timeout = '{}ms'", most.as_millis())),
    own_schema: "SELECT current_schema()::text",
    // Cut in the middle when it is too long, and counted when it is taken.
    names_unique: |name, table, columns| {
        let start = format!("{table}_{}_key", columns.join("_"));
        let cut: String = table.chars().take(20).collect();
        let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
        bare == start || (name.len() >= 63 && name.starts_with(&cut) && bare.ends_with("_key"))
    },
    scratch: Some(Scratch::Temporary {
        schema: "pg_temp",
        name_of_schema: "SELECT nspname::text FROM pg_namespace WHERE oid = pg_my_temp_schema()",
    }),
};

/// A table's number in the catalogue; NULL when there is none.
fn number(schema: Option<&str>, table: &str) -> String {
    let mut name = String::new();
    if let Some(schema) = schema {
        Dialect::Postgres.quote_into(schema, &mut name);
        name.push('.');
    }
    Dialect::Postgres.quote_into(table, &mut name);
    format!("to_regclass('{}')", name.replace('\'', "''"))
}

/// A table with the columns of another, and no rows.
pub(super) fn empty_copy(name: &str, of: &str) -> String {
    let quoted = |name: &str| {
        let mut sql = String::new();
        Dialect::Postgres.quote_into(name, &mut sql);
        sql
    };
    format!("CREATE TABLE {} (LIKE {})", quoted(name), quoted(of))
}

/// Whether the migration cannot run in one transaction: PostgreSQL refuses what is built beside the writers, and a constraint that is looked at
/// later would keep its lock until the end if both were one.
pub(super) fn needs_autocommit(ops: &[Op]) -> bool {
    let has = |wanted: fn(&Ddl) -> bool| ops.iter().filter_map(Op::to_ddl).any(wanted);
    has(|ddl| {
        matches!(ddl, Ddl::CreateIndex { concurrently: true, .. } | Ddl::DropIndex { concurrently: true, .. })
    }) || (has(|ddl| matches!(ddl, Ddl::AddNotValid { .. }))
        && has(|ddl| matches!(ddl, Ddl::ValidateConstraint { .. })))
}

/// An index that is built beside the writers: what is left of an attempt that was cut short goes first.
pub(super) async fn next(conn: &mut Connection, op: &Op) -> Result<Option<Next>> {
    let Some(Ddl::CreateIndex { schema, table, index, concurrently: true, .. }) = op.to_ddl() else {
        return Ok(None);
    };
    let mut all = Vec::new();
    if is_valid_index(conn, schema.as_deref(), &index.name).await? == Some(false) {
        let (schema, table, name) = (schema.clone(), table.clone(), index.name.clone());
        let leftover = Ddl::DropIndex { schema, table, name, if_exists: true, concurrently: true };
        all.extend(Dialect::Postgres.ddl(&leftover)?.into_iter().map(Planned::from));
    }
    all.extend(statements(Dialect::Postgres, op)?);
    Ok(Some(Next { ops: 1, statements: all }))
}

/// Whether the index can be used; `None` when there is none of that name.
pub(super) async fn is_valid_index(
    conn: &mut Connection,
    schema: Option<&str>,
    name: &str,
) -> Result<Option<bool>> {
    let sql = "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relname = $1 AND n.nspname = COALESCE($2, current_schema())";
    let schema = schema.map_or(Value::Null, |s| Value::Text(s.to_owned()));
    let found = conn.fetch_optional::<(bool,)>(sql, &[Value::Text(name.to_owned()), schema]).await?;
    Ok(found.map(|(valid,)| valid))
}
