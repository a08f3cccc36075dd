//! MySQL's schema changes. Invariant: MODIFY repeats all that the column is, because what it leaves out is lost.

use super::MySql;
use crate::compile::Result;
use crate::ddl::{ColumnChange, Constraint, ConstraintKind};
use crate::dialect::ddl::{
    DdlRules, DropAt, IndexAt, column_def, constraint_def, if_exists_text, index_text, name, no_options, own,
    qualified, word,
};
use crate::dialect::quote::push_text;
use crate::dialect::rules::{Names, TypeRules, invalid};
use crate::schema::{Column, Index, ServerDefault, Table};
use crate::{SqlType, Value};

impl DdlRules for MySql {
    fn autoincrement(&self, _column: &Column) -> Result<(&'static str, &'static str)> {
        Ok(("", " AUTO_INCREMENT"))
    }

    fn collation(&self, called: &str) -> Result<String> {
        word(called).map(str::to_owned)
    }

    /// MariaDB's grammar has no NOT NULL there.
    fn has_computed_not_null(&self) -> bool {
        !self.maria
    }

    /// The fraction of the function must be the column's; a moment is stored in UTC whatever the session's zone is.
    fn default_now(&self, ty: &SqlType) -> &'static str {
        match ty {
            SqlType::Date => "(CURRENT_DATE)",
            SqlType::Time => "(CURRENT_TIME(6))",
            SqlType::DateTime { timezone: true } => "(UTC_TIMESTAMP(6))",
            SqlType::DateTime { timezone: false } => "CURRENT_TIMESTAMP(6)",
            _ => "CURRENT_TIMESTAMP",
        }
    }

    /// Long types take a default only as an expression.
    fn default_value(&self, ty: &SqlType, default: &ServerDefault, sql: &mut String) -> Result<()> {
        let long = matches!(ty, SqlType::Text | SqlType::LargeBinary | SqlType::Json);
        match default {
            ServerDefault::Value(value) if long && !matches!(value, Value::Null) => {
                sql.push('(');
                self.literal(value, sql)?;
                sql.push(')');
            }
            ServerDefault::Value(value) => self.literal(value, sql)?,
            ServerDefault::Now => sql.push_str(self.default_now(ty)),
            ServerDefault::Sql(text) => {
                sql.push_str(&if is_moment(default) { text.clone() } else { format!("({text})") });
            }
        }
        Ok(())
    }

    fn column_tail(&self, column: &Column, sql: &mut String) -> Result<()> {
        if let Some(comment) = &column.comment {
            sql.push_str(" COMMENT ");
            push_text(comment, true, sql)?;
        }
        Ok(())
    }

    fn table_tail(&self, table: &Table, sql: &mut String) -> Result<()> {
        if let Some(comment) = &table.comment {
            sql.push_str(" COMMENT ");
            push_text(comment, true, sql)?;
        }
        Ok(())
    }

    fn has_deferrable(&self) -> bool {
        false
    }

    fn table_options(&self, table: &Table) -> Result<String> {
        let written =
            own(self.dialect(), table)?.into_iter().map(|(option, value)| option_text(option, value));
        Ok(written.map(|text| format!(" {text}")).collect())
    }

    /// Columns keep the collation that they were made with, though nobody gave it to them: those that have the table's follow it.
    fn alter_option(
        &self,
        table: &str,
        option: &str,
        value: Option<&str>,
        columns: &[Column],
        out: &mut Vec<String>,
    ) -> Result<()> {
        let value = value.map_or(Ok("DEFAULT"), word)?;
        let mut parts = vec![option_text(option, value)];
        for column in columns {
            parts.push(format!("MODIFY COLUMN {}", column_def(self, column)?));
        }
        out.push(format!("ALTER TABLE {table} {}", parts.join(", ")));
        Ok(())
    }

    fn online(&self, algorithm: Option<&str>, lock: Option<&str>) -> Result<Option<[String; 2]>> {
        let mut said = Vec::new();
        for (what, how) in [("ALGORITHM", algorithm), ("LOCK", lock)] {
            if let Some(how) = how {
                said.push(format!("{what}={}", word(how)?.to_ascii_uppercase()));
            }
        }
        Ok(Some([format!(", {}", said.join(", ")), format!(" {}", said.join(" "))]))
    }

    fn renamed(&self, schema: Option<&str>, to: &str) -> Result<String> {
        qualified(self, schema, to)
    }

    fn comment_table(&self, table: &str, comment: Option<&str>, out: &mut Vec<String>) -> Result<()> {
        let mut sql = format!("ALTER TABLE {table} COMMENT ");
        push_text(comment.unwrap_or(""), true, &mut sql)?;
        out.push(sql);
        Ok(())
    }

    fn alter_column(
        &self,
        table: &str,
        existing: &Column,
        change: &ColumnChange,
        out: &mut Vec<String>,
    ) -> Result<()> {
        let only_default =
            ColumnChange { default: change.default.clone(), ..ColumnChange::default() } == *change;
        match &change.default {
            Some(None) if only_default => {
                out.push(format!(
                    "ALTER TABLE {table} ALTER COLUMN {} DROP DEFAULT",
                    name(self, &existing.name)?
                ));
                return Ok(());
            }
            Some(Some(default)) if only_default && !is_moment(default) => {
                let mut sql =
                    format!("ALTER TABLE {table} ALTER COLUMN {} SET DEFAULT ", name(self, &existing.name)?);
                self.default_value(&existing.ty, default, &mut sql)?;
                out.push(sql);
                return Ok(());
            }
            _ => {}
        }
        if matches!(change.identity, Some(Some(_))) {
            return Err(self.lacks("identity columns", "let the key count up (`autoincrement`) here"));
        }
        let mut column = existing.clone();
        if let Some(ty) = &change.ty {
            column.ty = ty.clone();
        }
        if let Some(nullable) = change.nullable {
            column.nullable = nullable;
        }
        if let Some(default) = &change.default {
            column.default.clone_from(default);
        }
        if let Some(comment) = &change.comment {
            column.comment.clone_from(comment);
        }
        if let Some(counts) = change.autoincrement {
            column.autoincrement = counts;
        }
        if let Some(collation) = &change.collation {
            column.collation.clone_from(collation);
        } else if !self.has_collation(&column.ty) {
            // A number has none to keep.
            column.collation = None;
        }
        let asked = ColumnChange { using: None, identity: None, ..change.clone() } != ColumnChange::default();
        if asked {
            out.push(format!("ALTER TABLE {table} MODIFY COLUMN {}", column_def(self, &column)?));
        }
        Ok(())
    }

    fn add_constraint(&self, table: &str, constraint: &Constraint, out: &mut Vec<String>) -> Result<()> {
        out.push(format!("ALTER TABLE {table} ADD {}", constraint_def(self, constraint)?));
        Ok(())
    }

    fn drop_constraint(
        &self,
        table: &str,
        called: &str,
        kind: ConstraintKind,
        out: &mut Vec<String>,
    ) -> Result<()> {
        let what = match kind {
            ConstraintKind::PrimaryKey => {
                out.push(format!("ALTER TABLE {table} DROP PRIMARY KEY"));
                return Ok(());
            }
            ConstraintKind::ForeignKey => "FOREIGN KEY",
            ConstraintKind::Unique => "INDEX",
            ConstraintKind::Check if self.maria => "CONSTRAINT",
            ConstraintKind::Check => "CHECK",
            ConstraintKind::Exclusion => {
                return Err(self.lacks("exclusion constraints", "there is none to drop here"));
            }
        };
        out.push(format!("ALTER TABLE {table} DROP {what} {}", name(self, called)?));
        Ok(())
    }

    fn key_length(&self, index: &Index, column: &str) -> String {
        let length = index.lengths.iter().find(|(of, _)| of == column);
        length.map(|(_, length)| format!("({length})")).unwrap_or_default()
    }

    fn create_index(&self, at: &IndexAt<'_>, index: &Index, out: &mut Vec<String>) -> Result<()> {
        no_options(self, index)?;
        if index.filter.is_some() {
            return Err(self.lacks("partial indexes", "index all rows, or index a generated column"));
        }
        if self.maria && index.keys.iter().any(|k| matches!(k, crate::schema::IndexKey::Expression(_))) {
            return Err(self.lacks("indexes over expressions", "index a generated column"));
        }
        // MySQL knows no IF [NOT] EXISTS for an index: one that is there is an error there.
        let head = if at.if_not_exists && self.maria { "IF NOT EXISTS " } else { "" };
        let mut sql = index_text(
            self,
            &Index { method: None, ..index.clone() },
            head,
            &name(self, &index.name)?,
            &qualified(self, at.schema, at.table)?,
        )?;
        if let Some(method) = &index.method {
            // Here the method stands after the keys, and that of another kind of index before the word INDEX.
            match method.to_ascii_lowercase().as_str() {
                "btree" => sql.push_str(" USING BTREE"),
                "hash" => sql.push_str(" USING HASH"),
                "fulltext" if !index.unique => sql.insert_str("CREATE ".len(), "FULLTEXT "),
                "spatial" if !index.unique => sql.insert_str("CREATE ".len(), "SPATIAL "),
                _ => {
                    return Err(invalid(format!(
                        "{method:?} is no index method of MySQL; use btree, hash, or (without `unique`) fulltext or spatial"
                    )));
                }
            }
        }
        out.push(sql);
        Ok(())
    }

    fn drop_index(&self, at: &DropAt<'_>, index: &str, out: &mut Vec<String>) -> Result<()> {
        let exists = if_exists_text(at.if_exists && self.maria);
        let table = qualified(self, at.schema, at.table)?;
        out.push(format!("DROP INDEX {exists}{} ON {table}", name(self, index)?));
        Ok(())
    }

    fn sequence(&self) -> Result<()> {
        if self.maria { Ok(()) } else { Err(self.lacks("sequences", "let a key count up (`autoincrement`)")) }
    }

    fn guards(&self) -> Result<()> {
        if self.maria {
            Ok(())
        } else {
            Err(self.lacks("IF EXISTS in ALTER TABLE", "leave it out: a migration runs once"))
        }
    }
}

fn option_text(option: &str, value: &str) -> String {
    format!("{}={value}", option.to_ascii_uppercase())
}

/// CURRENT_TIMESTAMP in any spelling is the one function that stands without brackets, and must; SET DEFAULT does not take it.
fn is_moment(default: &ServerDefault) -> bool {
    match default {
        ServerDefault::Now => true,
        ServerDefault::Sql(text) => {
            text.get(..17).is_some_and(|t| t.eq_ignore_ascii_case("current_timestamp"))
        }
        ServerDefault::Value(_) => false,
    }
}
