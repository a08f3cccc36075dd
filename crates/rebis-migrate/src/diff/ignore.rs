//! What a comparison leaves alone by name. Invariant: a table that is ignored is ignored with all that is in it.

use rebis_sql::Ddl;

use super::hooks::name_of;
use crate::Op;

/// Whether the operation concerns something that a pattern names: `legacy_*` a table, `user.ix_*` something of a table.
pub(super) fn is_ignored(op: &Op, patterns: &[String]) -> bool {
    if patterns.is_empty() {
        return false;
    }
    let Some((_, table)) = op.table() else { return false };
    let within = part(op);
    patterns.iter().any(|pattern| match pattern.split_once('.') {
        None => fits(pattern, table),
        Some((of, name)) => fits(of, table) && within.as_deref().is_some_and(|within| fits(name, within)),
    })
}

/// The column, index or constraint that an operation is about.
fn part(op: &Op) -> Option<String> {
    match op.to_ddl()? {
        Ddl::AddColumn { column, .. } => Some(column.name.clone()),
        Ddl::DropColumn { column, .. } => Some(column.clone()),
        Ddl::AlterColumn { existing, .. } => Some(existing.name.clone()),
        Ddl::CreateIndex { index, .. } => Some(index.name.clone()),
        Ddl::DropIndex { name, .. } | Ddl::DropConstraint { name, .. } => Some(name.clone()),
        Ddl::AddConstraint { constraint, .. } => name_of(constraint).map(str::to_owned),
        Ddl::AddExclusion { exclusion, .. } => exclusion.name.clone(),
        _ => None,
    }
}

/// `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|after| {
            rest.is_empty()
                || (0..=after.len()).filter(|i| after.is_char_boundary(*i)).any(|i| fits(rest, &after[i..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_any_text() {
        assert!(fits("a*", "a") && fits("a*c", "abc") && fits("*", "x") && fits("*_log*", "x_log_y"));
        assert!(!fits("a*", "ba") && !fits("a", "ab") && !fits("a*c", "abd"));
    }
}
