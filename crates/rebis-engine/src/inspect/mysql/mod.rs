//! What a MySQL or MariaDB database holds, read from information_schema. Invariant: six queries, whatever the number of tables.
//!
//! A unique constraint is an index here, so every unique one stands in `indexes`. The index that a foreign key brings with it carries
//! the key's name and is left out.

mod catalogue;
mod objects;
mod options;
mod types;

pub(super) use objects::objects;
pub(super) use options::expect as expect_option;

use rebis_sql::schema::{
    Collation, Column, Computed, Index, ReferentialAction, Schema, ServerDefault, Table,
};
use rebis_sql::{Dialect, SqlType};

use super::tables::Tables;
use super::{InspectOptions, default};
use crate::{Connection, Result};

const TABLES_SQL: &str =
    "SELECT table_name, table_comment, table_collation, engine, row_format, create_options,
    @@default_storage_engine, @@collation_database
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')";

const COLUMNS_SQL: &str = "SELECT table_name, column_name, column_type, is_nullable, column_default, extra,
    generation_expression, column_comment, collation_name
FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position";

pub(super) async fn inspect(
    connection: &mut Connection,
    options: &InspectOptions,
    maria: bool,
) -> Result<Schema> {
    let mut tables = Tables::default();
    connection
        .query(TABLES_SQL, &[], |row| {
            let name: String = row.get(0)?;
            if options.wants(&name) {
                let table = tables.entry(None, name);
                table.comment = Some(row.get::<String>(1)?).filter(|c| !c.is_empty());
                options::read(row, table)?;
            }
            Ok(())
        })
        .await?;
    connection
        .query(COLUMNS_SQL, &[], |row| {
            let Some(table) = tables.get(None, &row.get::<String>(0)?) else { return Ok(()) };
            let found = Found {
                name: row.get(1)?,
                spelled: row.get(2)?,
                nullable: row.get::<String>(3)? == "YES",
                default_sql: row.get(4)?,
                extra: row.get::<String>(5)?.to_ascii_uppercase(),
                generated: row.get(6)?,
                comment: row.get(7)?,
                collation: row.get(8)?,
            };
            let column = found.column(table.option_now(Dialect::MySql, "collate"), maria);
            table.columns.push(column);
            Ok(())
        })
        .await?;
    catalogue::checks(connection, &mut tables, maria).await?;
    catalogue::foreign_keys(connection, &mut tables).await?;
    catalogue::indexes(connection, &mut tables, maria).await?;
    Ok(tables.finish())
}

/// A column as information_schema says it.
struct Found {
    name: String,
    spelled: String,
    nullable: bool,
    default_sql: Option<String>,
    extra: String,
    generated: Option<String>,
    comment: String,
    collation: Option<String>,
}

impl Found {
    /// The column, in a table of that collation.
    fn column(self, usual: Option<&str>, maria: bool) -> Column {
        let ty = types::read(&self.spelled, &self.name);
        let mut column = Column::new(self.name, ty);
        column.collation = self
            .collation
            .filter(|c| Some(c.as_str()) != usual && column.ty != SqlType::Json)
            .map(Collation::from);
        column.nullable = self.nullable;
        column.comment = Some(self.comment).filter(|c| !c.is_empty());
        column.autoincrement = self.extra.contains("AUTO_INCREMENT");
        let generated = self.generated.filter(|sql| !sql.is_empty());
        if let Some(sql) = generated {
            let stored = self.extra.contains("STORED") || self.extra.contains("PERSISTENT");
            let sql = default::unwrap_brackets(&unescaped(sql, maria)).to_owned();
            column.computed = Some(Computed { sql, stored });
        } else if let Some(sql) = self.default_sql {
            let expression = maria || self.extra.contains("DEFAULT_GENERATED");
            column.default = if expression {
                default::read(&column.ty, &plain(&sql, maria), true)
            } else {
                constant(&column.ty, sql)
            };
        }
        column
    }
}

