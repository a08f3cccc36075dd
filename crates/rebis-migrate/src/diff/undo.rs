//! The operations that undo others. Invariant: `apply(ops)` then `apply(undo(ops))` gives the schema there was, or it is an error.

use rebis_sql::Ddl;
use rebis_sql::schema::Schema;

use super::types::named;
use crate::{Error, ErrorKind, Op, Result};

/// The reverse of each operation, the last first, for a database that was `before` them.
///
/// ```
/// use rebis_migrate::diff::{DiffOptions, diff, undo};
/// use rebis_sql::schema::{Column, Schema, Table};
/// use rebis_sql::{Dialect, SqlType};
///
/// let mut user = Table::new("user");
/// user.columns.push(Column::new("id", SqlType::Integer));
/// let (before, after) = (Schema::default(), Schema { tables: vec![user] });
/// let ops: Vec<_> =
///     diff(&before, &after, Dialect::Sqlite, &DiffOptions::default()).into_iter().map(|n| n.op).collect();
/// assert_eq!(undo(&ops, &before)?[0].describe(), "drop table user");
/// # Ok::<(), rebis_migrate::Error>(())
/// ```
///
/// # Errors
/// When an operation has no reverse.
pub fn undo(ops: &[Op], before: &Schema) -> Result<Vec<Op>> {
    let broken = |op: &Op, why: &str| {
        Error::new(
            ErrorKind::Migration,
            format!(
                "cannot write the downgrade of «{}»: {why}. Please report this as a defect",
                op.describe()
            ),
        )
    };
    let mut schema = before.clone();
    let mut undone: Vec<Op> = Vec::new();
    for op in ops {
        let types = new_types(op, &schema);
        // The table that comes back brings its types; what was looked at or filled stays.
        let kept = matches!(
            op.to_ddl(),
            Some(Ddl::DropType { .. } | Ddl::ValidateConstraint { .. } | Ddl::Fill { .. })
        );
        if kept {
            continue;
        }
        let reverse = op.reverse(&schema).ok_or_else(|| broken(op, "it has no reverse"))?;
        undone.extend(types.into_iter().map(|name| Op::Schema(Ddl::DropType { name })));
        undone.push(reverse);
        op.apply(&mut schema).map_err(|e| broken(op, &e))?;
    }
    undone.reverse();
    Ok(undone)
}

/// The named types that an operation brings: its undoing has to take them away.
fn new_types(op: &Op, before: &Schema) -> Vec<String> {
    let columns = match op.to_ddl() {
        Some(Ddl::CreateTable { table, .. }) => &table.columns[..],
        Some(Ddl::AddColumn { column, .. }) => std::slice::from_ref(column),
        _ => return Vec::new(),
    };
    let mut new: Vec<String> = Vec::new();
    for (name, _) in columns.iter().filter_map(|c| named(&c.ty)) {
        let there = before.tables.iter().flat_map(|t| &t.columns).filter_map(|c| named(&c.ty));
        if !new.iter().any(|n| n == name) && !there.into_iter().any(|(n, _)| n == name) {
            new.push(name.to_owned());
        }
    }
    new
}
