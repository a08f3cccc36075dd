//! [`Ddl`]: changes of the schema as data. Invariant: one value is one change; how many statements it takes is the dialect's business.

use crate::SqlType;
pub use crate::schema::Exclusion;
use crate::schema::{
    Check, Collation, Column, ForeignKey, Identity, Index, PrimaryKey, ServerDefault, Table, Trigger, Unique,
    View,
};

/// One change of the schema.
///
/// [`Dialect::ddl`](crate::Dialect::ddl) writes it as statements, or refuses it with the name of the capability that is missing (SQLite alters
/// no constraint: a migration rebuilds the table there).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "a migration holds few of them")]
pub enum Ddl {
    /// `CREATE TABLE` with its keys and constraints; its indexes as `CREATE INDEX` after it; enum types before it where they are types.
    CreateTable {
        /// The table.
        table: Table,
        /// Leave a table that is there.
        if_not_exists: bool,
    },
    /// `DROP TABLE`; named types that only this table uses are dropped by [`Ddl::DropType`].
    DropTable {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// No error when it is not there.
        if_exists: bool,
    },
    /// `ALTER TABLE … RENAME TO …`
    RenameTable {
        /// The table's schema.
        schema: Option<String>,
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// `ALTER TABLE … ADD COLUMN …`
    AddColumn {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The column.
        column: Column,
    },
    /// `ALTER TABLE … DROP COLUMN …`
    DropColumn {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// `ALTER TABLE … RENAME COLUMN … TO …`
    RenameColumn {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// A change of a column's type, nullability, default, collation or comment.
    AlterColumn {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The column as it is now.
        existing: Column,
        /// What changes.
        change: ColumnChange,
    },
    /// `CREATE INDEX`
    CreateIndex {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The index.
        index: Index,
        /// Leave an index of that name that is there.
        if_not_exists: bool,
        /// Without locking out writers (PostgreSQL CONCURRENTLY).
        concurrently: bool,
    },
    /// `DROP INDEX`
    DropIndex {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The index.
        name: String,
        /// No error when it is not there.
        if_exists: bool,
        /// Without locking out writers (PostgreSQL CONCURRENTLY).
        concurrently: bool,
    },
    /// `ALTER TABLE … ADD CONSTRAINT …`
    AddConstraint {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The constraint.
        constraint: Constraint,
    },
    /// `ALTER TABLE … DROP CONSTRAINT …`
    DropConstraint {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The constraint's name.
        name: String,
        /// Its kind: MySQL drops each kind with other words.
        kind: ConstraintKind,
    },
    /// `ALTER TABLE … ADD CONSTRAINT … NOT VALID` (PostgreSQL): it holds for what is written from now on; the rows that are there are looked at
    /// by [`Ddl::ValidateConstraint`], which lets others read and write meanwhile.
    AddNotValid {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The constraint: a check or a foreign key.
        constraint: Constraint,
    },
    /// `ALTER TABLE … VALIDATE CONSTRAINT …` (PostgreSQL)
    ValidateConstraint {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The constraint's name.
        name: String,
    },
    /// `ALTER TABLE … ADD CONSTRAINT … EXCLUDE …` (PostgreSQL)
    AddExclusion {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The constraint.
        exclusion: Exclusion,
    },
    /// `CREATE SEQUENCE`, where there are sequences.
    CreateSequence {
        /// The sequence's schema.
        schema: Option<String>,
        /// The sequence.
        name: String,
        /// Its options.
        options: Identity,
    },
    /// `CREATE VIEW`
    CreateView {
        /// The view.
        view: View,
    },
    /// `DROP VIEW`
    DropView {
        /// The view as it was, so that it can come back; without a text it cannot.
        view: View,
    },
    /// `CREATE TRIGGER`
    CreateTrigger {
        /// The trigger.
        trigger: Trigger,
    },
    /// `DROP TRIGGER`
    DropTrigger {
        /// The trigger as it was, so that it can come back; without a text it cannot.
        trigger: Trigger,
    },
    /// `DROP SEQUENCE`
    DropSequence {
        /// The sequence's schema.
        schema: Option<String>,
        /// The sequence.
        name: String,
        /// No error when it is not there.
        if_exists: bool,
    },
    /// `UPDATE … SET … WHERE … IS NULL`: rows that hold NULL in a column get a value, before it becomes NOT NULL.
    Fill {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The value, as SQL.
        sql: String,
    },
    /// A column that is added, or a column or constraint that is dropped, unless that was done already: `IF [NOT] EXISTS`.
    Guarded(Box<Ddl>),
    /// A change with `ALGORITHM` and `LOCK` (MySQL, MariaDB); elsewhere the change alone.
    Online {
        /// The change.
        change: Box<Ddl>,
        /// `INSTANT`, `INPLACE`, `COPY`, `NOCOPY`.
        algorithm: Option<String>,
        /// `NONE`, `SHARED`, `EXCLUSIVE`.
        lock: Option<String>,
    },
    /// One of a table's options: its engine, its collation, its fill factor.
    AlterTableOption {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The option with what says the database: `mysql_engine`. Other databases do nothing.
        option: String,
        /// The value that it has, when it is known.
        from: Option<String>,
        /// The value that it gets; none for the database's own.
        to: Option<String>,
        /// The columns that follow the table's collation when that changes (MySQL, MariaDB).
        columns: Vec<Column>,
        /// Those that do not, though theirs is the table's until then.
        keep: Vec<String>,
    },
    /// A table's comment, or none.
    CommentTable {
        /// The table's schema.
        schema: Option<String>,
        /// The table.
        table: String,
        /// The comment.
        comment: Option<String>,
    },
    /// `CREATE TYPE … AS ENUM` where enums are types; nothing elsewhere.
    CreateType {
        /// The type's name.
        name: String,
        /// The labels.
        values: Vec<String>,
    },
    /// New labels of an enum type where enums are types; nothing elsewhere.
    AlterType {
        /// The type's name.
        name: String,
        /// The labels it has.
        from: Vec<String>,
        /// The labels it gets.
        to: Vec<String>,
        /// Make the type anew even if labels only come: a label that was added cannot be used in the same transaction.
        anew: bool,
        /// The columns of the type, as schema, table and column: where a label goes, each is moved to a new type.
        used_by: Vec<(Option<String>, String, Column)>,
    },
    /// `DROP TYPE` where enums are types; nothing elsewhere.
    DropType {
        /// The type's name.
        name: String,
    },
}

/// What changes about a column. An absent part stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnChange {
    /// The new type.
    pub ty: Option<SqlType>,
    /// How to convert what is there (PostgreSQL USING), as SQL.
    pub using: Option<String>,
    /// Whether NULL is allowed.
    pub nullable: Option<bool>,
    /// The new default, or `Some(None)` for none.
    pub default: Option<Option<ServerDefault>>,
    /// The new comment, or `Some(None)` for none.
    pub comment: Option<Option<String>>,
    /// The identity's new options, or `Some(None)` for none (PostgreSQL).
    pub identity: Option<Option<Identity>>,
    /// Whether the database counts the values up from now on.
    pub autoincrement: Option<bool>,
    /// The new collation, or `Some(None)` for the table's or the database's own.
    pub collation: Option<Option<Collation>>,
}

/// A constraint of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    /// A primary key.
    PrimaryKey(PrimaryKey),
    /// A foreign key.
    ForeignKey(ForeignKey),
    /// A unique constraint.
    Unique(Unique),
    /// A check.
    Check(Check),
}

/// The kind of a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    /// A primary key.
    PrimaryKey,
    /// A foreign key.
    ForeignKey,
    /// A unique constraint.
    Unique,
    /// A check.
    Check,
    /// An exclusion constraint (PostgreSQL).
    Exclusion,
}
