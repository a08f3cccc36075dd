//! What was done to the database, kept beside the version table: which revision, which way, when, how long, by which program, and what the
//! script was then.
//!
//! **Invariants.** A line is written in the transaction that moves the version table's rows. The checksum is that of what a script says, not
//! of its layout: comments, spaces and line breaks do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rebis_engine::Connection;
use rebis_sql::schema::{Column, PrimaryKey, Table};
use rebis_sql::{Ddl, Expr, Insert, SqlType, Value};

use crate::{Graph, Op, Result, Script, ledger};

/// The table's name.
pub(crate) const TABLE: &str = "rebis_history";

/// Something that was done to the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The revision.
    pub revision: String,
    /// `upgrade`, `downgrade` or `stamp`.
    pub direction: String,
    /// When it was finished.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub elapsed: Duration,
    /// The program that did it and its version.
    pub program: String,
    /// Of the script, as it was then.
    pub checksum: String,
}

/// A script that is not what it was when the database got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// What was applied then.
    pub applied: Applied,
    /// The script's file.
    pub file: &'static str,
}

impl std::fmt::Display for Edited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the script of revision {} ({}) was edited since it was applied on {} by {}: the database has what it said then. Put it back, \
             and write what is to change as a new revision",
            self.applied.revision,
            self.file,
            self.applied.at.format("%Y-%m-%d %H:%M UTC"),
            self.applied.program
        )
    }
}

fn table() -> Table {
    let text = |name: &str, length| Column::new(name, SqlType::String(Some(length))).not_null();
    let mut table = Table::new(TABLE);
    table.columns = vec![
        Column { autoincrement: true, ..Column::new("id", SqlType::BigInteger).not_null() },
        text("revision", 255),
        text("direction", 16),
        Column::new("applied_at", SqlType::DateTime { timezone: true }).not_null(),
        Column::new("elapsed_ms", SqlType::BigInteger).not_null(),
        text("program", 255),
        text("checksum", 32),
    ];
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    table
}

/// Makes the table if it is not there.
pub(crate) async fn ensure(conn: &mut Connection) -> Result<()> {
    ledger::ensure_table(conn, table()).await
}

/// Writes a line.
pub(crate) async fn record(
    conn: &mut Connection,
    script: Option<&Script>,
    revision: &str,
    direction: &str,
    elapsed: Duration,
) -> Result<()> {
    let line = line(script, revision, direction, Expr::Value(Value::DateTimeUtc(Utc::now())), elapsed);
    let compiled = rebis_sql::compile(&rebis_sql::Statement::Insert(line), conn.dialect())?;
    conn.execute(&compiled.sql, &compiled.binds).await?;
    Ok(())
}

/// What makes the table, if it is not there, where no database is asked.
pub(crate) fn printed_table() -> Op {
    Op::Schema(Ddl::CreateTable { table: table(), if_not_exists: true })
}

/// A line of a step that somebody else runs: at whatever moment that is, in no time that anybody knows.
pub(crate) fn printed(script: Option<&Script>, revision: &str, direction: &str) -> Op {
    Op::Insert(line(script, revision, direction, Expr::Now, Duration::ZERO))
}

fn line(script: Option<&Script>, revision: &str, direction: &str, at: Expr, elapsed: Duration) -> Insert {
    let mut insert = Insert::into(TABLE);
    let columns = ["revision", "direction", "applied_at", "elapsed_ms", "program", "checksum"];
    insert.columns = columns.into_iter().map(Into::into).collect();
    let text = |t: &str| Expr::Value(Value::Text(t.to_owned()));
    insert.rows = vec![vec![
        text(revision),
        text(direction),
        at,
        Expr::Value(Value::Int(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))),
        text(script.map(|s| s.program).unwrap_or_default()),
        text(&script.map(|s| checksum(s.source)).unwrap_or_default()),
    ]];
    insert
}

/// All lines, oldest first; none when there is no table.
pub(crate) async fn read(conn: &mut Connection) -> Result<Vec<Applied>> {
    if !ledger::has_table(conn, TABLE).await? {
        return Ok(Vec::new());
    }
    let sql = "SELECT revision, direction, applied_at, elapsed_ms, program, checksum FROM rebis_history ORDER BY id";
    let rows = conn.fetch_all::<(String, String, DateTime<Utc>, i64, String, String)>(sql, &[]).await?;
    let line = |(revision, direction, at, elapsed, program, checksum)| Applied {
        revision,
        direction,
        at,
        elapsed: Duration::from_millis(u64::try_from(elapsed).unwrap_or_default()),
        program,
        checksum,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Refuses rows of the version table that name no revision of this program, and says who wrote them where that is known.
pub(crate) async fn known(conn: &mut Connection, graph: &Graph, current: &BTreeSet<String>) -> Result<()> {
    let Err(error) = graph.known(current) else { return Ok(()) };
    let lines = read(conn).await.unwrap_or_default();
    let stranger = |l: &&Applied| current.contains(&l.revision) && graph.get(&l.revision).is_none();
    Err(match lines.iter().rev().find(stranger) {
        Some(line) => error.and(&format!(
            "By the database's history {} was applied on {} by {}.",
            line.revision,
            line.at.format("%Y-%m-%d %H:%M UTC"),
            line.program
        )),
        None => error,
    })
}

/// The last line of each of these revisions that made it part of the database.
pub(crate) fn latest(lines: Vec<Applied>, applied: &BTreeSet<String>) -> BTreeMap<String, Applied> {
    let mut latest = BTreeMap::new();
    for line in lines.into_iter().filter(|l| l.direction != "downgrade" && applied.contains(&l.revision)) {
        latest.insert(line.revision.clone(), line);
    }
    latest
}

/// The applied scripts that are not what they were.
pub(crate) fn edited(lines: Vec<Applied>, applied: &BTreeSet<String>, scripts: &[Script]) -> Vec<Edited> {
    let latest = latest(lines, applied).into_values();
    let changed = latest.filter_map(|applied| {
        let script = scripts.iter().find(|s| s.revision.id == applied.revision)?;
        // A squash is another script by design.
        let same = !script.revision.replaces.is_empty()
            || applied.checksum.is_empty()
            || applied.checksum == checksum(script.source);
        (!same).then_some(Edited { applied, file: script.file })
    });
    changed.collect()
}

/// A number of what a script says: FNV-1a of its text without comments, spaces and commas, which a formatter adds and takes away.
pub(crate) fn checksum(source: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    for byte in code.flat_map(str::bytes).filter(|b| !b.is_ascii_whitespace() && *b != b',') {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn layout_does_not_count() {
        let a = "//! users\n\nop.create_table(\"user\", |t| {\n    t.column(\"id\", Integer);\n});\n";
        let b = "//! people\r\nop.create_table(\r\n    \"user\",\r\n    |t| { // one\r\n t.column(\"id\", Integer,);\r\n    },\r\n);";
        assert_eq!(checksum(a), checksum(&b.replace(" // one", "")));
        assert_ne!(checksum(a), checksum(&a.replace("user", "users")));
        assert_eq!(checksum(a).len(), 16);
    }
}
