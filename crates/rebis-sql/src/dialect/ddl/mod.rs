//! How changes of the schema are written. Invariant: every name is quoted; only text that a program marks as SQL is written as it is.

mod column;
mod constraint;
mod object;
mod option;
mod table;

use crate::compile::Result;
use crate::ddl::{ColumnChange, Constraint, ConstraintKind, Exclusion};
use crate::dialect::quote::checked_identifier;
use crate::dialect::rules::{Rules, TypeRules, invalid};
use crate::schema::{Column, ServerDefault, Table};
use crate::{Ddl, SqlType};

/// How schema changes are written; the defaults are what PostgreSQL and the standard share.
pub(crate) trait DdlRules: TypeRules {
    /// What stands for the type of a column whose value the database counts up, and what follows NOT NULL.
    fn autoincrement(&self, column: &Column) -> Result<(&'static str, &'static str)>;

    /// The current moment as a default of a column of that type.
    fn default_now(&self, ty: &SqlType) -> &'static str {
        match ty {
            SqlType::Date => "CURRENT_DATE",
            SqlType::Time => "CURRENT_TIME",
            _ => "CURRENT_TIMESTAMP",
        }
    }

    /// A default.
    fn default_value(&self, ty: &SqlType, default: &ServerDefault, sql: &mut String) -> Result<()> {
        match default {
            ServerDefault::Value(value) => self.literal(value, sql)?,
            ServerDefault::Now => sql.push_str(self.default_now(ty)),
            ServerDefault::Sql(text) => sql.push_str(text),
        }
        Ok(())
    }

    /// What a column says beyond type, nullability and default: a CHECK, an inline comment.
    fn column_tail(&self, _column: &Column, _sql: &mut String) -> Result<()> {
        Ok(())
    }

    /// What a table says after its closing bracket.
    fn table_tail(&self, _table: &Table, _sql: &mut String) -> Result<()> {
        Ok(())
    }

    /// Whether values of that type are compared by a collation.
    fn has_collation(&self, ty: &SqlType) -> bool {
        is_text(ty)
    }

    /// A collation's name behind COLLATE.
    fn collation(&self, called: &str) -> Result<String> {
        name(self, called)
    }

    /// Whether GENERATED … AS IDENTITY is known.
    fn has_identity(&self) -> bool {
        false
    }

    /// Whether a generated column may say NOT NULL.
    fn has_computed_not_null(&self) -> bool {
        true
    }

    /// Whether a foreign key can wait until the end of the transaction.
    fn has_deferrable(&self) -> bool {
        true
    }

    /// Whether a unique constraint can.
    fn has_deferrable_unique(&self) -> bool {
        false
    }

    /// Refuses that two NULLs are duplicates, where that is not known.
    fn nulls_not_distinct(&self) -> Result<&'static str> {
        Err(self.lacks("NULLS NOT DISTINCT", "forbid NULL in the columns, or take a value for none"))
    }

    /// How much of a column an index is over, in brackets behind it; nothing where it is over all of it.
    fn key_length(&self, _index: &crate::schema::Index, _column: &str) -> String {
        String::new()
    }

    /// Whether MATCH FULL is more than a word.
    fn has_match_full(&self) -> bool {
        false
    }

    /// The table's options that are this database's, as they are written behind the closing bracket.
    fn table_options(&self, table: &Table) -> Result<String>;

    /// A change of one of the table's options; without a value it is as the database makes it.
    fn alter_option(
        &self,
        table: &str,
        option: &str,
        value: Option<&str>,
        columns: &[Column],
        out: &mut Vec<String>,
    ) -> Result<()>;

    /// How a change is made beside those who read and write: behind ALTER TABLE, and behind an index; nothing where it is not said.
    fn online(&self, _algorithm: Option<&str>, _lock: Option<&str>) -> Result<Option<[String; 2]>> {
        Ok(None)
    }

    /// A comment in a statement of its own; none where it is written inline or there are none.
    fn comment_on(&self, _what: &str, _comment: Option<&str>, _out: &mut Vec<String>) -> Result<()> {
        Ok(())
    }

    /// Makes the type of a column where types are made, if it is not there.
    fn ensure_type(&self, _ty: &SqlType, _out: &mut Vec<String>) -> Result<()> {
        Ok(())
    }

    /// `CREATE TYPE`, `DROP TYPE`, where enums are types.
    fn named_type(&self, _name: &str, _values: Option<&[String]>, _out: &mut Vec<String>) -> Result<()> {
        Ok(())
    }

    /// New labels of an enum type, where enums are types.
    fn alter_type(
        &self,
        _name: &str,
        _labels: (&[String], &[String]),
        _anew: bool,
        _used_by: &[(Option<String>, String, Column)],
        _out: &mut Vec<String>,
    ) -> Result<()> {
        Ok(())
    }

    /// Refuses a new column that ALTER TABLE cannot add.
    fn check_added(&self, _column: &Column) -> Result<()> {
        Ok(())
    }

    /// `ALTER TABLE … RENAME TO`: the new name, with its schema where that is wanted.
    fn renamed(&self, _schema: Option<&str>, to: &str) -> Result<String> {
        name(self, to)
    }

    /// A change of a column.
    fn alter_column(
        &self,
        table: &str,
        existing: &Column,
        change: &ColumnChange,
        out: &mut Vec<String>,
    ) -> Result<()>;

    /// `ADD CONSTRAINT`.
    fn add_constraint(&self, table: &str, constraint: &Constraint, out: &mut Vec<String>) -> Result<()>;

    /// `DROP CONSTRAINT`.
    fn drop_constraint(
        &self,
        table: &str,
        constraint: &str,
        _kind: ConstraintKind,
        out: &mut Vec<String>,
    ) -> Result<()> {
        out.push(format!("ALTER TABLE {table} DROP CONSTRAINT {}", name(self, constraint)?));
        Ok(())
    }

    /// `CREATE INDEX`.
    fn create_index(
        &self,
        at: &IndexAt<'_>,
        index: &crate::schema::Index,
        out: &mut Vec<String>,
    ) -> Result<()>;

    /// `DROP INDEX`.
    fn drop_index(&self, at: &DropAt<'_>, index: &str, out: &mut Vec<String>) -> Result<()> {
        out.push(format!(
            "DROP INDEX {}{}",
            if_exists_text(at.if_exists),
            qualified(self, at.schema, index)?
        ));
        Ok(())
    }

    /// Refuses constraints that hold for new rows only, where there are none.
    fn not_valid(&self, _table: &str) -> Result<()> {
        Err(self.lacks("constraints that are not valid yet", "add the constraint at once"))
    }

    /// `[CONSTRAINT name] EXCLUDE …`, where it is known.
    fn exclusion(&self, _exclusion: &Exclusion) -> Result<String> {
        Err(self.lacks("exclusion constraints", "use a unique constraint, or check in the program"))
    }

    /// Whether a view can keep its rows.
    fn has_materialized(&self) -> bool {
        false
    }

    /// Whether a trigger's name belongs to its table, and not to the schema.
    fn has_triggers_of_tables(&self) -> bool {
        false
    }

    /// Refuses sequences where there are none.
    fn sequence(&self) -> Result<()> {
        Err(self.lacks("sequences", "let a key count up (`autoincrement`)"))
    }

    /// Refuses IF EXISTS within ALTER TABLE where it is not known.
    fn guards(&self) -> Result<()> {
        Err(self.lacks("IF EXISTS in ALTER TABLE", "leave it out: a migration runs once"))
    }

    /// A table's comment.
    fn comment_table(&self, table: &str, comment: Option<&str>, out: &mut Vec<String>) -> Result<()> {
        self.comment_on(&format!("TABLE {table}"), comment, out)
    }
}

