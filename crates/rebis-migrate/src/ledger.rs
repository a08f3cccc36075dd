//! The version table: which revisions the database holds, one row per head, as Alembic keeps it.
//!
//! **Invariants.** Reading never creates it. Every row that is moved was there: a row that somebody else moved in between is an error.

use std::collections::BTreeSet;

use rebis_engine::Connection;
use rebis_sql::schema::Table;
use rebis_sql::{Ddl, Dialect, Value};

use crate::dialect::rules;
use crate::{Error, ErrorKind, Result, history, journal};

/// What Alembic calls the table.
const TABLE: &str = "alembic_version";

/// Which table it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionTable {
    pub(crate) name: String,
    /// The connection's own when absent.
    pub(crate) schema: Option<String>,
}

impl Default for VersionTable {
    fn default() -> Self {
        VersionTable { name: String::from(TABLE), schema: None }
    }
}

impl VersionTable {
    /// The table in SQL.
    fn quoted(&self, dialect: Dialect) -> String {
        let mut quoted = String::new();
        if let Some(schema) = &self.schema {
            dialect.quote_into(schema, &mut quoted);
            quoted.push('.');
        }
        if self.name == TABLE {
            quoted.push_str(TABLE);
        } else {
            dialect.quote_into(&self.name, &mut quoted);
        }
        quoted
    }

    /// Makes the table.
    pub(crate) fn create(&self, dialect: Dialect) -> Result<String> {
        self.check(dialect)?;
        let key = format!("{}_pkc", self.name);
        let key = if self.name == TABLE { key } else { quoted_name(dialect, &key) };
        let table = self.quoted(dialect);
        Ok(format!(
            "CREATE TABLE {table} (version_num VARCHAR(255) NOT NULL, CONSTRAINT {key} PRIMARY KEY (version_num))"
        ))
    }

    /// Refuses a schema where there are none.
    fn check(&self, dialect: Dialect) -> Result<()> {
        match &self.schema {
            Some(schema) if !rules(dialect)?.schemas => Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "the version table cannot be in schema {schema}: {} has no schemas; leave `version_table_schema` out",
                    dialect.name()
                ),
            )),
            _ => Ok(()),
        }
    }

    async fn is_there(&self, conn: &mut Connection) -> Result<bool> {
        self.check(conn.dialect())?;
        let sql = (rules(conn.dialect())?.has_table)(self.schema.as_deref(), &self.name);
        Ok(conn.fetch_optional::<(i64,)>(&sql, &[]).await?.is_some())
    }

    /// The table's rows, sorted; none when the table is not there.
    pub(crate) async fn heads(&self, conn: &mut Connection) -> Result<Vec<String>> {
        if !self.is_there(conn).await? {
            return Ok(Vec::new());
        }
        let mut rows = Vec::new();
        let sql = format!("SELECT version_num FROM {}", self.quoted(conn.dialect()));
        conn.query(&sql, &[], |row| {
            rows.push(row.get(0)?);
            Ok(())
        })
        .await?;
        rows.sort();
        Ok(rows)
    }

    /// Makes the table if it is not there, and widens one that Alembic made: its 32 characters are too few for long names.
    pub(crate) async fn ensure(&self, conn: &mut Connection) -> Result<()> {
        let rules = rules(conn.dialect())?;
        if !self.is_there(conn).await? {
            conn.script(&self.create(conn.dialect())?).await?;
        } else if let Some(narrow) = (rules.is_narrow)(self.schema.as_deref(), &self.name)
            && conn.fetch_optional::<(i64,)>(&narrow, &[]).await?.is_some()
        {
            conn.script(&(rules.widen)(&self.quoted(conn.dialect()))).await?;
        }
        Ok(())
    }

    /// The statements that lead from one set of rows to another: each touches exactly one row.
    pub(crate) fn moves(
        &self,
        dialect: Dialect,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
    ) -> Result<Vec<String>> {
        let table = self.quoted(dialect);
        let literal = |id: &String| dialect.literal(&Value::Text(id.clone()));
        let mut gone = before.difference(after).peekable();
        let mut new = after.difference(before).peekable();
        let mut sql = Vec::new();
        if let (Some(from), Some(to)) = (gone.peek(), new.peek()) {
            let (from, to) = (literal(from)?, literal(to)?);
            sql.push(format!("UPDATE {table} SET version_num = {to} WHERE version_num = {from}"));
            gone.next();
            new.next();
        }
        for id in gone {
            sql.push(format!("DELETE FROM {table} WHERE version_num = {}", literal(id)?));
        }
        for id in new {
            sql.push(format!("INSERT INTO {table} (version_num) VALUES ({})", literal(id)?));
        }
        Ok(sql)
    }

    /// Moves the rows.
    pub(crate) async fn record(
        &self,
        conn: &mut Connection,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
    ) -> Result<()> {
        for sql in self.moves(conn.dialect(), before, after)? {
            let done = conn.execute(&sql, &[]).await?;
            if done.rows_affected != 1 {
                return Err(Error::new(
                    ErrorKind::State,
                    format!(
                        "Online migration expected to match one row in '{}'; {} found by `{sql}`. Another program changed the table \
                         in between: look at `db current`, then try again",
                        self.name, done.rows_affected
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn quoted_name(dialect: Dialect, name: &str) -> String {
    let mut quoted = String::new();
    dialect.quote_into(name, &mut quoted);
    quoted
}

/// Whether a table that migrations keep is there.
pub(crate) async fn has_table(conn: &mut Connection, table: &str) -> Result<bool> {
    let sql = (rules(conn.dialect())?.has_table)(None, table);
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

/// Whether a table is kept by migrations whatever the version table is called, and so is no model's.
pub(crate) fn is_ours(table: &str) -> bool {
    [TABLE, history::TABLE, journal::TABLE].contains(&table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_move_one_by_one() {
        let set = |ids: &[&str]| ids.iter().map(|i| (*i).to_owned()).collect::<BTreeSet<_>>();
        let sql = |a: &[&str], b: &[&str]| {
            VersionTable::default().moves(Dialect::ALL[0], &set(a), &set(b)).unwrap()
        };
        assert_eq!(sql(&[], &["a"]), ["INSERT INTO alembic_version (version_num) VALUES ('a')"]);
        assert_eq!(
            sql(&["a"], &["b"]),
            ["UPDATE alembic_version SET version_num = 'b' WHERE version_num = 'a'"]
        );
        assert_eq!(sql(&["a", "b", "x"], &["m", "x"]).len(), 2);
        assert_eq!(sql(&["a'"], &[]), ["DELETE FROM alembic_version WHERE version_num = 'a'''"]);
        assert!(sql(&["a"], &["a"]).is_empty());
        let other = VersionTable { name: "Shop".into(), schema: Some("meta".into()) };
        let sql = other.moves(Dialect::ALL[0], &set(&[]), &set(&["a"])).unwrap();
        assert_eq!(sql, ["INSERT INTO \"meta\".\"Shop\" (version_num) VALUES ('a')"]);
    }
}
