//! The version table: which revisions the database holds, one row per head, as Alembic keeps it.
//!
//! **Invariants.** Reading never creates it. Every row that is moved was there: a row that somebody else moved in between is an error.

use std::collections::BTreeSet;

use rebis_engine::Connection;
use rebis_sql::schema::Table;
use rebis_sql::{Ddl, Value};

use crate::dialect::rules;
use crate::{Error, ErrorKind, Result, history, journal};

/// The table's name.
const TABLE: &str = "alembic_version";

/// Makes the table.
pub(crate) const CREATE: &str = "CREATE TABLE alembic_version (version_num VARCHAR(255) NOT NULL, CONSTRAINT alembic_version_pkc \
    PRIMARY KEY (version_num))";

/// The table's rows, sorted; none when the table is not there.
pub(crate) async fn heads(conn: &mut Connection) -> Result<Vec<String>> {
    if !has_table(conn, TABLE).await? {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    conn.query("SELECT version_num FROM alembic_version", &[], |row| {
        rows.push(row.get(0)?);
        Ok(())
    })
    .await?;
    rows.sort();
    Ok(rows)
}

/// Whether a table that migrations keep is there.
pub(crate) async fn has_table(conn: &mut Connection, table: &str) -> Result<bool> {
    let sql = rules(conn.dialect())?.has_table.replace("{}", table);
    Ok(conn.fetch_optional::<(i64,)>(&sql, &[]).await?.is_some())
}

/// Makes a table that migrations keep if it is not there. The table is looked for first: where changes of the schema commit, one that does
/// nothing would as well.
pub(crate) async fn ensure_table(conn: &mut Connection, table: Table) -> Result<()> {
    if !has_table(conn, &table.name).await? {
        for sql in conn.dialect().ddl(&Ddl::CreateTable { table, if_not_exists: true })? {
            conn.script(&sql).await?;
        }
    }
    Ok(())
}

/// Whether a table is kept by migrations, and so is no model's.
pub(crate) fn is_ours(table: &str) -> bool {
    [TABLE, history::TABLE, journal::TABLE].contains(&table)
}

/// Makes the table if it is not there, and widens one that Alembic made: its 32 characters are too few for long names.
pub(crate) async fn ensure(conn: &mut Connection) -> Result<()> {
    let rules = rules(conn.dialect())?;
    if !has_table(conn, TABLE).await? {
        conn.script(CREATE).await?;
    } else if let Some(narrow) = rules.is_narrow
        && conn.fetch_optional::<(i64,)>(narrow, &[]).await?.is_some()
    {
        conn.script(rules.widen).await?;
    }
    Ok(())
}

/// The statements that lead from one set of rows to another: each touches exactly one row.
pub(crate) fn moves(
    dialect: rebis_sql::Dialect,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
) -> Result<Vec<String>> {
    let literal = |id: &String| dialect.literal(&Value::Text(id.clone()));
    let mut gone = before.difference(after).peekable();
    let mut new = after.difference(before).peekable();
    let mut sql = Vec::new();
    if let (Some(from), Some(to)) = (gone.peek(), new.peek()) {
        let (from, to) = (literal(from)?, literal(to)?);
        sql.push(format!("UPDATE alembic_version SET version_num = {to} WHERE version_num = {from}"));
        gone.next();
        new.next();
    }
    for id in gone {
        sql.push(format!("DELETE FROM alembic_version WHERE version_num = {}", literal(id)?));
    }
    for id in new {
        sql.push(format!("INSERT INTO alembic_version (version_num) VALUES ({})", literal(id)?));
    }
    Ok(sql)
}

/// Moves the rows.
pub(crate) async fn record(
    conn: &mut Connection,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
) -> Result<()> {
    for sql in moves(conn.dialect(), before, after)? {
        let done = conn.execute(&sql, &[]).await?;
        if done.rows_affected != 1 {
            return Err(Error::new(
                ErrorKind::State,
                format!(
                    "Online migration expected to match one row in 'alembic_version'; {} found by `{sql}`. Another program changed the table \
                     in between: look at `db current`, then try again",
                    done.rows_affected
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rebis_sql::Dialect;

    use super::*;

    #[test]
    fn rows_move_one_by_one() {
        let set = |ids: &[&str]| ids.iter().map(|i| (*i).to_owned()).collect::<BTreeSet<_>>();
        let sql = |a: &[&str], b: &[&str]| moves(Dialect::Sqlite, &set(a), &set(b)).unwrap();
        assert_eq!(sql(&[], &["a"]), ["INSERT INTO alembic_version (version_num) VALUES ('a')"]);
        assert_eq!(
            sql(&["a"], &["b"]),
            ["UPDATE alembic_version SET version_num = 'b' WHERE version_num = 'a'"]
        );
        assert_eq!(sql(&["a", "b", "x"], &["m", "x"]).len(), 2);
        assert_eq!(sql(&["a'"], &[]), ["DELETE FROM alembic_version WHERE version_num = 'a'''"]);
        assert!(sql(&["a"], &["a"]).is_empty());
    }
}
