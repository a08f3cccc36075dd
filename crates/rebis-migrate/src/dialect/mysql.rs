//! Migrations on MySQL and MariaDB: statement by statement, because each change of the schema commits.
//!
//! **Invariant.** A column is altered from what it really is: MODIFY repeats all of it, and what a script does not say would be lost.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_sql::Ddl;
use rebis_sql::schema::Column;

use super::{Next, Rules, statements};
use crate::op::{Op, UNKNOWN_TYPE};
use crate::{Error, ErrorKind, Result};

/// The lock's name carries the database's: a server may hold many. A name has at most 64 characters.
pub(super) static RULES: Rules = Rules {
    impl_name: "MySQLImpl",
    has_version_table: "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = 'alembic_version'",
    is_narrow: Some(
        "SELECT 1 FROM information_schema.columns WHERE table_schema = database() AND table_name = 'alembic_version' \
         AND column_name = 'version_num' AND character_maximum_length < 255",
    ),
    widen: "ALTER TABLE alembic_version MODIFY COLUMN version_num VARCHAR(255) NOT NULL",
    try_lock: Some("SELECT CASE WHEN GET_LOCK(CONCAT('rebis_', MD5(DATABASE())), 0) = 1 THEN 1 ELSE 0 END"),
    unlock: "SELECT RELEASE_LOCK(CONCAT('rebis_', MD5(DATABASE())))",
};

/// The statements of the first operation; the live column where the script does not say what it is.
pub(super) async fn next(conn: &mut Connection, ops: &[Op]) -> Result<Next> {
    let dialect = conn.dialect();
    let statements = match ops[0].to_ddl() {
        Some(Ddl::AlterColumn { schema, table, existing, change }) if existing.ty == UNKNOWN_TYPE => {
            let filled = Ddl::AlterColumn {
                schema: schema.clone(),
                table: table.clone(),
                existing: live(conn, schema.as_deref(), table, &existing.name).await?,
                change: change.clone(),
            };
            statements(dialect, &Op::Schema(filled))?
        }
        _ => statements(dialect, &ops[0])?,
    };
    Ok(Next { ops: 1, statements })
}

async fn live(conn: &mut Connection, schema: Option<&str>, table: &str, column: &str) -> Result<Column> {
    let options = InspectOptions {
        schemas: schema.map(str::to_owned).into_iter().collect(),
        tables: vec![table.to_owned()],
    };
    let found = inspect(conn, &options).await?;
    let there = found.tables.iter().find(|t| t.name.eq_ignore_ascii_case(table));
    let there = there.ok_or_else(|| {
        Error::new(
            ErrorKind::Migration,
            format!("there is no table {table}; create it first, or correct the name in the script"),
        )
    })?;
    let names: Vec<&str> = there.columns.iter().map(|c| c.name.as_str()).collect();
    there.columns.iter().find(|c| c.name.eq_ignore_ascii_case(column)).cloned().ok_or_else(|| {
        Error::new(
            ErrorKind::Migration,
            format!("table {table} has no column {column}; it has {}", names.join(", ")),
        )
    })
}
