//! PostgreSQL's schema changes. Invariant: a type is made before the first column that uses it, and a default never outlives its type.
//!
//! Keys that count up are SERIAL, as SQLAlchemy writes them, so a database that Alembic manages shows no difference; inspection knows
//! them by the sequence that the column owns (`nextval` in the default), and identity columns by themselves.

use super::Postgres;
use crate::SqlType;
use crate::compile::Result;
use crate::ddl::{ColumnChange, Constraint, Exclusion};
use crate::dialect::ddl::{
    DdlRules, DropAt, IndexAt, collate, columns, constraint_def, if_exists_text, index_text, is_text, name,
    of_index, qualified,
};
use crate::dialect::ddl::{own, word};
use crate::dialect::rules::{Names, TypeRules, invalid};
use crate::schema::{Column, Identity, Index, ServerDefault, Table};

impl DdlRules for Postgres {
    fn autoincrement(&self, column: &Column) -> Result<(&'static str, &'static str)> {
        match column.ty {
            SqlType::SmallInteger => Ok(("SMALLSERIAL", "")),
            SqlType::Integer => Ok(("SERIAL", "")),
            SqlType::BigInteger => Ok(("BIGSERIAL", "")),
            _ => Err(invalid(format!("column {:?} counts up but is no integer", column.name))),
        }
    }

    fn has_collation(&self, ty: &SqlType) -> bool {
        match ty {
            SqlType::Enum { .. } | SqlType::Uuid => false,
            SqlType::Array(of) => self.has_collation(of),
            ty => is_text(ty),
        }
    }

    fn has_deferrable_unique(&self) -> bool {
        true
    }

