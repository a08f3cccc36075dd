//! Migrations on PostgreSQL: a session's advisory lock, DDL in transactions save what builds an index beside the writers.

use rebis_sql::Ddl;

use super::{Rules, Scratch};
use crate::op::Op;

/// The lock's number is the letters "rebis". It is asked for again and again instead of waited for: a waiting statement holds a snapshot,
/// for which CREATE INDEX CONCURRENTLY of the one who has the lock would wait in turn.
pub(super) static RULES: Rules = Rules {
    impl_name: "PostgresqlImpl",
    has_version_table: "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL",
    is_narrow: Some(
        "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('alembic_version') AND attname = 'version_num' \
         AND atttypmod BETWEEN 4 AND 258",
    ),
    widen: "ALTER TABLE alembic_version ALTER COLUMN version_num TYPE VARCHAR(255)",
    try_lock: Some("SELECT CASE WHEN pg_try_advisory_lock(491260242291) THEN 1 ELSE 0 END"),
    pause: "SELECT pg_sleep(0.2)",
    unlock: "SELECT pg_advisory_unlock(491260242291)",
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

/// Whether PostgreSQL refuses the operation in a transaction.
pub(super) fn needs_autocommit(op: &Op) -> bool {
    matches!(op.to_ddl(), Some(Ddl::CreateIndex { concurrently: true, .. }))
}
