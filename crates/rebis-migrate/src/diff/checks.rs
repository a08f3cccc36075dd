//! Checks, by their names and conditions. Invariant: the same condition is the same check, whatever either side calls it.

use rebis_sql::Ddl;
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Check, Table};

use super::Noted;
use super::words::same_sql;

pub(super) fn compare(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    let (mut gone, mut new): (Vec<&Check>, Vec<&Check>) =
        (there.checks.iter().collect(), model.checks.iter().collect());
    new.retain(|wanted| {
        let at = gone.iter().position(|now| same_sql(&now.sql, &wanted.sql));
        at.map(|at| gone.remove(at)).is_none()
    });
    let said = |what: &str, check: &Check| {
        let name = check.name.as_deref().unwrap_or("(unnamed)");
        format!("{what} check constraint '{name}' on table '{}'", model.name)
    };
    let changed = |check: &Check, others: &[&Check]| others.iter().any(|o| o.name == check.name);
    for check in &gone {
        let Some(name) = &check.name else { continue };
        // MariaDB gives a JSON column a check of the column's name.
        if there.column(name).is_some() {
            continue;
        }
        let what = if changed(check, &new) { "changed" } else { "removed" };
        found.push(Noted::new(
            Ddl::DropConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                name: name.clone(),
                kind: ConstraintKind::Check,
            },
            said(what, check),
        ));
    }
    for check in &new {
        let what = if changed(check, &gone) { "changed" } else { "added" };
        found.push(Noted::new(
            Ddl::AddConstraint {
                schema: model.schema.clone(),
                table: model.name.clone(),
                constraint: Constraint::Check((*check).clone()),
            },
            said(what, check),
        ));
    }
}
