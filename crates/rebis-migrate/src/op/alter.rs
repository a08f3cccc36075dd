//! [`AlterColumn`]: what a script says of a column that changes. Invariant: what it does not speak of stays as it is.

use rebis_sql::SqlType;
use rebis_sql::ddl::ColumnChange;
use rebis_sql::schema::{Collation, Column, Identity};

use super::IntoServerDefault;

/// A change of a column while it is described.
#[derive(Debug)]
pub struct AlterColumn<'a> {
    pub(super) existing: &'a mut Column,
    pub(super) change: &'a mut ColumnChange,
}

impl AlterColumn<'_> {
    /// The new type.
    pub fn set_type(self, ty: SqlType) -> Self {
        self.change.ty = Some(ty);
        self
    }

    /// How to convert what is there (PostgreSQL), as SQL.
    pub fn using(self, expression: &str) -> Self {
        self.change.using = Some(expression.to_owned());
        self
    }

    /// Whether NULL is allowed from now on.
    pub fn set_nullable(self, nullable: bool) -> Self {
        self.change.nullable = Some(nullable);
        self
    }

    /// The new default that the database fills in.
    pub fn set_server_default(self, default: impl IntoServerDefault) -> Self {
        self.change.default = Some(Some(default.into_server_default()));
        self
    }

    /// No default any more.
    pub fn drop_server_default(self) -> Self {
        self.change.default = Some(None);
        self
    }

    /// The new comment.
    pub fn set_comment(self, text: &str) -> Self {
        self.change.comment = Some(Some(text.to_owned()));
        self
    }

    /// It is an identity column from now on, or has other options (PostgreSQL).
    pub fn set_identity(self, identity: Identity) -> Self {
        self.change.identity = Some(Some(identity));
        self
    }

    /// No identity column any more (PostgreSQL).
    pub fn drop_identity(self) -> Self {
        self.change.identity = Some(None);
        self
    }

    /// Whether the database counts its values up from now on.
    pub fn set_autoincrement(self, yes: bool) -> Self {
        self.change.autoincrement = Some(yes);
        self
    }

    /// No comment any more.
    pub fn drop_comment(self) -> Self {
        self.change.comment = Some(None);
        self
    }

    /// By which rules its texts are compared from now on: `"NOCASE"`, or a name for each database.
    ///
    /// ```
    /// use rebis_migrate::prelude::*;
    ///
    /// let mut op = Operations::new();
    /// op.alter_column("user", "name").existing_type(String(64)).set_collation("C");
    /// op.alter_column("user", "name")
    ///     .set_collation([(Dialect::Sqlite, "NOCASE"), (Dialect::Postgres, "und-x-icu")]);
    /// ```
    pub fn set_collation(self, collation: impl Into<Collation>) -> Self {
        self.change.collation = Some(Some(collation.into()));
        self
    }

    /// Its texts are compared as the table's or the database's are.
    pub fn drop_collation(self) -> Self {
        self.change.collation = Some(None);
        self
    }

    /// The type it has.
    pub fn existing_type(self, ty: SqlType) -> Self {
        self.existing.ty = ty;
        self
    }

    /// Whether it allows NULL now.
    pub fn existing_nullable(self, nullable: bool) -> Self {
        self.existing.nullable = nullable;
        self
    }

    /// The default it has.
    pub fn existing_server_default(self, default: impl IntoServerDefault) -> Self {
        self.existing.default = Some(default.into_server_default());
        self
    }

    /// The collation it has.
    pub fn existing_collation(self, collation: impl Into<Collation>) -> Self {
        self.existing.collation = Some(collation.into());
        self
    }

    /// The comment it has.
    pub fn existing_comment(self, text: &str) -> Self {
        self.existing.comment = Some(text.to_owned());
        self
    }

    /// The identity it has (PostgreSQL).
    pub fn existing_identity(self, identity: Identity) -> Self {
        self.existing.identity = Some(identity);
        self.existing.autoincrement = true;
        self
    }

    /// The database makes the key now.
    pub fn existing_autoincrement(self) -> Self {
        self.existing.autoincrement = true;
        self
    }
}
