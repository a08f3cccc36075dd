//! [`TableBuilder`]: what `op.create_table(name, |t| …)` hands to its closure. Invariant: it only fills a [`Table`].

use rebis_sql::SqlType;
use rebis_sql::schema::{
    Check, Collation, Column, Computed, Exclusion, ForeignKey, Identity, PrimaryKey, ReferentialAction,
    Table, Unique,
};

use super::IntoServerDefault;

/// Describes a table to create.
#[derive(Debug)]
pub struct TableBuilder<'a> {
    pub(super) table: &'a mut Table,
    pub(super) if_not_exists: &'a mut bool,
    /// The columns that said whether the database makes their values.
    pub(super) said: &'a mut Vec<String>,
}

impl TableBuilder<'_> {
    /// Adds a column. It allows NULL unless it says otherwise, as in Alembic.
    pub fn column(&mut self, name: &str, ty: SqlType) -> ColumnBuilder<'_> {
        self.table.columns.push(Column::new(name, ty));
        let Table { columns, primary_key, .. } = &mut *self.table;
        // The column was pushed just now; `last_mut` cannot fail, and a builder over a spare would hide it if it did.
        ColumnBuilder {
            column: columns.last_mut().expect("a column was pushed"),
            key: Some(primary_key),
            said: Some(self.said),
        }
    }

    /// The primary key of several columns.
    pub fn primary_key<const N: usize>(&mut self, columns: [&str; N]) -> Named<'_> {
        let key = self.table.primary_key.get_or_insert_default();
        key.columns = strings(&columns);
        for column in self.table.columns.iter_mut().filter(|c| columns.contains(&c.name.as_str())) {
            column.nullable = false;
        }
        Named(&mut key.name)
    }

    /// A foreign key: these columns refer to those of `table`.
    pub fn foreign_key<const N: usize>(
        &mut self,
        columns: [&str; N],
        table: &str,
        ref_columns: [&str; N],
    ) -> ForeignKeyBuilder<'_> {
        self.table.foreign_keys.push(ForeignKey {
            columns: strings(&columns),
            ref_table: table.to_owned(),
            ref_columns: strings(&ref_columns),
            ..ForeignKey::default()
        });
        ForeignKeyBuilder(self.table.foreign_keys.last_mut().expect("a key was pushed"))
    }

    /// A unique constraint.
    pub fn unique<const N: usize>(&mut self, columns: [&str; N]) -> UniqueBuilder<'_> {
        self.table.uniques.push(Unique {
            name: None,
            columns: strings(&columns),
            deferrable: None,
            nulls_not_distinct: false,
        });
        UniqueBuilder(self.table.uniques.last_mut().expect("a constraint was pushed"))
    }

    /// A check; `condition` is SQL, written as it is.
    pub fn check(&mut self, condition: &str) -> Named<'_> {
        self.table.checks.push(Check { name: None, sql: condition.to_owned() });
        Named(&mut self.table.checks.last_mut().expect("a check was pushed").name)
    }

    /// An exclusion constraint: no two rows for which all operators hold (PostgreSQL). `method` is mostly `gist`.
    ///
    /// ```
    /// use rebis_migrate::prelude::*;
    ///
    /// let mut op = Operations::new();
    /// op.create_table("booking", |t| {
    ///     t.column("room", Integer);
    ///     t.column("during", Other("tsrange"));
    ///     t.exclude("ex_booking", "gist", [("room", "="), ("during", "&&")]).filter("room > 0");
    /// });
    /// ```
    pub fn exclude<const N: usize>(
        &mut self,
        name: &str,
        method: &str,
        elements: [(&str, &str); N],
    ) -> CreateExclusion<'_> {
        self.table.exclusions.push(exclusion(name, method, elements));
        CreateExclusion(self.table.exclusions.last_mut().expect("a constraint was pushed"))
    }

    /// The table's comment.
    pub fn comment(&mut self, text: &str) {
        self.table.comment = Some(text.to_owned());
    }

    /// How the table is stored, by SQLAlchemy's names: `t.option("mysql_engine", "InnoDB")`, `mysql_charset`, `mysql_collate`,
    /// `mysql_row_format`, `postgresql_fillfactor`, `postgresql_tablespace`, `sqlite_strict`, `sqlite_with_rowid`. Each database takes its own.
    ///
    /// ```
    /// use rebis_migrate::prelude::*;
    ///
    /// let mut op = Operations::new();
    /// op.create_table("log", |t| {
    ///     t.column("id", Integer).primary_key();
    ///     t.option("postgresql_fillfactor", "70");
    ///     t.option("mysql_row_format", "COMPRESSED");
    /// });
    /// ```
    pub fn option(&mut self, name: &str, value: &str) {
        self.table.options.push((name.to_owned(), value.to_owned()));
    }

    /// The schema that holds the table.
    pub fn schema(&mut self, name: &str) {
        self.table.schema = Some(name.to_owned());
    }

    /// Leaves a table of that name that is there.
    pub fn if_not_exists(&mut self) {
        *self.if_not_exists = true;
    }
}

