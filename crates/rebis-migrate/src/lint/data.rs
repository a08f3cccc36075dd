//! Remarks about rows: those that are lost, and those that make a migration fail.

use rebis_sql::ddl::{ColumnChange, Constraint};
use rebis_sql::schema::Column;
use rebis_sql::{Ddl, SqlType};

use crate::op::UNKNOWN_TYPE;

/// A remark's code, text and cure.
pub(super) type Said = (&'static str, String, String);

fn said(code: &'static str, text: impl Into<String>, cure: impl Into<String>) -> Said {
    (code, text.into(), cure.into())
}

/// What is to be said of a change of a table that may hold rows.
pub(super) fn remarks(ddl: &Ddl) -> Vec<Said> {
    match ddl {
        Ddl::Guarded(change) => remarks(change),
        Ddl::DropTable { .. } => {
            vec![said(
                "L101",
                "all of its rows are lost",
                "rename it if it was renamed, or save what is needed first",
            )]
        }
        Ddl::DropColumn { .. } => {
            vec![said(
                "L102",
                "its values are lost",
                "rename it if it was renamed; else let a release pass that does not use it",
            )]
        }
        Ddl::AlterType { from, to, .. } => labels(from, to).into_iter().collect(),
        Ddl::AddColumn { column, .. } => unfilled(column).into_iter().collect(),
        Ddl::AlterColumn { existing, change, .. } => altered(existing, change),
        Ddl::AddConstraint { constraint, .. } => match constraint {
            Constraint::Unique(_) => vec![duplicates()],
            Constraint::PrimaryKey(_) | Constraint::Check(_) | Constraint::ForeignKey(_) => vec![said(
                "L204",
                "it fails when a row that is there does not fulfil it",
                "correct such rows first, with op.execute(…)",
            )],
        },
        Ddl::CreateIndex { index, .. } if index.unique => vec![duplicates()],
        Ddl::RenameTable { .. } | Ddl::RenameColumn { .. } => vec![said(
            "L305",
            "a program of the last release asks for the old name until it is replaced",
            "stop it first, or add the new one, fill it, and drop the old one a release later",
        )],
        _ => Vec::new(),
    }
}

fn duplicates() -> Said {
    said(
        "L203",
        "it fails when rows that are there have the same value",
        "look for duplicates first, and decide which stay",
    )
}

fn labels(from: &[String], to: &[String]) -> Option<Said> {
    let gone: Vec<&str> = from.iter().filter(|l| !to.contains(l)).map(String::as_str).collect();
    (!gone.is_empty()).then(|| {
        said(
            "L103",
            format!("rows that hold {} have no label any more", gone.join(", ")),
            "give them another label first, with op.execute(…)",
        )
    })
}

fn unfilled(column: &Column) -> Option<Said> {
    let filled = column.default.is_some()
        || column.computed.is_some()
        || column.autoincrement
        || column.identity.is_some();
    (!column.nullable && !filled).then(|| {
        said(
            "L201",
            "it fails when the table holds rows: they have no value for it",
            "give it a server_default, or add it with NULL, fill it, and set NOT NULL",
        )
    })
}

fn altered(existing: &Column, change: &ColumnChange) -> Vec<Said> {
    let mut all = Vec::new();
    if let Some(ty) = &change.ty
        && existing.ty != UNKNOWN_TYPE
    {
        match (&existing.ty, ty) {
            (SqlType::Enum { values: from, .. }, SqlType::Enum { values: to, .. }) => all.extend(labels(from, to)),
            (from, to) if narrows(from, to) => all.push(said(
                "L104",
                format!("{from:?} becomes {to:?}, which does not hold all that the other did: values are cut, rounded or refused"),
                "look for values that do not fit first",
            )),
            _ => {}
        }
    }
    if change.nullable == Some(false) && (existing.nullable || existing.ty == UNKNOWN_TYPE) {
        all.push(said(
            "L202",
            "it fails when a row that is there holds NULL",
            "fill such rows first, with op.execute(…)",
        ));
    }
    all
}

/// Whether the new type does not hold all that the old one did.
fn narrows(from: &SqlType, to: &SqlType) -> bool {
    use SqlType::{BigInteger, Boolean, Double, Enum, Float, Integer, Numeric, SmallInteger, String, Text};
    let integer = |t: &SqlType| match t {
        SmallInteger => Some(1),
        Integer => Some(2),
        BigInteger => Some(3),
        _ => None,
    };
    if let (Some(a), Some(b)) = (integer(from), integer(to)) {
        return b < a;
    }
    match (from, to) {
        (a, b) if a == b => false,
        (_, Text) | (Float, Double) | (Boolean, SmallInteger | Integer | BigInteger) => false,
        (String(Some(a)), String(Some(b))) => b < a,
        (String(_), String(None)) => false,
        (Enum { values, .. }, String(Some(length))) => {
            values.iter().any(|v| v.chars().count() > *length as usize)
        }
        (Enum { .. }, String(None)) => false,
        (Numeric { precision: Some(p), scale: s }, Numeric { precision: Some(q), scale: t }) => {
            let (s, t) = (s.unwrap_or(0), t.unwrap_or(0));
            t < s || q.saturating_sub(t) < p.saturating_sub(s)
        }
        (Numeric { .. }, Numeric { precision: None, .. }) => false,
        (SqlType::Date, SqlType::DateTime { .. }) | (SqlType::DateTime { .. }, SqlType::DateTime { .. }) => {
            false
        }
        _ => true,
    }
}