    fn nulls_not_distinct(&self) -> Result<&'static str> {
        Ok(" NULLS NOT DISTINCT")
    }

    fn has_match_full(&self) -> bool {
        true
    }

    fn table_options(&self, table: &Table) -> Result<String> {
        let mut with = Vec::new();
        let mut tail = String::new();
        for (option, value) in own(self.dialect(), table)? {
            match option {
                "tablespace" => tail = format!(" TABLESPACE {}", name(self, value)?),
                _ => with.push(format!("{option} = {value}")),
            }
        }
        let with = if with.is_empty() { String::new() } else { format!(" WITH ({})", with.join(", ")) };
        Ok(with + &tail)
    }

    fn alter_option(
        &self,
        table: &str,
        option: &str,
        value: Option<&str>,
        _columns: &[Column],
        out: &mut Vec<String>,
    ) -> Result<()> {
        out.push(match (option, value) {
            ("tablespace", value) => {
                format!("ALTER TABLE {table} SET TABLESPACE {}", name(self, value.unwrap_or("pg_default"))?)
            }
            (option, Some(value)) => format!("ALTER TABLE {table} SET ({option} = {})", word(value)?),
            (option, None) => format!("ALTER TABLE {table} RESET ({option})"),
        });
        Ok(())
    }

    fn has_materialized(&self) -> bool {
        true
    }

    fn has_triggers_of_tables(&self) -> bool {
        true
    }

    fn has_identity(&self) -> bool {
        true
    }

    fn comment_on(&self, what: &str, comment: Option<&str>, out: &mut Vec<String>) -> Result<()> {
        let text = match comment {
            None => String::from("NULL"),
            Some(text) => text_literal(self, text)?,
        };
        out.push(format!("COMMENT ON {what} IS {text}"));
        Ok(())
    }

    /// There is no CREATE TYPE IF NOT EXISTS, and two tables may share a type.
    fn ensure_type(&self, ty: &SqlType, out: &mut Vec<String>) -> Result<()> {
        match ty {
            SqlType::Array(of) => self.ensure_type(of, out),
            SqlType::Enum { name: called, values } => {
                let create = create_type(self, called, values)?;
                let mut tag = String::from("$rebis$");
                while create.contains(&tag) {
                    tag.insert(1, 'x');
                }
                out.push(format!(
                    "DO {tag} BEGIN {create}; EXCEPTION WHEN duplicate_object THEN NULL; END {tag}"
                ));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn named_type(&self, called: &str, values: Option<&[String]>, out: &mut Vec<String>) -> Result<()> {
        out.push(match values {
            Some(values) => create_type(self, called, values)?,
            None => format!("DROP TYPE {}", name(self, called)?),
        });
        Ok(())
    }

    /// New labels are added to the type; when a label goes, every column moves to a new type, its default leaving and coming back.
    fn alter_type(
        &self,
        called: &str,
        (from, to): (&[String], &[String]),
        anew: bool,
        used_by: &[(Option<String>, String, Column)],
        out: &mut Vec<String>,
    ) -> Result<()> {
        if !anew && add_labels(self, called, from, to, out)? {
            return Ok(());
        }
        let (quoted, old) = (name(self, called)?, name(self, &format!("{called}_old"))?);
        out.push(format!("ALTER TYPE {quoted} RENAME TO {old}"));
        out.push(create_type(self, called, to)?);
        for (schema, table, column) in used_by {
            let array = if matches!(column.ty, SqlType::Array(_)) { "[]" } else { "" };
            let at = name(self, &column.name)?;
            let alter =
                format!("ALTER TABLE {} ALTER COLUMN {at}", qualified(self, schema.as_deref(), table)?);
            if column.default.is_some() {
                out.push(format!("{alter} DROP DEFAULT"));
            }
            out.push(format!("{alter} TYPE {quoted}{array} USING {at}::text{array}::{quoted}{array}"));
            if let Some(default) = &column.default {
                let mut sql = format!("{alter} SET DEFAULT ");
                self.default_value(&column.ty, default, &mut sql)?;
                out.push(sql);
            }
        }
        out.push(format!("DROP TYPE {old}"));
        Ok(())
    }

    fn alter_column(
        &self,
        table: &str,
        existing: &Column,
        change: &ColumnChange,
        out: &mut Vec<String>,
    ) -> Result<()> {
        let column = name(self, &existing.name)?;
        let alter = format!("ALTER TABLE {table} ALTER COLUMN {column}");
        if change.autoincrement == Some(false) {
            out.push(drop_counter(self, table, existing)?);
        }
        let mut restored = false;
        if let Some(ty) = change.ty.as_ref().or(change.collation.as_ref().map(|_| &existing.ty)) {
            // An enum and its default depend on each other: the default leaves before the type changes and comes back after it.
            let enums = [&existing.ty, ty].iter().any(|t| matches!(t, SqlType::Enum { .. }));
            let lifted = enums && existing.default.is_some();
            if lifted {
                out.push(format!("{alter} DROP DEFAULT"));
            }
            let mut spelled = String::new();
            self.type_name(ty, &mut spelled)?;
            let using = match (&change.using, enums) {
                (Some(sql), _) => format!(" USING {sql}"),
                (None, true) => format!(" USING {column}::text::{spelled}"),
                (None, false) => String::new(),
            };
            match (&existing.ty, ty) {
                (SqlType::Enum { name: old, values: from }, SqlType::Enum { name: new, values: to })
                    if old == new =>
                {
                    change_labels(self, new, from, to, &alter, &using, out)?;
                }
                _ => {
                    self.ensure_type(ty, out)?;
                    let collate = collate(self, &collated(self, existing, ty, change))?;
                    out.push(format!("{alter} TYPE {spelled}{collate}{using}"));
                }
            }
            restored = lifted && change.default.is_none();
        }
        // Such a column forbids NULL: it stops being one before NULL is allowed.
        if change.identity == Some(None) {
            out.extend(change_identity(&alter, existing.identity.as_ref(), None));
        }
        match change.nullable {
            Some(true) => out.push(format!("{alter} DROP NOT NULL")),
            Some(false) => out.push(format!("{alter} SET NOT NULL")),
            None => {}
        }
        let default = if restored { Some(&existing.default) } else { change.default.as_ref() };
        match default {
            None => {}
            Some(None) => out.push(format!("{alter} DROP DEFAULT")),
            Some(Some(default)) => {
                let mut sql = format!("{alter} SET DEFAULT ");
                let default: &ServerDefault = default;
                self.default_value(change.ty.as_ref().unwrap_or(&existing.ty), default, &mut sql)?;
                out.push(sql);
            }
        }
        if change.autoincrement == Some(true) {
            count_up(self, table, existing, &alter, out)?;
        }
        if let Some(Some(identity)) = &change.identity {
            if existing.autoincrement && existing.identity.is_none() && change.autoincrement != Some(false) {
                out.push(drop_counter(self, table, existing)?);
            }
            out.extend(change_identity(&alter, existing.identity.as_ref(), Some(identity)));
            if existing.identity.is_none() && existing.autoincrement {
                out.push(go_on(self, table, existing)?);
            }
        }
        if let Some(comment) = &change.comment {
            self.comment_on(&format!("COLUMN {table}.{column}"), comment.as_deref(), out)?;
        }
        Ok(())
    }

    fn add_constraint(&self, table: &str, constraint: &Constraint, out: &mut Vec<String>) -> Result<()> {
        out.push(format!("ALTER TABLE {table} ADD {}", constraint_def(self, constraint)?));
        Ok(())
    }

    fn drop_index(&self, at: &DropAt<'_>, index: &str, out: &mut Vec<String>) -> Result<()> {
        let beside = if at.concurrently { "CONCURRENTLY " } else { "" };
        out.push(format!(
            "DROP INDEX {beside}{}{}",
            if_exists_text(at.if_exists),
            qualified(self, at.schema, index)?
        ));
        Ok(())
    }

    fn not_valid(&self, _table: &str) -> Result<()> {
        Ok(())
    }

    fn sequence(&self) -> Result<()> {
        Ok(())
    }

    fn guards(&self) -> Result<()> {
        Ok(())
    }

    fn exclusion(&self, exclusion: &Exclusion) -> Result<String> {
        let mut sql = String::new();
        if let Some(called) = &exclusion.name {
            sql.push_str(&format!("CONSTRAINT {} ", name(self, called)?));
        }
        sql.push_str("EXCLUDE");
        if let Some(method) = &exclusion.method {
            sql.push_str(&format!(" USING {}", name(self, method)?));
        }
        let elements: Vec<String> = exclusion
            .elements
            .iter()
            .map(|(expression, operator)| format!("{expression} WITH {operator}"))
            .collect();
        sql.push_str(&format!(" ({})", elements.join(", ")));
        if let Some(filter) = &exclusion.filter {
            sql.push_str(&format!(" WHERE ({filter})"));
        }
        match exclusion.deferrable {
            None => {}
            Some(true) => sql.push_str(" DEFERRABLE INITIALLY DEFERRED"),
            Some(false) => sql.push_str(" DEFERRABLE"),
        }
        Ok(sql)
    }

    fn create_index(&self, at: &IndexAt<'_>, index: &Index, out: &mut Vec<String>) -> Result<()> {
        let head = match (at.concurrently, at.if_not_exists) {
            (false, false) => "",
            (false, true) => "IF NOT EXISTS ",
            (true, false) => "CONCURRENTLY ",
            (true, true) => "CONCURRENTLY IF NOT EXISTS ",
        };
        let on = qualified(self, at.schema, at.table)?;
        let mut sql = index_text(self, index, head, &name(self, &index.name)?, &on)?;
        if !index.include.is_empty() {
            sql.push_str(&format!(" INCLUDE ({})", columns(self, &index.include)?));
        }
        if index.nulls_not_distinct {
            sql.push_str(self.nulls_not_distinct()?);
        }
        let options: Vec<String> = of_index(self.dialect(), index)?
            .iter()
            .map(|(option, value)| format!("{option} = {value}"))
            .collect();
        if !options.is_empty() {
            sql.push_str(&format!(" WITH ({})", options.join(", ")));
        }
        if let Some(filter) = &index.filter {
            sql.push_str(" WHERE ");
            sql.push_str(filter);
        }
        out.push(sql);
        Ok(())
    }
}

/// The column as its collation will be: a new type keeps the one that is there, which it would lose otherwise.
fn collated(r: &Postgres, existing: &Column, ty: &SqlType, change: &ColumnChange) -> Column {
    let kept = existing.collation.clone().filter(|_| r.has_collation(ty));
    let collation = change.collation.clone().unwrap_or(kept);
    Column { collation, ..Column::new(existing.name.clone(), ty.clone()) }
}

/// A column counts up no more by itself: its own sequence, which has whatever name, goes with the default that uses it.
fn drop_counter(r: &Postgres, table: &str, column: &Column) -> Result<String> {
    let (table, column) = (text_literal(r, table)?, text_literal(r, &column.name)?);
    Ok(format!(
        "DO $rebis$ BEGIN EXECUTE 'DROP SEQUENCE ' || pg_get_serial_sequence({table}, {column}) || ' CASCADE'; END $rebis$"
    ))
}

/// The identity goes on behind the values that are there.
fn go_on(r: &Postgres, table: &str, column: &Column) -> Result<String> {
    let quoted = name(r, &column.name)?;
    let (text, called) = (text_literal(r, table)?, text_literal(r, &column.name)?);
    Ok(format!(
        "SELECT setval(pg_get_serial_sequence({text}, {called}), max({quoted})) FROM {table} HAVING max({quoted}) IS NOT NULL"
    ))
}

/// What SERIAL stands for, from the greatest value that is there.
fn count_up(r: &Postgres, table: &str, column: &Column, alter: &str, out: &mut Vec<String>) -> Result<()> {
    let bare = table.rsplit_once('.').map_or(table, |(_, bare)| bare).trim_matches('"').replace("\"\"", "\"");
    let mut called = format!("{bare}_{}_seq", column.name);
    while called.len() > 63 {
        called.remove(0);
    }
    let sequence = match table.rsplit_once('.') {
        Some((schema, _)) => format!("{schema}.{}", name(r, &called)?),
        None => name(r, &called)?,
    };
    let (quoted, text) = (name(r, &column.name)?, text_literal(r, &sequence)?);
    out.push(format!("CREATE SEQUENCE {sequence} OWNED BY {table}.{quoted}"));
    out.push(format!("{alter} SET DEFAULT nextval({text})"));
    out.push(format!("SELECT setval({text}, coalesce(max({quoted}), 0) + 1, false) FROM {table}"));
    Ok(())
}

/// One statement, or none when nothing differs. What is not said any more is left as it is; the options have no word for "as at first".
fn change_identity(alter: &str, now: Option<&Identity>, wanted: Option<&Identity>) -> Option<String> {
    let kind = |i: &Identity| if i.always { "ALWAYS" } else { "BY DEFAULT" };
    let (now, wanted) = match (now, wanted) {
        (None, None) => return None,
        (Some(_), None) => return Some(format!("{alter} DROP IDENTITY")),
        (None, Some(new)) => {
            let options = new.options();
            let list = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
            return Some(format!("{alter} ADD GENERATED {} AS IDENTITY{list}", kind(new)));
        }
        (Some(now), Some(wanted)) => (now, wanted),
    };
    let mut words = Vec::new();
    if now.always != wanted.always {
        words.push(format!("SET GENERATED {}", kind(wanted)));
    }
    let before = now.options();
    words.extend(wanted.options().into_iter().filter(|o| !before.contains(o)).map(|o| format!("SET {o}")));
    for (was, is, word) in [
        (now.min, wanted.min, "SET NO MINVALUE"),
        (now.max, wanted.max, "SET NO MAXVALUE"),
        (now.increment, wanted.increment, "SET INCREMENT BY 1"),
        (now.start, wanted.start, "SET START WITH 1"),
        (now.cache, wanted.cache, "SET CACHE 1"),
    ] {
        if was.is_some() && is.is_none() {
            words.push(word.to_owned());
        }
    }
    if now.cycle && !wanted.cycle {
        words.push(String::from("SET NO CYCLE"));
    }
    (!words.is_empty()).then(|| format!("{alter} {}", words.join(" ")))
}

fn text_literal(r: &Postgres, text: &str) -> Result<String> {
    let mut sql = String::new();
    r.literal(&crate::Value::Text(text.to_owned()), &mut sql)?;
    Ok(sql)
}

fn create_type(r: &Postgres, called: &str, values: &[String]) -> Result<String> {
    let labels = values.iter().map(|v| text_literal(r, v)).collect::<Result<Vec<_>>>()?;
    Ok(format!("CREATE TYPE {} AS ENUM ({})", name(r, called)?, labels.join(", ")))
}

/// Adds labels, when nothing else is asked for; says whether that was all.
fn add_labels(
    r: &Postgres,
    called: &str,
    from: &[String],
    to: &[String],
    out: &mut Vec<String>,
) -> Result<bool> {
    if !to.iter().filter(|v| from.contains(v)).eq(from) {
        return Ok(false);
    }
    let quoted = name(r, called)?;
    for (i, label) in to.iter().enumerate().filter(|(_, v)| !from.contains(v)) {
        let place = match i.checked_sub(1).map(|before| &to[before]) {
            Some(before) => format!(" AFTER {}", text_literal(r, before)?),
            None => from
                .first()
                .map(|first| text_literal(r, first))
                .transpose()?
                .map_or(String::new(), |f| format!(" BEFORE {f}")),
        };
        let label = text_literal(r, label)?;
        out.push(format!("ALTER TYPE {quoted} ADD VALUE IF NOT EXISTS {label}{place}"));
    }
    Ok(true)
}

/// New labels are added to the type; a label that is gone needs a new type, to which the column is moved.
fn change_labels(
    r: &Postgres,
    called: &str,
    from: &[String],
    to: &[String],
    alter: &str,
    using: &str,
    out: &mut Vec<String>,
) -> Result<()> {
    if add_labels(r, called, from, to, out)? {
        return Ok(());
    }
    let quoted = name(r, called)?;
    let old = name(r, &format!("{called}_old"))?;
    out.push(format!("ALTER TYPE {quoted} RENAME TO {old}"));
    out.push(create_type(r, called, to)?);
    out.push(format!("{alter} TYPE {quoted}{using}"));
    out.push(format!("DROP TYPE {old}"));
    Ok(())
}
