//! Values that no two rows share, and that pass from one row to another in one flush.
//!
//! **Invariant.** Every database looks at unique values row by row, so a value is given up before it is taken: the row that gives it up is
//! written or deleted first. Where rows wait for each other in a circle (two rows exchange their values), one of them gives its value up
//! ahead: for NULL where that is allowed, else for a value made from its key, which no other row has.

mod graph;
mod stand_in;

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

use rebis_engine::Connection;
use rebis_sql::Value;

use self::graph::{Graph, Node};
use super::pointers::{follow, open};
use super::{Batch, delete, update};
use crate::entity::Object;
use crate::error::Result;
use crate::model::{ColumnSet, ModelMeta, RowKey};
use crate::session::Shared;

/// What has to be written before everything else, in this order.
#[derive(Default)]
pub(super) struct First {
    /// Rows that give values up ahead, and what for.
    parked: Vec<(Object, Vec<(usize, Value)>)>,
    /// Rows to update or delete, neighbours of one kind together.
    rows: Vec<(bool, Vec<Object>)>,
}

impl First {
    pub(super) async fn run(self, session: &Arc<Shared>, connection: &mut Connection) -> Result<()> {
        for (row, values) in self.parked {
            update::write_ahead(connection, &row, &values).await?;
        }
        for (deleted, rows) in self.rows {
            if deleted {
                delete::delete(session, connection, rows, false).await?;
            } else {
                update::update(connection, rows, false).await?;
            }
        }
        Ok(())
    }
}

/// Takes out of the batch what has to be written first, and sorts its changed rows.
pub(super) fn plan(batch: &mut Batch) -> Result<First> {
    let Some(released) = released(batch)? else { return Ok(First::default()) };
    let mut graph = Graph::default();
    for new in batch.new.iter().filter(|o| released.models.contains(&o.meta().type_id)) {
        follow(new)?;
        let unknown = open(new).union(new.status().unset);
        for key in new.meta().uniques.iter().copied().chain([primary(new.meta())]) {
            if !key.meets(unknown)
                && let Some(node) = released.holder(new, key)
            {
                graph.before_new(node, key);
            }
        }
    }
    for (i, object) in batch.dirty.iter().enumerate() {
        let unknown = open(object);
        let flushed = object.status().flushed;
        let changed = object.changed_since(flushed);
        for &key in object.meta().uniques.iter().filter(|key| key.meets(changed) && !key.meets(unknown)) {
            if let Some(node) = released.holder(object, key).filter(|node| *node != Node::Dirty(i)) {
                graph.before(Node::Dirty(i), node, key);
            }
        }
    }
    if graph.is_empty() { Ok(First::default()) } else { graph.arrange(batch) }
}

/// Who holds, before this flush, a value that the flush sets free.
struct Released {
    models: Vec<TypeId>,
    held: HashMap<(TypeId, ColumnSet, RowKey), Node>,
}

impl Released {
    fn add(&mut self, object: &Object, key: ColumnSet, node: Node) {
        let flushed = object.status().flushed;
        let values: Vec<Value> = key.iter().map(|c| object.value_at(flushed, c)).collect();
        if let Some(values) = RowKey::new(&values) {
            let model = object.meta().type_id;
            if !self.models.contains(&model) {
                self.models.push(model);
            }
            self.held.insert((model, key, values), node);
        }
    }

    /// Who holds the values that this object is to have.
    fn holder(&self, object: &Object, key: ColumnSet) -> Option<Node> {
        let values: Vec<Value> = key.iter().map(|c| object.value(c)).collect();
        self.held.get(&(object.meta().type_id, key, RowKey::new(&values)?)).copied()
    }
}

fn primary(meta: &ModelMeta) -> ColumnSet {
    meta.key.iter().fold(ColumnSet::EMPTY, |all, &k| all.with(k))
}

/// Nothing where no value is set free, or nobody could take it.
fn released(batch: &Batch) -> Result<Option<Released>> {
    let mut all = Released { models: Vec::new(), held: HashMap::new() };
    for (i, object) in batch.dirty.iter().enumerate().filter(|(_, o)| !o.meta().uniques.is_empty()) {
        follow(object)?;
        let flushed = object.status().flushed;
        let changed = object.changed_since(flushed).union(open(object));
        for &key in object.meta().uniques.iter().filter(|key| key.meets(changed)) {
            all.add(object, key, Node::Dirty(i));
        }
    }
    if !batch.new.is_empty() || !all.held.is_empty() {
        for (i, object) in batch.deleted.iter().enumerate() {
            let meta = object.meta();
            for key in meta.uniques.iter().copied().chain([primary(meta)]) {
                all.add(object, key, Node::Deleted(i));
            }
        }
    }
    Ok((!all.held.is_empty()).then_some(all))
}