/// Where an index goes from and how.
pub(crate) struct DropAt<'a> {
    pub(crate) schema: Option<&'a str>,
    pub(crate) table: &'a str,
    pub(crate) if_exists: bool,
    pub(crate) concurrently: bool,
}

/// Where an index is made and how.
pub(crate) struct IndexAt<'a> {
    pub(crate) schema: Option<&'a str>,
    pub(crate) table: &'a str,
    pub(crate) if_not_exists: bool,
    pub(crate) concurrently: bool,
}

pub(crate) use column::{collate, column_def, is_text};
pub(crate) use constraint::{columns, constraint_def};
pub(crate) use option::{no_options, of_index, own, word};
pub(crate) use table::{create_table, index_text};

/// Writes one change.
pub(crate) fn write(r: &dyn Rules, change: &Ddl, out: &mut Vec<String>) -> Result<()> {
    match change {
        Ddl::CreateTable { table, if_not_exists } => create_table(r, table, *if_not_exists, &[], out),
        Ddl::DropTable { schema, table, if_exists } => {
            out.push(format!(
                "DROP TABLE {}{}",
                if_exists_text(*if_exists),
                qualified(r, schema.as_deref(), table)?
            ));
            Ok(())
        }
        Ddl::RenameTable { schema, from, to } => {
            let from = qualified(r, schema.as_deref(), from)?;
            out.push(format!("ALTER TABLE {from} RENAME TO {}", r.renamed(schema.as_deref(), to)?));
            Ok(())
        }
        Ddl::AddColumn { schema, table, column } => {
            r.check_added(column)?;
            let at = qualified(r, schema.as_deref(), table)?;
            r.ensure_type(&column.ty, out)?;
            out.push(format!(
                "ALTER TABLE {at} ADD COLUMN {}",
                column_def(r, column).map_err(|e| within(e, table, &column.name))?
            ));
            column::comment(r, &at, column, out)
        }
        Ddl::DropColumn { schema, table, column } => {
            out.push(format!(
                "ALTER TABLE {} DROP COLUMN {}",
                qualified(r, schema.as_deref(), table)?,
                name(r, column)?
            ));
            Ok(())
        }
        Ddl::RenameColumn { schema, table, from, to } => {
            let at = qualified(r, schema.as_deref(), table)?;
            out.push(format!("ALTER TABLE {at} RENAME COLUMN {} TO {}", name(r, from)?, name(r, to)?));
            Ok(())
        }
        Ddl::AlterColumn { schema, table, existing, change } => {
            r.alter_column(&qualified(r, schema.as_deref(), table)?, existing, change, out)
        }
        Ddl::CreateIndex { schema, table, index, if_not_exists, concurrently } => {
            let at = IndexAt {
                schema: schema.as_deref(),
                table,
                if_not_exists: *if_not_exists,
                concurrently: *concurrently,
            };
            r.create_index(&at, index, out)
        }
        Ddl::DropIndex { schema, table, name, if_exists, concurrently } => r.drop_index(
            &DropAt { schema: schema.as_deref(), table, if_exists: *if_exists, concurrently: *concurrently },
            name,
            out,
        ),
        Ddl::AddNotValid { schema, table, constraint } => {
            let at = qualified(r, schema.as_deref(), table)?;
            r.not_valid(&at)?;
            out.push(format!("ALTER TABLE {at} ADD {} NOT VALID", constraint_def(r, constraint)?));
            Ok(())
        }
        Ddl::ValidateConstraint { schema, table, name: called } => {
            let at = qualified(r, schema.as_deref(), table)?;
            r.not_valid(&at)?;
            out.push(format!("ALTER TABLE {at} VALIDATE CONSTRAINT {}", name(r, called)?));
            Ok(())
        }
        Ddl::AddExclusion { schema, table, exclusion } => {
            let at = qualified(r, schema.as_deref(), table)?;
            out.push(format!("ALTER TABLE {at} ADD {}", r.exclusion(exclusion)?));
            Ok(())
        }
        Ddl::CreateSequence { schema, name, options } => {
            let at = qualified(r, schema.as_deref(), name)?;
            r.sequence()?;
            let options: String = options.options().iter().map(|o| format!(" {o}")).collect();
            out.push(format!("CREATE SEQUENCE {at}{options}"));
            Ok(())
        }
        Ddl::CreateView { view } => {
            out.push(object::create_view(r, view)?);
            Ok(())
        }
        Ddl::DropView { view } => {
            out.push(object::drop_view(r, view)?);
            Ok(())
        }
        Ddl::CreateTrigger { trigger } => {
            out.push(object::create_trigger(r, trigger)?);
            Ok(())
        }
        Ddl::DropTrigger { trigger } => {
            out.push(object::drop_trigger(r, trigger)?);
            Ok(())
        }
        Ddl::DropSequence { schema, name, if_exists } => {
            let at = qualified(r, schema.as_deref(), name)?;
            r.sequence()?;
            out.push(format!("DROP SEQUENCE {}{at}", if_exists_text(*if_exists)));
            Ok(())
        }
        Ddl::Fill { schema, table, column, sql } => {
            let (at, column) = (qualified(r, schema.as_deref(), table)?, name(r, column)?);
            out.push(format!("UPDATE {at} SET {column} = {sql} WHERE {column} IS NULL"));
            Ok(())
        }
        Ddl::Guarded(change) => guarded(r, change, out),
        Ddl::Online { change, algorithm, lock } => {
            let start = out.len();
            write(r, change, out)?;
            if let Some([table, index]) = r.online(algorithm.as_deref(), lock.as_deref())? {
                for sql in &mut out[start..] {
                    sql.push_str(if sql.starts_with("ALTER TABLE") { &table } else { &index });
                }
            }
            Ok(())
        }
        Ddl::AddConstraint { schema, table, constraint } => {
            r.add_constraint(&qualified(r, schema.as_deref(), table)?, constraint, out)
        }
        Ddl::DropConstraint { schema, table, name, kind } => {
            r.drop_constraint(&qualified(r, schema.as_deref(), table)?, name, *kind, out)
        }
        Ddl::AlterTableOption { schema, table, option, to, columns, .. } => {
            option::known(option)?;
            let at = qualified(r, schema.as_deref(), table)?;
            let Some(called) = option::unprefixed(r.dialect(), option) else { return Ok(()) };
            r.alter_option(&at, word(called)?, to.as_deref(), columns, out)
        }
        Ddl::CommentTable { schema, table, comment } => {
            r.comment_table(&qualified(r, schema.as_deref(), table)?, comment.as_deref(), out)
        }
        Ddl::CreateType { name, values } => r.named_type(name, Some(values), out),
        Ddl::AlterType { name, from, to, anew, used_by } => {
            r.alter_type(name, (from, to), *anew, used_by, out)
        }
        Ddl::DropType { name } => r.named_type(name, None, out),
    }
}

