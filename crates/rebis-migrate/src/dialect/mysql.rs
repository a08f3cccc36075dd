//! Migrations on MySQL and MariaDB: statement by statement, because each change of the schema commits.
//!
//! **Invariant.** A column is altered from what it really is: MODIFY repeats all of it, and what a script does not say would be lost.

use rebis_sql::Dialect;

use super::inline::{ended, holds};
use super::{Rules, Scratch};

/// The lock's name carries the database's: a server may hold many. A name has at most 64 characters.
pub(super) static RULES: Rules = Rules {
    impl_name: "MySQLImpl",
    schemas: true,
    has_table: |schema, table| format!("SELECT 1 FROM information_schema.tables WHERE {}", is(schema, table)),
    is_narrow: |schema, table| {
        Some(format!(
            "SELECT 1 FROM information_schema.columns WHERE {} AND column_name = 'version_num' AND character_maximum_length < 255",
            is(schema, table)
        ))
    },
    widen: |table| format!("ALTER TABLE {table} MODIFY COLUMN version_num VARCHAR(255) NOT NULL"),
    try_lock: Some("SELECT CASE WHEN GET_LOCK(CONCAT('rebis_', MD5(DATABASE())), 0) = 1 THEN 1 ELSE 0 END"),
    pause: "DO SLEEP(0.2)",
    unlock: "DO RELEASE_LOCK(CONCAT('rebis_', MD5(DATABASE())))",
    // Whole seconds, at least one: zero means at once for one of them and is refused by the other.
    lock_timeout: |wait| {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        Some(format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}"))
    },
    // MySQL's max_execution_time stops nothing but SELECT.
    statement_timeout: |dialect, most| {
        (dialect == Dialect::MariaDb)
            .then(|| format!("SET SESSION max_statement_time = {}", most.as_secs_f64()))
    },
    own_schema: "SELECT DATABASE()",
    names_unique: |name, _, columns| {
        let after = columns.first().and_then(|first| name.strip_prefix(first));
        after.is_some_and(|rest| {
            let digits = rest.strip_prefix('_').unwrap_or_default();
            rest.is_empty() || (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        })
    },
    // Temporary tables are in no catalogue here.
    scratch: Some(Scratch::Named),
};

/// The condition on the catalogue that names a table.
fn is(schema: Option<&str>, table: &str) -> String {
    let text = |t: &str| format!("'{}'", t.replace('\\', "\\\\").replace('\'', "''"));
    let schema = schema.map_or_else(|| String::from("database()"), text);
    format!("table_schema = {schema} AND table_name = {}", text(table))
}

/// The client ends a statement at each `;`, also within a trigger's body, unless it is told another sign.
pub(super) fn terminated(dialect: Dialect, sql: &str) -> String {
    if !holds(dialect, sql, ';') {
        return ended(sql, ";");
    }
    let sign = ["//", "$$", "@@@", "~~~~"].into_iter().find(|s| !sql.contains(s)).unwrap_or("%%%%%");
    format!("DELIMITER {sign}\n{}\nDELIMITER ;", ended(sql, sign))
}