/// MySQL shows a constant without its quotes.
fn constant(ty: &SqlType, text: String) -> Option<ServerDefault> {
    if default::is_now(ty, &text) {
        return Some(ServerDefault::Now);
    }
    let value = default::value(ty, default::Literal::Text(text.clone()));
    Some(value.map_or(ServerDefault::Sql(text), ServerDefault::Value))
}

/// MySQL shows `('abc')` as `_utf8mb4\'abc\'`.
fn plain(sql: &str, maria: bool) -> String {
    let sql = unescaped(sql.to_owned(), maria);
    if maria {
        return sql;
    }
    match sql.strip_prefix('_').and_then(|s| s.split_once('\'')) {
        Some((charset, rest)) if charset.chars().all(|c| c.is_ascii_alphanumeric()) => format!("'{rest}"),
        _ => sql,
    }
}

/// MySQL keeps expressions with their quotes escaped, as no statement takes them.
fn unescaped(sql: String, maria: bool) -> String {
    if maria { sql } else { sql.replace("\\'", "'") }
}

/// What becomes of a declared table here.
pub(super) fn expect(table: &mut Table) {
    if let Some(key) = &mut table.primary_key {
        key.name = None;
    }
    for column in &mut table.columns {
        column.identity = None;
        if let SqlType::Enum { name, .. } = &mut column.ty {
            name.clone_from(&column.name);
        }
    }
    for key in &mut table.foreign_keys {
        for action in [&mut key.on_delete, &mut key.on_update] {
            if *action == ReferentialAction::Restrict {
                *action = ReferentialAction::NoAction;
            }
        }
    }
    for unique in table.uniques.drain(..) {
        // The database names an unnamed one after its first column.
        let name = unique.name.or_else(|| unique.columns.first().cloned()).unwrap_or_default();
        table.indexes.push(Index::new(name, unique.columns).unique());
    }
    for index in &mut table.indexes {
        index.include.clear();
        index.options.clear();
        index.nulls_not_distinct = false;
        index.method = index.method.take().map(|m| m.to_ascii_lowercase()).filter(|m| m != "btree");
    }
}

/// The type that a declared one is read back as.
pub(super) fn expect_type(spelled: &str, column: &str) -> SqlType {
    types::read(spelled, column)
}

/// A collation's name as the catalogue writes it: small, with the character set that a short name leaves out, and the one name of two.
pub(super) fn expect_collation(called: &str) -> Option<String> {
    let called = called.to_ascii_lowercase();
    Some(match called.strip_prefix("utf8_") {
        Some(rest) => format!("utf8mb3_{rest}"),
        None if called.starts_with("uca1400_") => format!("utf8mb4_{called}"),
        None => called,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rebis_sql::Value;

    #[test]
    fn both_servers_say_defaults_in_their_own_words() {
        let found = |sql: &str, extra: &str, maria| {
            let spelled = "varchar(9)".into();
            let (default_sql, extra) = (Some(sql.into()), extra.into());
            let found = Found {
                name: "c".into(),
                spelled,
                nullable: true,
                default_sql,
                extra,
                generated: None,
                comment: String::new(),
                collation: None,
            };
            found.column(None, maria).default
        };
        let text = |t: &str| Some(ServerDefault::Value(Value::Text(t.into())));
        assert_eq!(found("it's", "", false), text("it's"));
        assert_eq!(found("'it''s \\\\ x'", "", true), text("it's \\ x"));
        assert_eq!(found("_utf8mb4\\'abc\\'", "DEFAULT_GENERATED", false), text("abc"));
        assert_eq!(found("NULL", "", true), None);
        assert_eq!(found("uuid()", "DEFAULT_GENERATED", false), Some(ServerDefault::Sql("uuid()".into())));
        assert_eq!(found("current_timestamp()", "", true), Some(ServerDefault::Now));
    }
}