/// The change with IF EXISTS or IF NOT EXISTS in its one statement.
fn guarded(r: &dyn Rules, change: &Ddl, out: &mut Vec<String>) -> Result<()> {
    let (words, guard) = match change {
        Ddl::AddColumn { .. } => (" ADD COLUMN ", "IF NOT EXISTS "),
        Ddl::DropColumn { .. } => (" DROP COLUMN ", "IF EXISTS "),
        Ddl::DropConstraint { .. } => (" DROP CONSTRAINT ", "IF EXISTS "),
        _ => return Err(invalid("only a new column, and a column or constraint that goes, can be guarded")),
    };
    r.guards()?;
    let start = out.len();
    write(r, change, out)?;
    for sql in &mut out[start..] {
        let at = sql.find(words).map(|i| i + words.len());
        // MySQL's words for the kinds of constraints take the guard in the same place.
        let at = at.or_else(|| {
            [" DROP FOREIGN KEY ", " DROP INDEX "].iter().find_map(|w| sql.find(w).map(|i| i + w.len()))
        });
        if let Some(at) = at {
            sql.insert_str(at, guard);
        }
    }
    Ok(())
}

/// A quoted name, refused where the database would refuse or cut it.
pub(crate) fn name<R: TypeRules + ?Sized>(r: &R, identifier: &str) -> Result<String> {
    let most = r.dialect().capabilities().max_identifier;
    if identifier.len() > most {
        return Err(invalid(format!(
            "the name {identifier:?} is longer than the {most} bytes that {} keeps; give a shorter one",
            r.dialect().name()
        )));
    }
    let mut sql = String::new();
    checked_identifier(r.quote(), identifier, &mut sql)?;
    Ok(sql)
}

/// A quoted name with its schema.
pub(crate) fn qualified<R: TypeRules + ?Sized>(
    r: &R,
    schema: Option<&str>,
    identifier: &str,
) -> Result<String> {
    Ok(match schema {
        Some(schema) => format!("{}.{}", name(r, schema)?, name(r, identifier)?),
        None => name(r, identifier)?,
    })
}

pub(crate) fn if_exists_text(yes: bool) -> &'static str {
    if yes { "IF EXISTS " } else { "" }
}

/// Says in which table and column a type is missing.
fn within(e: crate::CompileError, table: &str, column: &str) -> crate::CompileError {
    invalid(format!("table {table:?}, column {column:?}: {e}"))
}
