//! [`Ops`]: what is generated for each model so that the rest of this folder need not be. Invariant: function pointers and no more; each is a
//! short way to what the typed API does.

use std::sync::Arc;

use rebis_engine::Row;
use rebis_sql::{Cell, Value};

use crate::entity::{Entity, Object};
use crate::error::Result;
use crate::model::{ColumnSet, EntityOf, Key, Model, ModelMeta, cell_of};
use crate::query::{Count, SelectStatement};
use crate::relation::Task;
use crate::session::{Session, Shared};

type All = for<'a> fn(&'a Session, SelectStatement<Count>) -> Task<'a, Vec<Object>>;
type Find = for<'a> fn(&'a Arc<Shared>, Vec<Value>) -> Task<'a, Option<Object>>;

/// What is done with a model's objects where their type is not known.
#[derive(Clone, Copy)]
pub(crate) struct Ops {
    pub(crate) meta: fn() -> &'static ModelMeta,
    /// A new object of these values, one for each column. Those that are unset hold a stand-in.
    pub(crate) make: fn(&[Value], ColumnSet) -> Result<Object>,
    /// The objects of a query that selects the model's columns.
    pub(crate) all: All,
    /// The object with that key.
    pub(crate) find: Find,
}

impl Ops {
    pub(crate) const fn of<M: Model>() -> Self {
        Ops { meta: M::meta, make: make::<M>, all: all::<M>, find: find::<M> }
    }
}

impl std::fmt::Debug for Ops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ops")
    }
}

fn make<M: Model>(values: &[Value], unset: ColumnSet) -> Result<Object> {
    let cells: Vec<Cell<'_>> = values.iter().map(cell_of).collect();
    let read = M::DEF.read().min(cells.len());
    let mut row = M::decode(&Row::of(&cells[..read]), 0)?;
    for (column, cell) in cells.iter().enumerate().skip(read).filter(|(column, _)| !unset.has(*column)) {
        M::set_value(&mut row, column, cell.clone())?;
    }
    Ok(Entity::transient(row, unset).object())
}

fn all<M: Model>(session: &Session, query: SelectStatement<Count>) -> Task<'_, Vec<Object>> {
    Box::pin(async move {
        let all = query.of::<EntityOf<M>>().all(session).await?;
        Ok(all.into_iter().map(|entity| entity.0 as Object).collect())
    })
}

fn find<M: Model>(session: &Arc<Shared>, key: Vec<Value>) -> Task<'_, Option<Object>> {
    Box::pin(async move {
        let Some(key) = M::Key::from_values(&key) else { return Ok(None) };
        Ok(Session(Arc::clone(session)).get(EntityOf::<M>::new(), key).await?.map(|entity| entity.object()))
    })
}
