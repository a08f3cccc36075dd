//! SQLite's schema changes. Invariant: a constraint or column that ALTER TABLE cannot change is refused; a migration rebuilds the table.

use super::Sqlite;
use crate::SqlType;
use crate::compile::Result;
use crate::ddl::{ColumnChange, Constraint, ConstraintKind};
use crate::dialect::ddl::{DdlRules, IndexAt, index_text, name, no_options, own, qualified};
use crate::dialect::quote::push_text;
use crate::dialect::rules::{Names, invalid};
use crate::schema::{Column, Index, ServerDefault, Table};

const REBUILD: &str = "let a migration rebuild the table (it does so by itself)";

impl DdlRules for Sqlite {
    /// Only the exact type INTEGER makes a key the row's own number; BIGINT would stay NULL.
    fn table_options(&self, table: &Table) -> Result<String> {
        let mut words = Vec::new();
        for (option, value) in own(self.dialect(), table)? {
            match (option, value) {
                ("strict", "true") => words.push("STRICT"),
                ("with_rowid", "false") => words.push("WITHOUT ROWID"),
                ("strict", "false") | ("with_rowid", "true") => {}
                _ => {
                    let text = format!(
                        "sqlite_{option} = {value} means nothing; there are sqlite_strict and sqlite_with_rowid"
                    );
                    return Err(crate::dialect::rules::invalid(text));
                }
            }
        }
        Ok(if words.is_empty() { String::new() } else { format!(" {}", words.join(", ")) })
    }

    fn alter_option(
        &self,
        _table: &str,
        _option: &str,
        _value: Option<&str>,
        _columns: &[Column],
        _out: &mut Vec<String>,
    ) -> Result<()> {
        Err(self.lacks("alter_table", REBUILD))
    }

    fn autoincrement(&self, _column: &Column) -> Result<(&'static str, &'static str)> {
        Ok(("INTEGER", ""))
    }

    /// An expression stands in brackets here.
    fn default_value(&self, ty: &SqlType, default: &ServerDefault, sql: &mut String) -> Result<()> {
        use crate::dialect::rules::TypeRules as _;
        match default {
            ServerDefault::Value(value) => self.literal(value, sql)?,
            ServerDefault::Now => sql.push_str(self.default_now(ty)),
            ServerDefault::Sql(text) => {
                sql.push('(');
                sql.push_str(text);
                sql.push(')');
            }
        }
        Ok(())
    }

    /// The CHECK of an enum carries the enum's name, so that inspection finds name and labels again.
    fn column_tail(&self, column: &Column, sql: &mut String) -> Result<()> {
        let SqlType::Enum { name: called, values } = &column.ty else { return Ok(()) };
        sql.push_str(" CONSTRAINT ");
        sql.push_str(&name(self, &format!("enum_{called}"))?);
        sql.push_str(" CHECK (");
        sql.push_str(&name(self, &column.name)?);
        sql.push_str(" IN (");
        for (i, value) in values.iter().enumerate() {
            sql.push_str(if i == 0 { "" } else { ", " });
            push_text(value, false, sql)?;
        }
        sql.push_str("))");
        Ok(())
    }

    fn check_added(&self, column: &Column) -> Result<()> {
        let constant = matches!(column.default, Some(ServerDefault::Value(ref v)) if !v.is_null());
        let now = matches!(column.default, Some(ServerDefault::Now | ServerDefault::Sql(_)));
        let stored = column.computed.as_ref().is_some_and(|c| c.stored);
        let filled = constant || column.computed.is_some();
        if column.autoincrement || now || stored || (!column.nullable && !filled) {
            return Err(self.lacks("alter_table", REBUILD));
        }
        Ok(())
    }

    fn alter_column(
        &self,
        _table: &str,
        _existing: &Column,
        change: &ColumnChange,
        _out: &mut Vec<String>,
    ) -> Result<()> {
        if matches!(change.identity, Some(Some(_))) {
            return Err(crate::dialect::rules::invalid(
                "SQLite has no identity columns; let the key count up (`autoincrement`) here",
            ));
        }
        // A lone INTEGER key counts up here whatever is said, and nothing else does.
        let comment_only =
            ColumnChange { comment: None, autoincrement: None, ..change.clone() } == ColumnChange::default();
        if comment_only { Ok(()) } else { Err(self.lacks("alter_table", REBUILD)) }
    }

    fn add_constraint(&self, _table: &str, _constraint: &Constraint, _out: &mut Vec<String>) -> Result<()> {
        Err(self.lacks("alter_table", REBUILD))
    }

    fn drop_constraint(
        &self,
        _table: &str,
        _name: &str,
        _kind: ConstraintKind,
        _out: &mut Vec<String>,
    ) -> Result<()> {
        Err(self.lacks("alter_table", REBUILD))
    }

    /// The schema stands before the index's name here, not before the table's. INCLUDE, a hint for speed, is left out.
    fn create_index(&self, at: &IndexAt<'_>, index: &Index, out: &mut Vec<String>) -> Result<()> {
        if index.method.is_some() {
            return Err(invalid("SQLite has one kind of index; leave the method out"));
        }
        no_options(self, index)?;
        let head = if at.if_not_exists { "IF NOT EXISTS " } else { "" };
        let called = qualified(self, at.schema, &index.name)?;
        let mut sql = index_text(self, index, head, &called, &name(self, at.table)?)?;
        if let Some(filter) = &index.filter {
            sql.push_str(" WHERE ");
            sql.push_str(filter);
        }
        out.push(sql);
        Ok(())
    }
}
