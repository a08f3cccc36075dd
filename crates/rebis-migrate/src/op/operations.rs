//! [`Operations`]: the recorder that a script's `upgrade` and `downgrade` receive. Invariant: it does no I/O.

use rebis_engine::{Connection, Result};
use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique};
use rebis_sql::{Ddl, Expr, Insert, SqlType};

use super::step::{DataStep, Step};
use super::table::{counted, exclusion, strings};
use super::{
    AlterColumn, Arguments, ColumnBuilder, CreateExclusion, ForeignKeyBuilder, IndexPart, IntoRow, Op,
    TableBuilder, UNKNOWN_TYPE, UniqueBuilder,
};

/// Records the operations of a migration.
///
/// ```
/// use rebis_migrate::prelude::*;
///
/// fn upgrade(op: &mut Operations) {
///     op.create_table("user", |t| {
///         t.column("id", Integer).primary_key();
///         t.column("email", String(120)).not_null();
///     });
///     op.create_index("ix_user_email", "user", ["email"]).unique();
///     op.run(async |conn| conn.execute("UPDATE \"user\" SET email = lower(email)", &[]).await.map(drop));
/// }
///
/// let mut op = Operations::new();
/// upgrade(&mut op);
/// assert_eq!(op.ops().len(), 3);
/// assert_eq!(op.ops()[0].describe(), "create table user");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Operations {
    pub(super) ops: Vec<Op>,
    pub(super) schema: Option<String>,
    arguments: Arguments,
}

impl Operations {
    /// A recorder with nothing recorded.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A recorder with arguments for the script.
    #[must_use]
    pub fn with_arguments(arguments: Arguments) -> Self {
        Operations { arguments, ..Self::default() }
    }

    /// The value of an argument of the command line: `-x tenant=north`.
    #[must_use]
    pub fn argument(&self, key: &str) -> Option<&str> {
        self.arguments.get(key)
    }

