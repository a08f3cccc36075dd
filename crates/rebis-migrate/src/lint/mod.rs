//! What an author should look at before a migration runs: data that is lost, rows that make it fail, locks that others wait for, steps that
//! nobody can take back.
//!
//! **Invariants.** A remark has a code, and the code a page under `docs/lint/`. A table that the same migration makes holds no rows and nobody
//! waits for it, so there is nothing to remark.

mod data;
mod safe;

use std::collections::BTreeSet;
use std::fmt;

use rebis_sql::{Ddl, Dialect};

use crate::{Op, dialect};

pub(crate) use safe::Gentle;
pub use safe::safe;

/// Something to look at in a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its code: `L102`. The page `docs/lint/L102.md` says more.
    pub code: &'static str,
    /// The operation, counted from 0; none when it is about the whole migration.
    pub operation: Option<usize>,
    /// The operation in a few words, or what else it is about.
    pub about: String,
    /// What happens.
    pub text: String,
    /// What to do instead.
    pub cure: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}; {}", self.code, self.about, self.text, self.cure)
    }
}

/// The remarks on a migration, for the database it is for.
///
/// ```
/// use rebis_migrate::{Operations, lint};
/// use rebis_sql::Dialect;
///
/// let mut op = Operations::new();
/// op.drop_column("user", "age");
/// op.create_index("ix_user_name", "user", ["name"]);
/// let remarks = lint::lint(Dialect::Postgres, op.ops());
/// assert_eq!(remarks.iter().map(|r| r.code).collect::<Vec<_>>(), ["L102", "L301"]);
/// assert!(remarks[1].cure.contains("concurrently"));
/// ```
#[must_use]
pub fn lint(dialect: Dialect, ops: &[Op]) -> Vec<Remark> {
    remarks(ops, |ddl| data::remarks(ddl).into_iter().chain(dialect::long_lock(dialect, ddl)).collect())
}

/// The remarks about data that is lost, on any database.
pub(crate) fn losses(ops: &[Op]) -> Vec<Remark> {
    let mut all = remarks(ops, data::remarks);
    all.retain(|r| r.code.starts_with("L1"));
    all
}

fn remarks(ops: &[Op], of: impl Fn(&Ddl) -> Vec<data::Said>) -> Vec<Remark> {
    let mut new: BTreeSet<(Option<&str>, &str)> = BTreeSet::new();
    let mut remarks = Vec::new();
    for (i, op) in ops.iter().enumerate() {
        let Some(ddl) = op.to_ddl() else { continue };
        if let Ddl::CreateTable { .. } = ddl {
            new.extend(op.table());
            continue;
        }
        if op.table().is_some_and(|table| new.contains(&table)) {
            continue;
        }
        let filled = ops[..i].iter().any(|o| fills(o, op));
        for (code, text, cure) in of(ddl).into_iter().filter(|(code, ..)| !(filled && *code == "L202")) {
            remarks.push(Remark { code, operation: Some(i), about: op.describe(), text, cure });
        }
    }
    remarks
}

/// Whether the first gives a value to the column that the second is about.
fn fills(first: &Op, second: &Op) -> bool {
    match (first.to_ddl(), second.to_ddl()) {
        (Some(Ddl::Fill { column, .. }), Some(Ddl::AlterColumn { existing, .. })) => {
            *column == existing.name && first.table() == second.table()
        }
        _ => false,
    }
}

/// What is to be said of the way back.
pub(crate) fn irreversible(upgrade: &[Op], downgrade: &[Op]) -> Option<Remark> {
    if upgrade.is_empty() {
        return None;
    }
    let code =
        |ops: &[Op]| ops.iter().any(|op| matches!(op, Op::Execute { .. } | Op::Run(_) | Op::Insert(_)));
    let schema = |ops: &[Op]| ops.iter().any(|op| op.to_ddl().is_some());
    if downgrade.is_empty() {
        return Some(Remark {
            code: "L401",
            operation: None,
            about: String::from("downgrade"),
            text: String::from("it does nothing, so the upgrade cannot be taken back"),
            cure: String::from("write what takes it back, or say in the script that nothing does"),
        });
    }
    (code(upgrade) && !code(downgrade) && !schema(upgrade)).then(|| Remark {
        code: "L401",
        operation: None,
        about: String::from("downgrade"),
        text: String::from("the upgrade changes data and the downgrade does not"),
        cure: String::from("write what takes the data back, or say in the script that nothing does"),
    })
}
