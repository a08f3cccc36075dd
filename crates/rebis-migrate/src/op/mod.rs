//! [`Op`]: one operation of a migration, as data.
//!
//! **Invariant.** Recording does nothing to any database. An operation can be described, applied to a [`Schema`], and reversed given the
//! schema that it met, so the same script can be run, explained, and replayed.

mod alter;
mod apply;
mod arguments;
mod describe;
mod names;
mod objects;
mod online;
mod operations;
mod reduce;
mod reverse;
mod step;
mod table;
mod value;

pub use alter::AlterColumn;
pub use arguments::Arguments;
pub(crate) use names::{excludes, is_over, mentions};
pub use operations::{AddColumn, AlterTableOption, CreateForeignKey, CreateIndex, DropIndex, Operations};
pub use step::{DataStep, Step};
pub(crate) use table::counted;
pub use table::{ColumnBuilder, CreateExclusion, ForeignKeyBuilder, Named, TableBuilder, UniqueBuilder};
pub use value::{
    IndexPart, IntoRow, IntoServerDefault, IntoValue, array, asc, bytes, date, datetime, datetime_utc,
    decimal, desc, expr, interval, json, now, row, sql, time, uuid,
};

use rebis_sql::schema::Schema;
use rebis_sql::{Ddl, Insert, SqlType, Value};

/// One operation of a migration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "a migration holds few of them")]
pub enum Op {
    /// A change of the schema.
    Schema(Ddl),
    /// An SQL statement, written as it is, with its binds.
    Execute {
        /// The statement.
        sql: String,
        /// The values of its placeholders.
        binds: Vec<Value>,
    },
    /// Rows to insert.
    Insert(Insert),
    /// Code that must see data.
    Run(DataStep),
}

/// The existing type of an altered column when the script does not say it: the live database is asked.
pub(crate) const UNKNOWN_TYPE: SqlType = SqlType::Other(String::new());

impl Op {
    /// What it does, in a few words: `add column user.age`.
    #[must_use]
    pub fn describe(&self) -> String {
        describe::describe(self)
    }

    /// The change of the schema, when it is one.
    #[must_use]
    pub fn to_ddl(&self) -> Option<&Ddl> {
        match self {
            Op::Schema(Ddl::Online { change, .. }) => Some(change),
            Op::Schema(ddl) => Some(ddl),
            _ => None,
        }
    }

    /// The operation that undoes this one in a database that was `before`; `None` when nothing can.
    #[must_use]
    pub fn reverse(&self, before: &Schema) -> Option<Op> {
        reverse::reverse(self.to_ddl()?, before).map(Op::Schema)
    }

    /// The operation as a statement of a script: `op.drop_table("user");`. Its schema is left out: a script says it around the statement.
    ///
    /// # Errors
    /// When it cannot be written: recorded code, a statement with binds.
    ///
    /// ```
    /// use rebis_migrate::Operations;
    /// let mut op = Operations::new();
    /// op.create_index("ix_user_email", "user", ["email"]).unique();
    /// assert_eq!(op.ops()[0].render()?, "op.create_index(\"ix_user_email\", \"user\", [\"email\"]).unique();");
    /// # Ok::<(), rebis_migrate::Error>(())
    /// ```
    pub fn render(&self) -> crate::Result<String> {
        Ok(crate::render::statement_of(self)?.trim_end().to_owned())
    }

    /// Changes `schema` as the database would be changed.
    ///
    /// # Errors
    /// When what it changes is not there, or what it adds is.
    pub fn apply(&self, schema: &mut Schema) -> Result<(), String> {
        match self {
            Op::Schema(Ddl::Online { change, .. }) => apply::apply(change, schema),
            Op::Schema(ddl) => apply::apply(ddl, schema),
            Op::Execute { .. } | Op::Insert(_) | Op::Run(_) => Ok(()),
        }
    }

    /// The operations with fewer steps to the same schema: what undoes or completes the one before it is taken in.
    ///
    /// ```
    /// use rebis_migrate::{Op, Operations};
    /// let mut op = Operations::new();
    /// op.rename_column("user", "mail", "address");
    /// op.rename_column("user", "address", "email");
    /// assert_eq!(Op::reduce(op.ops())[0].describe(), "rename column user.mail to email");
    /// ```
    #[must_use]
    pub fn reduce(ops: &[Op]) -> Vec<Op> {
        reduce::all(ops)
    }

    /// The table or sequence it concerns, as `(schema, table)`.
    #[must_use]
    pub fn table(&self) -> Option<(Option<&str>, &str)> {
        let ddl = match self.to_ddl()? {
            Ddl::Guarded(change) => change,
            ddl => ddl,
        };
        let (schema, table) = match ddl {
            Ddl::CreateTable { table, .. } => (&table.schema, &table.name),
            Ddl::RenameTable { schema, from, .. } => (schema, from),
            Ddl::DropTable { schema, table, .. }
            | Ddl::AddColumn { schema, table, .. }
            | Ddl::DropColumn { schema, table, .. }
            | Ddl::RenameColumn { schema, table, .. }
            | Ddl::AlterColumn { schema, table, .. }
            | Ddl::CreateIndex { schema, table, .. }
            | Ddl::DropIndex { schema, table, .. }
            | Ddl::AddConstraint { schema, table, .. }
            | Ddl::DropConstraint { schema, table, .. }
            | Ddl::AddNotValid { schema, table, .. }
            | Ddl::ValidateConstraint { schema, table, .. }
            | Ddl::AddExclusion { schema, table, .. }
            | Ddl::Fill { schema, table, .. }
            | Ddl::CreateSequence { schema, name: table, .. }
            | Ddl::DropSequence { schema, name: table, .. }
            | Ddl::AlterTableOption { schema, table, .. }
            | Ddl::CommentTable { schema, table, .. } => (schema, table),
            _ => return None,
        };
        Some((schema.as_deref(), table))
    }
}

impl From<Ddl> for Op {
    fn from(ddl: Ddl) -> Self {
        Op::Schema(ddl)
    }
}
