//! [`Ops`]: what is generated for each model so that the rest of this folder need not be. Invariant: function pointers and no more; each is a
//! short way to what the typed API does.

use std::sync::Arc;

use rebis_engine::Row;
use rebis_sql::{Cell, Value};

use crate::entity::{Entity, Instance, Object};
use crate::error::Result;
use crate::model::{ColumnSet, EntityOf, Model, ModelMeta, cell_of};
use crate::query::Selection;
use crate::relation::ReadAll;
use crate::session::{Session, Shared};

/// What is done with a model's objects where their type is not known.
#[derive(Clone, Copy)]
pub(crate) struct Ops {
    pub(crate) meta: fn() -> &'static ModelMeta,
    /// A new object of these values, one for each column. Those that are unset hold a stand-in.
    pub(crate) make: fn(&[Value], ColumnSet) -> Result<Object>,
    /// What reads an object from each row of a query.
    pub(crate) read_all: fn(&Session) -> ReadAll,
    /// The object of the one row that a lookup by key found, and whether the session held it.
    pub(crate) read: fn(&Shared, &Row<'_>) -> rebis_engine::Result<(Object, bool)>,
}

impl Ops {
    pub(crate) const fn of<M: Model>() -> Self {
        Ops { meta: M::meta, make: make::<M>, read_all: read_all::<M>, read: read::<M> }
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
    let mut column = read;
    // A plain loop: what a closure here brings with it would be there for each model.
    while column < cells.len() {
        if !unset.has(column) {
            M::set_value(&mut row, column, cells[column].clone())?;
        }
        column += 1;
    }
    Ok(Entity::transient(row, unset).object())
}

fn read_all<M: Model>(session: &Session) -> ReadAll {
    let maps = session.0.map::<M>();
    Box::new(move |arrivals, row, at| Ok(EntityOf::<M>::tracked(&maps, arrivals, row, at)?.0 as Object))
}

fn read<M: Model>(session: &Shared, row: &Row<'_>) -> rebis_engine::Result<(Object, bool)> {
    let new = M::decode(row, 0)?;
    let (key, map) = (M::key_of(&new), session.map::<M>());
    let mut map = map.lock();
    let place = map.place(key);
    if let Some(known) = place.as_ref().and_then(std::sync::Weak::upgrade) {
        return Ok((known, true));
    }
    let object: Object = Instance::loaded(new, &session.solo);
    *place = Some(Arc::downgrade(&object));
    Ok((object, false))
}
