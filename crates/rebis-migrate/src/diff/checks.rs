//! Named checks, by name. Invariant: a condition's text is never the difference, because databases write it anew.

use rebis_sql::Ddl;
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Check, Table};

use super::Noted;
use super::indexes::simplified;

pub(super) fn compare(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    for check in &there.checks {
        let Some(name) = &check.name else { continue };
        // MariaDB gives a JSON column a check of the column's name.
        if there.column(name).is_some() || model.checks.iter().any(|m| same(m, check)) {
            continue;
        }
        found.push(Noted::new(
            Ddl::DropConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                name: name.clone(),
                kind: ConstraintKind::Check,
            },
            format!("removed check constraint '{name}' on table '{}'", model.name),
        ));
    }
    for check in &model.checks {
        if there.checks.iter().any(|t| same(t, check)) {
            continue;
        }
        found.push(Noted::new(
            Ddl::AddConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                constraint: Constraint::Check(check.clone()),
            },
            format!(
                "added check constraint '{}' on table '{}'",
                check.name.as_deref().unwrap_or("(unnamed)"),
                model.name
            ),
        ));
    }
}

fn same(a: &Check, b: &Check) -> bool {
    match (&a.name, &b.name) {
        (Some(a), Some(b)) if a == b => true,
        _ => simplified(&a.sql) == simplified(&b.sql),
    }
}
