//! A column that counts a row's versions. Invariant: it goes up by one with each UPDATE of the object, and nobody else sets it.

use rebis_sql::Value;

use crate::entity::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ColumnSet;

/// Counts the version that an UPDATE is about to write.
pub(super) fn count(row: &Object, flushed: u32, column: usize, changed: ColumnSet) -> Result<()> {
    let meta = row.meta();
    let (model, field) = (meta.def.name, meta.def.columns[column].field);
    if changed.has(column) {
        let what =
            format!("{model}.{field} counts the versions of {} and was set by the program", row.label());
        return Err(Error::new(ErrorKind::State, what)
            .on(model)
            .advise("leave it alone: each UPDATE counts it up by one"));
    }
    let next = match row.value_at(flushed, column) {
        Value::Int(old) => old.checked_add(1),
        _ => None,
    };
    let Some(next) = next else {
        return Err(Error::new(
            ErrorKind::Mapping,
            format!("{model}.{field} cannot count the versions of {}", row.label()),
        )
        .on(model)
        .advise("a column that counts versions is an integer that is never NULL"));
    };
    row.set(&[(column, Value::Int(next))])
}
