//! Exclusion constraints. Invariant: the same parts are the same constraint, whatever either side calls it.

use rebis_sql::Ddl;
use rebis_sql::ddl::ConstraintKind;
use rebis_sql::schema::{Exclusion, Table};

use super::Noted;
use super::words::same_sql;

pub(super) fn compare(there: &Table, model: &Table, found: &mut Vec<Noted>) {
    let (mut gone, mut new): (Vec<&Exclusion>, Vec<&Exclusion>) =
        (there.exclusions.iter().collect(), model.exclusions.iter().collect());
    new.retain(|wanted| {
        let at = gone.iter().position(|now| same(now, wanted));
        at.map(|at| gone.remove(at)).is_none()
    });
    let said = |what: &str, one: &Exclusion| {
        let name = one.name.as_deref().unwrap_or("(unnamed)");
        format!("{what} exclusion constraint '{name}' on table '{}'", model.name)
    };
    let changed = |one: &Exclusion, others: &[&Exclusion]| others.iter().any(|o| o.name == one.name);
    for one in &gone {
        let Some(name) = &one.name else { continue };
        let what = if changed(one, &new) { "changed" } else { "removed" };
        let (schema, table, name) = (model.schema.clone(), model.name.clone(), name.clone());
        let kind = ConstraintKind::Exclusion;
        found.push(Noted::new(Ddl::DropConstraint { schema, table, name, kind }, said(what, one)));
    }
    for one in &new {
        let what = if changed(one, &gone) { "changed" } else { "added" };
        let (schema, table) = (model.schema.clone(), model.name.clone());
        found.push(Noted::new(
            Ddl::AddExclusion { schema, table, exclusion: (*one).clone() },
            said(what, one),
        ));
    }
}

/// Whether both say the same in the same words.
pub(super) fn same(a: &Exclusion, b: &Exclusion) -> bool {
    let words = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => same_sql(a, b),
        (a, b) => a == b,
    };
    // Without a method the index is a B-tree.
    let method = |e: &Exclusion| e.method.as_deref().unwrap_or("btree").to_ascii_lowercase();
    method(a) == method(b)
        && a.deferrable == b.deferrable
        && words(&a.filter, &b.filter)
        && a.elements.len() == b.elements.len()
        && a.elements.iter().zip(&b.elements).all(|((a, with), (b, and))| same_sql(a, b) && with == and)
}
