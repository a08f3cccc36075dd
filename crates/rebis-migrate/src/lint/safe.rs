//! The form of a migration that does not make others wait. Invariant: it leads to the same schema.

use std::collections::BTreeSet;

use rebis_sql::ddl::Constraint;
use rebis_sql::{Ddl, Dialect};

use crate::{Op, dialect};

/// The same migration in the form that locks least: what `db migrate --safe` writes.
///
/// On PostgreSQL indexes are made beside the writers, and checks and foreign keys hold for new rows first and are looked at afterwards. Other
/// databases have no such forms: there it is the same.
///
/// ```
/// use rebis_migrate::{Operations, lint};
/// use rebis_sql::Dialect;
///
/// let mut op = Operations::new();
/// op.create_check_constraint("ck_age", "user", "age > 0");
/// let safe = lint::safe(Dialect::Postgres, op.ops());
/// assert_eq!(safe.iter().map(|op| op.describe()).collect::<Vec<_>>(), [
///     "add check ck_age on user",
///     "validate constraint ck_age on user",
/// ]);
/// ```
#[must_use]
pub fn safe(dialect: Dialect, ops: &[Op]) -> Vec<Op> {
    let mut gentle = Gentle::new(dialect);
    ops.iter().flat_map(|op| gentle.form(op)).collect()
}

/// The forms of a migration's operations, one after the other.
pub(crate) struct Gentle {
    dialect: Dialect,
    /// The tables that the migration made.
    new: BTreeSet<(Option<String>, String)>,
}

impl Gentle {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Gentle { dialect, new: BTreeSet::new() }
    }

    /// What stands for the next operation.
    pub(crate) fn form(&mut self, op: &Op) -> Vec<Op> {
        let table = op.table().map(|(schema, name)| (schema.map(str::to_owned), name.to_owned()));
        if let Some(Ddl::CreateTable { .. }) = op.to_ddl() {
            self.new.extend(table.clone());
        }
        let held = !table.is_some_and(|table| self.new.contains(&table));
        match op.to_ddl() {
            Some(ddl) if held && dialect::has_beside(self.dialect) => beside(ddl),
            _ => vec![op.clone()],
        }
    }
}

fn beside(ddl: &Ddl) -> Vec<Op> {
    let mut ddl = ddl.clone();
    match &mut ddl {
        Ddl::CreateIndex { concurrently, .. } | Ddl::DropIndex { concurrently, .. } => *concurrently = true,
        Ddl::AddConstraint { schema, table, constraint } => {
            let name = match &*constraint {
                Constraint::Check(c) => c.name.clone(),
                Constraint::ForeignKey(c) => c.name.clone(),
                _ => None,
            };
            if let Some(name) = name {
                let (schema, table, constraint) = (schema.clone(), table.clone(), constraint.clone());
                return vec![
                    Ddl::AddNotValid { schema: schema.clone(), table: table.clone(), constraint }.into(),
                    Ddl::ValidateConstraint { schema, table, name }.into(),
                ];
            }
        }
        _ => {}
    }
    vec![ddl.into()]
}