    /// The tag of the command line: `--tag release-7`.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.arguments.tag()
    }

    /// What was recorded.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// What was recorded, taken out.
    #[must_use]
    pub fn into_ops(self) -> Vec<Op> {
        self.ops
    }

    /// Records an operation made elsewhere.
    pub fn push(&mut self, op: impl Into<Op>) {
        self.ops.push(op.into());
    }

    /// The following operations of `block` concern tables of that schema.
    pub fn in_schema(&mut self, schema: &str, block: impl FnOnce(&mut Operations)) {
        let outer = self.schema.replace(schema.to_owned());
        block(self);
        self.schema = outer;
    }

    /// Creates a table.
    pub fn create_table(&mut self, name: &str, describe: impl FnOnce(&mut TableBuilder<'_>)) {
        let mut table = Table { schema: self.schema.clone(), ..Table::new(name) };
        let mut if_not_exists = false;
        let mut said = Vec::new();
        describe(&mut TableBuilder { table: &mut table, if_not_exists: &mut if_not_exists, said: &mut said });
        if let Some(at) = counted(&table)
            && !said.contains(&table.columns[at].name)
        {
            table.columns[at].autoincrement = true;
        }
        self.push(Ddl::CreateTable { table, if_not_exists });
    }

    /// Drops a table.
    pub fn drop_table(&mut self, table: &str) {
        self.push(Ddl::DropTable { schema: self.schema.clone(), table: table.to_owned(), if_exists: false });
    }

    /// Renames a table.
    pub fn rename_table(&mut self, from: &str, to: &str) {
        self.push(Ddl::RenameTable { schema: self.schema.clone(), from: from.to_owned(), to: to.to_owned() });
    }

    /// Adds a column.
    pub fn add_column(&mut self, table: &str, name: &str, ty: SqlType) -> AddColumn<'_> {
        let column = Column::new(name, ty);
        self.push(Ddl::AddColumn { schema: self.schema.clone(), table: table.to_owned(), column });
        let Some(Op::Schema(Ddl::AddColumn { column, .. })) = self.ops.last_mut() else {
            unreachable!("pushed above")
        };
        ColumnBuilder { column, key: None, said: None }
    }

    /// Drops a column.
    pub fn drop_column(&mut self, table: &str, column: &str) {
        let (schema, table, column) = (self.schema.clone(), table.to_owned(), column.to_owned());
        self.push(Ddl::DropColumn { schema, table, column });
    }

    /// Renames a column.
    pub fn rename_column(&mut self, table: &str, from: &str, to: &str) {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::RenameColumn { schema, table, from: from.to_owned(), to: to.to_owned() });
    }

    /// Changes a column's type, nullability, default, collation or comment.
    ///
    /// What the column is now (`existing_…`) is needed only where no database can be asked, when SQL is printed for MySQL.
    pub fn alter_column(&mut self, table: &str, column: &str) -> AlterColumn<'_> {
        self.push(Ddl::AlterColumn {
            schema: self.schema.clone(),
            table: table.to_owned(),
            existing: Column::new(column, UNKNOWN_TYPE),
            change: ColumnChange::default(),
        });
        let Some(Op::Schema(Ddl::AlterColumn { existing, change, .. })) = self.ops.last_mut() else {
            unreachable!("pushed above")
        };
        AlterColumn { existing, change }
    }

    /// Creates an index.
    pub fn create_index<P: Into<IndexPart>, const N: usize>(
        &mut self,
        name: &str,
        table: &str,
        keys: [P; N],
    ) -> CreateIndex<'_> {
        let keys = keys.into_iter().map(|k| k.into().0).collect();
        self.push(Ddl::CreateIndex {
            schema: self.schema.clone(),
            table: table.to_owned(),
            index: Index { name: name.to_owned(), keys, ..Index::default() },
            if_not_exists: false,
            concurrently: false,
        });
        let Some(Op::Schema(Ddl::CreateIndex { index, if_not_exists, concurrently, .. })) =
            self.ops.last_mut()
        else {
            unreachable!("pushed above")
        };
        CreateIndex { index, if_not_exists, concurrently }
    }

    /// Drops an index; `.if_exists()` and `.concurrently()` (PostgreSQL) may follow.
    pub fn drop_index(&mut self, name: &str, table: &str) -> DropIndex<'_> {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::DropIndex {
            schema,
            table,
            name: name.to_owned(),
            if_exists: false,
            concurrently: false,
        });
        let Some(Op::Schema(Ddl::DropIndex { if_exists, concurrently, .. })) = self.ops.last_mut() else {
            unreachable!("pushed above")
        };
        DropIndex { if_exists, concurrently }
    }

    /// Adds a primary key.
    pub fn create_primary_key<const N: usize>(&mut self, name: &str, table: &str, columns: [&str; N]) {
        self.add(table, Constraint::PrimaryKey(PrimaryKey { name: named(name), columns: strings(&columns) }));
    }

    /// Adds a unique constraint.
    pub fn create_unique_constraint<const N: usize>(
        &mut self,
        name: &str,
        table: &str,
        columns: [&str; N],
    ) -> UniqueBuilder<'_> {
        let unique = Unique {
            name: named(name),
            columns: strings(&columns),
            deferrable: None,
            nulls_not_distinct: false,
        };
        self.add(table, Constraint::Unique(unique));
        let Some(Op::Schema(Ddl::AddConstraint { constraint: Constraint::Unique(unique), .. })) =
            self.ops.last_mut()
        else {
            unreachable!("pushed above")
        };
        UniqueBuilder(unique)
    }

    /// Adds a check; `condition` is SQL, written as it is.
    pub fn create_check_constraint(&mut self, name: &str, table: &str, condition: &str) {
        self.add(table, Constraint::Check(Check { name: named(name), sql: condition.to_owned() }));
    }

    /// Adds a foreign key: `columns` of `table` refer to `ref_columns` of `ref_table`.
    pub fn create_foreign_key<const N: usize>(
        &mut self,
        name: &str,
        table: &str,
        columns: [&str; N],
        ref_table: &str,
        ref_columns: [&str; N],
    ) -> CreateForeignKey<'_> {
        self.add(
            table,
            Constraint::ForeignKey(ForeignKey {
                name: named(name),
                columns: strings(&columns),
                ref_table: ref_table.to_owned(),
                ref_columns: strings(&ref_columns),
                ..ForeignKey::default()
            }),
        );
        let Some(Op::Schema(Ddl::AddConstraint { constraint: Constraint::ForeignKey(key), .. })) =
            self.ops.last_mut()
        else {
            unreachable!("pushed above")
        };
        ForeignKeyBuilder(key)
    }

    /// Drops a constraint.
    pub fn drop_constraint(&mut self, name: &str, table: &str, kind: ConstraintKind) {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::DropConstraint { schema, table, name: name.to_owned(), kind });
    }

    /// The column or constraint of the operation recorded last is not dropped when it is not there, or not added when it is (PostgreSQL, MariaDB).
    ///
    /// ```
    /// use rebis_migrate::Operations;
    /// use rebis_sql::Dialect;
    ///
    /// let mut op = Operations::new();
    /// op.drop_column("t", "c");
    /// op.guard();
    /// let made = rebis_migrate::offline(Dialect::Postgres, op.ops(), &mut Default::default())?;
    /// assert_eq!(made.statements, ["ALTER TABLE \"t\" DROP COLUMN IF EXISTS \"c\""]);
    /// # Ok::<(), rebis_migrate::Error>(())
    /// ```
    pub fn guard(&mut self) {
        if let Some(Op::Schema(change)) = self.ops.pop_if(|op| matches!(op, Op::Schema(_))) {
            self.push(Ddl::Guarded(Box::new(change)));
        }
    }

    /// The constraint recorded last holds for what is written from now on; the rows that are there are looked at by
    /// [`validate_constraint`](Self::validate_constraint) (PostgreSQL).
    pub fn not_valid(&mut self) {
        match self.ops.pop() {
            Some(Op::Schema(Ddl::AddConstraint { schema, table, constraint })) => {
                self.push(Ddl::AddNotValid { schema, table, constraint });
            }
            other => self.ops.extend(other),
        }
    }

    /// Looks whether the rows that are there fulfil a constraint that is not valid yet; others read and write meanwhile (PostgreSQL).
    pub fn validate_constraint(&mut self, name: &str, table: &str) {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::ValidateConstraint { schema, table, name: name.to_owned() });
    }

    /// Adds an exclusion constraint: no two rows for which all operators hold (PostgreSQL). `method` is mostly `gist`.
    pub fn create_exclude_constraint<const N: usize>(
        &mut self,
        name: &str,
        table: &str,
        method: &str,
        elements: [(&str, &str); N],
    ) -> CreateExclusion<'_> {
        let exclusion = exclusion(name, method, elements);
        self.push(Ddl::AddExclusion { schema: self.schema.clone(), table: table.to_owned(), exclusion });
        let Some(Op::Schema(Ddl::AddExclusion { exclusion, .. })) = self.ops.last_mut() else {
            unreachable!("pushed above")
        };
        CreateExclusion(exclusion)
    }

    /// Sets a table's comment.
    pub fn create_table_comment(&mut self, table: &str, comment: &str) {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::CommentTable { schema, table, comment: Some(comment.to_owned()) });
    }

    /// Removes a table's comment.
    pub fn drop_table_comment(&mut self, table: &str) {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::CommentTable { schema, table, comment: None });
    }

    /// Changes one of a table's options, called as in [`TableBuilder::option`]: `mysql_engine`, `postgresql_fillfactor`. Other databases do nothing.
    ///
    /// Where the collation of a MySQL or MariaDB table changes, its columns that have none of their own follow.
    ///
    /// ```
    /// use rebis_migrate::{Operations, offline};
    /// use rebis_sql::Dialect;
    ///
    /// let mut op = Operations::new();
    /// op.set_table_option("log", "postgresql_fillfactor", "70");
    /// let made = offline(Dialect::Postgres, op.ops(), &mut Default::default())?;
    /// assert_eq!(made.statements, ["ALTER TABLE \"log\" SET (fillfactor = 70)"]);
    /// # Ok::<(), rebis_migrate::Error>(())
    /// ```
    pub fn set_table_option(&mut self, table: &str, option: &str, value: &str) -> AlterTableOption<'_> {
        self.alter_option(table, option, Some(value.to_owned()))
    }

    /// A table's option is what the database gives to any table again.
    pub fn drop_table_option(&mut self, table: &str, option: &str) -> AlterTableOption<'_> {
        self.alter_option(table, option, None)
    }

    fn alter_option(&mut self, table: &str, option: &str, to: Option<String>) -> AlterTableOption<'_> {
        let (schema, table, option) = (self.schema.clone(), table.to_owned(), option.to_owned());
        let (columns, keep) = (Vec::new(), Vec::new());
        self.push(Ddl::AlterTableOption { schema, table, option, from: None, to, columns, keep });
        let Some(Op::Schema(Ddl::AlterTableOption { keep, .. })) = self.ops.last_mut() else {
            unreachable!("pushed above")
        };
        AlterTableOption(keep)
    }

    /// Creates an enum type, where enums are types.
    pub fn create_type<const N: usize>(&mut self, name: &str, labels: [&str; N]) {
        self.push(Ddl::CreateType { name: name.to_owned(), values: strings(&labels) });
    }

    /// Changes the labels of an enum type, where enums are types, in every column that has it.
    ///
    /// A label that goes must not be in any row.
    pub fn alter_type<const N: usize, const M: usize>(&mut self, name: &str, from: [&str; N], to: [&str; M]) {
        self.push(Ddl::AlterType {
            name: name.to_owned(),
            from: strings(&from),
            to: strings(&to),
            anew: false,
            used_by: Vec::new(),
        });
    }

    /// Drops an enum type, where enums are types.
    pub fn drop_type(&mut self, name: &str) {
        self.push(Ddl::DropType { name: name.to_owned() });
    }

    /// Gives rows that hold NULL in a column a value, which is SQL, before the column becomes NOT NULL.
    ///
    /// ```
    /// use rebis_migrate::{Operations, offline};
    /// use rebis_sql::Dialect;
    ///
    /// let mut op = Operations::new();
    /// op.fill("user", "age", "18");
    /// let made = offline(Dialect::MySql, op.ops(), &mut Default::default())?;
    /// assert_eq!(made.statements, ["UPDATE `user` SET `age` = 18 WHERE `age` IS NULL"]);
    /// # Ok::<(), rebis_migrate::Error>(())
    /// ```
    pub fn fill(&mut self, table: &str, column: &str, value: &str) {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::Fill { schema, table, column: column.to_owned(), sql: value.to_owned() });
    }

    /// Runs an SQL statement, written as it is.
    pub fn execute(&mut self, sql: &str) {
        self.execute_with(sql, Vec::new());
    }

    /// Runs an SQL statement with binds, in the database's own placeholders.
    pub fn execute_with(&mut self, sql: &str, binds: impl IntoRow) {
        self.push(Op::Execute { sql: sql.to_owned(), binds: binds.into_row() });
    }

    /// Inserts rows: tuples of literals, or [`row`](crate::prelude::row)s where their types differ.
    pub fn bulk_insert<const N: usize>(
        &mut self,
        table: &str,
        columns: [&str; N],
        rows: impl IntoIterator<Item = impl IntoRow>,
    ) {
        let mut insert = Insert::into(table.to_owned());
        insert.schema = self.schema.clone().map(Into::into);
        insert.columns = columns.iter().map(|c| (*c).to_owned().into()).collect();
        insert.rows = rows.into_iter().map(|r| r.into_row().into_iter().map(Expr::Value).collect()).collect();
        self.push(Op::Insert(insert));
    }

    /// Runs code that must see data, in the migration's transaction where the database has one.
    ///
    /// Takes an `async` closure or the name of an `async fn(&mut Connection) -> Result<()>`.
    pub fn run<F>(&mut self, code: F)
    where
        F: AsyncFn(&mut Connection) -> Result<()> + for<'a> Step<'a> + 'static,
    {
        self.push(Op::Run(DataStep::new(code)));
    }

    fn add(&mut self, table: &str, constraint: Constraint) {
        let (schema, table) = (self.schema.clone(), table.to_owned());
        self.push(Ddl::AddConstraint { schema, table, constraint });
    }
}

