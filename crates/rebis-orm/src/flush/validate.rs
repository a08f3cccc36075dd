//! Validators of rows that are to be written. Invariant: a row that is not valid never reaches the database.

use std::sync::Arc;

use super::Batch;
use crate::entity::Object;
use crate::error::Result;
use crate::model::ColumnSet;
use crate::session::Shared;

/// Asks about what the session is to write, as far as it is known before the cascades.
pub(super) fn registered(session: &Arc<Shared>) -> Result<()> {
    let (new, dirty): (Vec<Object>, Vec<Object>) = {
        let work = session.work.lock();
        let some = |list: &[Object]| list.iter().filter(|o| o.validates()).map(Arc::clone).collect();
        (some(&work.new), some(&work.dirty))
    };
    ask(&new, &dirty)
}

/// Asks about all of it.
pub(super) fn batch(batch: &Batch) -> Result<()> {
    ask(&batch.new, &batch.dirty)
}

/// Asks about a new row, but not about what the database fills in.
pub(crate) fn one(object: &Object) -> Result<()> {
    if !object.validates() {
        return Ok(());
    }
    let all = (0..object.meta().def.columns.len()).fold(ColumnSet::EMPTY, ColumnSet::with);
    let unset = object.status().unset;
    object.validate(all.minus(unset)).map_err(|invalid| invalid.of(object))
}

fn ask(new: &[Object], dirty: &[Object]) -> Result<()> {
    new.iter().try_for_each(one)?;
    for object in dirty.iter().filter(|o| o.validates()) {
        let flushed = object.status().flushed;
        let changed = object.changed_since(flushed);
        if !changed.is_empty() {
            object.validate(changed).map_err(|invalid| invalid.of(object))?;
        }
    }
    Ok(())
}
