//! Changes for which others wait long, by database, and the form in which they do not. Invariant: what takes a moment is not said.

use rebis_sql::ddl::{ColumnChange, Constraint};
use rebis_sql::schema::{Column, ServerDefault};
use rebis_sql::{Ddl, Dialect, SqlType};

use crate::op::UNKNOWN_TYPE;

/// A remark's code, text and cure.
type Said = (&'static str, String, String);

/// Whether the database makes indexes and constraints beside the writers.
pub(crate) fn has_beside(dialect: Dialect) -> bool {
    dialect == Dialect::Postgres
}

/// What others wait for, when it may take long.
pub(crate) fn long_lock(dialect: Dialect, ddl: &Ddl) -> Option<Said> {
    match dialect {
        Dialect::Postgres => postgres(ddl),
        Dialect::MySql | Dialect::MariaDb => mysql(ddl),
        // One writer at a time is the rule here, for any change.
        _ => None,
    }
}

fn said(code: &'static str, text: &str, cure: &str) -> Option<Said> {
    Some((code, text.to_owned(), cure.to_owned()))
}

fn postgres(ddl: &Ddl) -> Option<Said> {
    match ddl {
        Ddl::CreateIndex { concurrently: false, .. } => said(
            "L301",
            "writers wait until the index is built",
            "add .concurrently(), or write the script with --safe",
        ),
        Ddl::AddConstraint { constraint: Constraint::ForeignKey(_) | Constraint::Check(_), .. } => said(
            "L302",
            "writers wait until all rows were looked at",
            "add it as op.not_valid() and then op.validate_constraint(…), or write the script with --safe",
        ),
        Ddl::AddConstraint { constraint: Constraint::Unique(_) | Constraint::PrimaryKey(_), .. } => said(
            "L301",
            "readers and writers wait until its index is built",
            "make a unique index with .concurrently() first, and then the constraint from it: \
             op.execute(\"ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX …\")",
        ),
        Ddl::AddExclusion { .. } => said(
            "L302",
            "readers and writers wait until all rows were looked at",
            "do it while few use the table",
        ),
        Ddl::AlterTableOption { option, .. } if option.ends_with("_tablespace") => said(
            "L303",
            "the table is written anew while readers and writers wait",
            "do it while few use the table",
        ),
        Ddl::AddColumn { column, .. } if is_computed(column) => said(
            "L303",
            "the table is written anew while readers and writers wait",
            "add it with NULL and no default, and fill it in parts",
        ),
        Ddl::AlterColumn { existing, change, .. } => {
            if change.ty.as_ref().is_some_and(|ty| rewrites(&existing.ty, ty)) {
                return said(
                    "L303",
                    "the table is written anew while readers and writers wait",
                    "add a column of the new type, fill it in parts, and let it take the old one's place a release later",
                );
            }
            if change.collation.is_some() {
                return said(
                    "L303",
                    "the indexes over the column are made anew while readers and writers wait",
                    "do it while few use the table",
                );
            }
            (change.nullable == Some(false)).then_some(())?;
            said(
                "L304",
                "readers and writers wait until all rows were looked at",
                "add a check (… IS NOT NULL) with op.not_valid() and op.validate_constraint(…) first: then nothing is looked at",
            )
        }
        _ => None,
    }
}

/// Whether each row gets its own value.
fn is_computed(column: &Column) -> bool {
    let volatile = match &column.default {
        Some(ServerDefault::Sql(sql)) => sql.contains('('),
        _ => false,
    };
    volatile
        || column.autoincrement
        || column.identity.is_some()
        || column.computed.as_ref().is_some_and(|c| c.stored)
}

/// Whether PostgreSQL writes the rows anew: a longer text is the same text.
fn rewrites(from: &SqlType, to: &SqlType) -> bool {
    match (from, to) {
        (from, _) if *from == UNKNOWN_TYPE => true,
        (SqlType::String(Some(a)), SqlType::String(Some(b))) => b < a,
        (SqlType::String(_), SqlType::String(None) | SqlType::Text) => false,
        (SqlType::Text, SqlType::String(None)) => false,
        (
            SqlType::Numeric { precision: Some(p), scale: s },
            SqlType::Numeric { precision: Some(q), scale: t },
        ) => s != t || q < p,
        // Labels are the type's business, not the rows'.
        (SqlType::Enum { values: a, .. }, SqlType::Enum { values: b, .. }) => {
            !b.iter().filter(|v| a.contains(v)).eq(a.iter())
        }
        (a, b) => a != b,
    }
}

fn mysql(ddl: &Ddl) -> Option<Said> {
    let copies = |what: &str| {
        said(
            "L303",
            &format!("{what} while writers wait"),
            "do it while few write, or with a tool that copies the table beside them",
        )
    };
    match ddl {
        Ddl::AlterColumn { existing, change, .. } => {
            let default_alone =
                ColumnChange { default: None, comment: None, ..change.clone() } == ColumnChange::default();
            let longer = matches!((&existing.ty, &change.ty),
                (SqlType::String(Some(a)), Some(SqlType::String(Some(b)))) if b >= a && (*a > 255 || *b <= 255));
            if default_alone || (longer && change.nullable.is_none() && change.collation.is_none()) {
                return None;
            }
            copies("the table is copied")
        }
        Ddl::AlterTableOption { .. } => copies("the table is copied"),
        Ddl::AddConstraint { constraint: Constraint::ForeignKey(_), .. } => {
            copies("the table is copied or looked at")
        }
        Ddl::AddConstraint { constraint: Constraint::Check(_), .. } => copies("all rows are looked at"),
        Ddl::AddConstraint { constraint: Constraint::PrimaryKey(_), .. } => copies("the table is copied"),
        Ddl::AddColumn { column, .. } if column.computed.as_ref().is_some_and(|c| c.stored) => {
            copies("the table is copied")
        }
        _ => None,
    }
}