/// A table's option while it changes.
#[derive(Debug)]
pub struct AlterTableOption<'a>(&'a mut Vec<String>);

impl AlterTableOption<'_> {
    /// These columns keep the collation that they have, which is the table's until now: it is their own.
    pub fn keeping<const N: usize>(self, columns: [&str; N]) -> Self {
        *self.0 = strings(&columns);
        self
    }
}

/// A column while it is added.
pub type AddColumn<'a> = ColumnBuilder<'a>;

/// A foreign key while it is added.
pub type CreateForeignKey<'a> = ForeignKeyBuilder<'a>;

/// An index while it is described.
#[derive(Debug)]
pub struct CreateIndex<'a> {
    index: &'a mut Index,
    if_not_exists: &'a mut bool,
    concurrently: &'a mut bool,
}

impl CreateIndex<'_> {
    /// It forbids duplicates.
    pub fn unique(self) -> Self {
        self.index.unique = true;
        self
    }

    /// Only rows that fulfil the condition, which is SQL.
    pub fn filter(self, condition: &str) -> Self {
        self.index.filter = Some(condition.to_owned());
        self
    }

    /// The method (PostgreSQL: `gin`, `gist` …).
    pub fn method(self, name: &str) -> Self {
        self.index.method = Some(name.to_owned());
        self
    }

    /// Columns stored beside the key (PostgreSQL).
    pub fn include<const N: usize>(self, columns: [&str; N]) -> Self {
        self.index.include = strings(&columns);
        self
    }

    /// Only so many characters of a text, or bytes of binary data, are indexed (MySQL, MariaDB; others index all).
    ///
    /// ```
    /// use rebis_migrate::prelude::*;
    ///
    /// let mut op = Operations::new();
    /// op.create_index("ix_post_body", "post", ["body"]).length("body", 20);
    /// ```
    pub fn length(self, column: &str, length: u32) -> Self {
        self.index.lengths.push((column.to_owned(), length));
        self
    }

    /// How it is stored, as [`TableBuilder::option`](super::TableBuilder::option) says it: `.option("postgresql_fillfactor", "70")`.
    pub fn option(self, option: &str, value: &str) -> Self {
        self.index.options.push((option.to_owned(), value.to_owned()));
        self
    }

    /// Two NULLs are duplicates in a unique one (PostgreSQL 15).
    pub fn nulls_not_distinct(self) -> Self {
        self.index.nulls_not_distinct = true;
        self
    }

    /// Leaves an index of that name that is there.
    pub fn if_not_exists(self) -> Self {
        *self.if_not_exists = true;
        self
    }

    /// Without locking out writers (PostgreSQL).
    pub fn concurrently(self) -> Self {
        *self.concurrently = true;
        self
    }
}

/// An index while it is dropped.
#[derive(Debug)]
pub struct DropIndex<'a> {
    if_exists: &'a mut bool,
    concurrently: &'a mut bool,
}

impl DropIndex<'_> {
    /// No error when it is not there.
    pub fn if_exists(self) -> Self {
        *self.if_exists = true;
        self
    }

    /// Without locking out writers (PostgreSQL).
    pub fn concurrently(self) -> Self {
        *self.concurrently = true;
        self
    }
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}
