//! A row that is deleted and added again under its key in one flush becomes an UPDATE. Invariant: what refers to the row goes on referring to
//! it, and only the columns that differ are written.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

use rebis_sql::Value;

use super::Batch;
use super::pointers::{follow, open};
use crate::entity::{Object, State};
use crate::error::Result;
use crate::model::{ColumnSet, RowKey};
use crate::session::Shared;

/// Takes such pairs out of the lists of new and deleted rows; the new object takes the place of the deleted one and joins the changed ones.
pub(super) fn switch(session: &Arc<Shared>, batch: &mut Batch) -> Result<()> {
    if batch.new.is_empty() || batch.deleted.is_empty() {
        return Ok(());
    }
    let mut gone: HashMap<(TypeId, RowKey), usize> = HashMap::new();
    for (i, object) in batch.deleted.iter().enumerate() {
        gone.extend(object.key().map(|key| ((object.meta().type_id, key), i)));
    }
    let models: Vec<TypeId> = batch.deleted.iter().map(|o| o.meta().type_id).collect();
    let mut replaced = Vec::new();
    let mut kept = Vec::new();
    for new in std::mem::take(&mut batch.new) {
        let old = if models.contains(&new.meta().type_id) { key_of(&new)? } else { None }
            .and_then(|key| gone.remove(&(new.meta().type_id, key)));
        match old {
            Some(i) if !has_defaults(&new) => {
                replace(session, &batch.deleted[i], &new)?;
                replaced.push(i);
                batch.dirty.push(new);
            }
            _ => kept.push(new),
        }
    }
    batch.new = kept;
    replaced.sort_unstable();
    for i in replaced.into_iter().rev() {
        batch.deleted.remove(i);
    }
    Ok(())
}

/// The key of a new row, when it is known before anything is written.
fn key_of(new: &Object) -> Result<Option<RowKey>> {
    follow(new)?;
    let waits = open(new);
    let known = new.has_key() && !new.meta().key.iter().any(|&k| waits.has(k));
    Ok(if known { new.key() } else { None })
}

/// Whether the database has values for columns that the new row leaves out: only an INSERT asks for them.
fn has_defaults(new: &Object) -> bool {
    let unset = new.status().unset;
    unset.iter().any(|c| new.meta().def.columns[c].server_default.is_some())
}

fn replace(session: &Shared, old: &Object, new: &Object) -> Result<()> {
    let meta = new.meta();
    let flushed = old.status().flushed;
    let columns = 0..meta.def.columns.len();
    let wanted: Vec<(usize, Value)> = columns
        .clone()
        .filter(|&c| !meta.computed.has(c) && meta.version != Some(c))
        .map(|c| (c, new.value(c)))
        .collect();
    let stored: Vec<(usize, Value)> = columns.map(|c| (c, old.value_at(flushed, c))).collect();
    new.set(&stored)?;
    let version = new.version();
    new.set(&wanted)?;
    old.leave_map(session);
    old.status().state = State::Deleted;
    {
        let mut status = new.status();
        status.state = State::Persistent;
        status.born = true;
        status.flushed = version;
        status.unset = ColumnSet::EMPTY;
    }
    new.enter_map(session, std::slice::from_ref(new));
    Ok(())
}
