//! Keys and constraints of a table.

/// A primary key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrimaryKey {
    /// The constraint's name, when it has one of its own.
    pub name: Option<String>,
    /// The columns, in key order.
    pub columns: Vec<String>,
}

/// A foreign key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: Option<String>,
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The schema of the table referred to; the own when absent.
    pub ref_schema: Option<String>,
    /// The table referred to.
    pub ref_table: String,
    /// The columns referred to.
    pub ref_columns: Vec<String>,
    /// What happens to this row when the other is deleted.
    pub on_delete: ReferentialAction,
    /// What happens to this row when the other's key changes.
    pub on_update: ReferentialAction,
    /// `Some(initially_deferred)` when the check can wait until the end of the transaction.
    pub deferrable: Option<bool>,
    /// MATCH FULL: of several columns all are NULL or none is (PostgreSQL).
    pub match_full: bool,
}

/// What a foreign key does when the row it refers to changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReferentialAction {
    /// Refuse, at the end of the statement. The default.
    #[default]
    NoAction,
    /// Refuse at once.
    Restrict,
    /// Do the same to this row.
    Cascade,
    /// Set the columns to NULL.
    SetNull,
    /// Set the columns to their defaults.
    SetDefault,
}

/// A unique constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unique {
    /// The constraint's name.
    pub name: Option<String>,
    /// The columns.
    pub columns: Vec<String>,
    /// `Some(initially_deferred)` when the check can wait until the end of the transaction (PostgreSQL).
    pub deferrable: Option<bool>,
    /// Whether two NULLs are duplicates (PostgreSQL 15).
    pub nulls_not_distinct: bool,
}

/// A check constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name.
    pub name: Option<String>,
    /// The SQL condition, written as it is. Never from outside the program.
    pub sql: String,
}
