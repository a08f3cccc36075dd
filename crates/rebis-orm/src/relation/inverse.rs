//! [`Inverse`]: what the objects of loaded collections refer back to. Invariant: known once for all that one statement brought; an object's own slot
//! is made when it is asked for, and shows the same.
//!
//! A statement that joins several collections has one for each of them.

use std::collections::HashMap;
use std::sync::Weak;

use crate::entity::{AnyInstance, Object};
use crate::model::{Link, ModelMeta, RowKey};

/// The owners of collections that one statement loaded, by the key that its rows refer to.
pub(crate) struct Inverse {
    /// The relation back, of which model, and the columns that refer.
    relation: usize,
    of: &'static ModelMeta,
    columns: Vec<usize>,
    owners: HashMap<RowKey, Weak<dyn AnyInstance>, foldhash::fast::RandomState>,
}

/// Of all collections that one statement loaded.
pub(crate) type Inverses = std::sync::Arc<[Inverse]>;

impl Inverse {
    /// Of a relation's `owners`, whose objects are of model `of`; nothing when it has no relation back.
    pub(crate) fn new<'a>(
        link: &Link,
        of: &'static ModelMeta,
        owners: impl IntoIterator<Item = &'a Object>,
    ) -> Option<Self> {
        let relation = link.inverse?;
        let owners =
            owners.into_iter().filter_map(|o| Some((o.row_key(&link.parent)?, std::sync::Arc::downgrade(o))));
        Some(Inverse { relation, of, columns: link.child.clone(), owners: owners.collect() })
    }

    /// The relation back of an object and where it leads to, when the object's collection is among these.
    pub(crate) fn of(&self, object: &dyn AnyInstance) -> Option<(usize, Weak<dyn AnyInstance>)> {
        if !object.meta().is_self(self.of) {
            return None;
        }
        Some((self.relation, Weak::clone(self.owners.get(&object.row_key(&self.columns)?)?)))
    }
}