/// A column while it is described.
#[derive(Debug)]
pub struct ColumnBuilder<'a> {
    pub(super) column: &'a mut Column,
    pub(super) key: Option<&'a mut Option<PrimaryKey>>,
    pub(super) said: Option<&'a mut Vec<String>>,
}

impl ColumnBuilder<'_> {
    /// The primary key, alone or with the other columns that say so. An integer that is the whole key is generated by the database.
    pub fn primary_key(self) -> Self {
        self.column.nullable = false;
        if let Some(key) = self.key {
            let key = key.get_or_insert_default();
            key.columns.push(self.column.name.clone());
            return ColumnBuilder { column: self.column, key: None, said: self.said };
        }
        self
    }

    /// NOT NULL.
    pub fn not_null(self) -> Self {
        self.column.nullable = false;
        self
    }

    /// The default that the database fills in: a literal, `now()` or `sql("…")`.
    pub fn server_default(self, default: impl IntoServerDefault) -> Self {
        self.column.default = Some(default.into_server_default());
        self
    }

    /// The same as [`server_default`](Self::server_default): in a migration there is no other kind.
    pub fn default(self, default: impl IntoServerDefault) -> Self {
        self.server_default(default)
    }

    /// The database makes the key.
    pub fn autoincrement(self) -> Self {
        self.counts(true)
    }

    /// The program makes the key, though it is one integer.
    pub fn no_autoincrement(self) -> Self {
        self.counts(false)
    }

    fn counts(mut self, yes: bool) -> Self {
        self.column.autoincrement = yes;
        if let Some(said) = &mut self.said {
            said.push(self.column.name.clone());
        }
        self
    }

    /// By which rules its texts are compared: `"NOCASE"`, or a name for each database. On MySQL and MariaDB it says the character set too.
    ///
    /// ```
    /// use rebis_migrate::prelude::*;
    ///
    /// let mut op = Operations::new();
    /// op.create_table("user", |t| {
    ///     t.column("id", Integer).primary_key();
    ///     t.column("code", String(9)).collation("C");
    ///     t.column("name", String(64)).collation([(Dialect::Sqlite, "NOCASE"), (Dialect::MySql, "utf8mb4_bin")]);
    /// });
    /// ```
    pub fn collation(self, collation: impl Into<Collation>) -> Self {
        self.column.collation = Some(collation.into());
        self
    }

    /// The column's comment.
    pub fn comment(self, text: &str) -> Self {
        self.column.comment = Some(text.to_owned());
        self
    }

    /// A generated column; `expression` is SQL, `stored` whether the value is kept.
    pub fn computed(self, expression: &str, stored: bool) -> Self {
        self.column.computed = Some(Computed { sql: expression.to_owned(), stored });
        self
    }

    /// GENERATED … AS IDENTITY (PostgreSQL): `identity(Identity::always().start(10))`.
    pub fn identity(self, identity: Identity) -> Self {
        self.column.identity = Some(identity);
        self
    }
}

/// A foreign key while it is described.
#[derive(Debug)]
pub struct ForeignKeyBuilder<'a>(pub(super) &'a mut ForeignKey);

impl ForeignKeyBuilder<'_> {
    /// The constraint's name.
    pub fn name(self, name: &str) -> Self {
        self.0.name = Some(name.to_owned());
        self
    }

    /// What happens when the row referred to is deleted.
    pub fn on_delete(self, action: ReferentialAction) -> Self {
        self.0.on_delete = action;
        self
    }

    /// What happens when the key referred to changes.
    pub fn on_update(self, action: ReferentialAction) -> Self {
        self.0.on_update = action;
        self
    }

    /// The check can wait until the end of the transaction, and does when `initially_deferred`.
    pub fn deferrable(self, initially_deferred: bool) -> Self {
        self.0.deferrable = Some(initially_deferred);
        self
    }

    /// Of several columns all are NULL or none is (PostgreSQL).
    pub fn match_full(self) -> Self {
        self.0.match_full = true;
        self
    }

    /// The schema of the table referred to.
    pub fn ref_schema(self, name: &str) -> Self {
        self.0.ref_schema = Some(name.to_owned());
        self
    }
}

/// A unique constraint while it is described.
#[derive(Debug)]
pub struct UniqueBuilder<'a>(pub(super) &'a mut Unique);

impl UniqueBuilder<'_> {
    /// The constraint's name.
    pub fn name(self, name: &str) -> Self {
        self.0.name = Some(name.to_owned());
        self
    }

    /// The check can wait until the end of the transaction, and does when `initially_deferred` (PostgreSQL).
    pub fn deferrable(self, initially_deferred: bool) -> Self {
        self.0.deferrable = Some(initially_deferred);
        self
    }

    /// Two NULLs are duplicates (PostgreSQL 15).
    pub fn nulls_not_distinct(self) -> Self {
        self.0.nulls_not_distinct = true;
        self
    }
}

/// A constraint that can be given a name.
#[derive(Debug)]
pub struct Named<'a>(pub(super) &'a mut Option<String>);

impl Named<'_> {
    /// The constraint's name.
    pub fn name(self, name: &str) {
        *self.0 = Some(name.to_owned());
    }
}

/// The column whose values the database makes when nobody says anything: an integer that is the whole key and refers to nothing.
pub(crate) fn counted(table: &Table) -> Option<usize> {
    let [name] = &table.primary_key.as_ref()?.columns[..] else { return None };
    let at = table.columns.iter().position(|c| c.name == *name)?;
    let column = &table.columns[at];
    let integer = matches!(column.ty, SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger);
    let given = column.default.is_some()
        || column.computed.is_some()
        || column.identity.is_some()
        || table.foreign_keys.iter().any(|key| key.columns.contains(name));
    (integer && !given).then_some(at)
}

pub(super) fn strings(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|c| (*c).to_owned()).collect()
}

/// An exclusion constraint while it is described.
#[derive(Debug)]
pub struct CreateExclusion<'a>(pub(super) &'a mut Exclusion);

impl CreateExclusion<'_> {
    /// Only rows that fulfil the condition, which is SQL.
    pub fn filter(self, condition: &str) -> Self {
        self.0.filter = Some(condition.to_owned());
        self
    }

    /// The check can wait until the end of the transaction, and does when `initially_deferred`.
    pub fn deferrable(self, initially_deferred: bool) -> Self {
        self.0.deferrable = Some(initially_deferred);
        self
    }
}

/// An empty name is none, and so is an empty method.
pub(super) fn exclusion<const N: usize>(name: &str, method: &str, elements: [(&str, &str); N]) -> Exclusion {
    let said = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    let elements = elements.iter().map(|(e, o)| ((*e).to_owned(), (*o).to_owned())).collect();
    Exclusion { name: said(name), method: said(method), elements, ..Exclusion::default() }
}
