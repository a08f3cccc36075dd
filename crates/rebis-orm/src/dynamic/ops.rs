//! [`Ops`]: what is generated for each model so that the rest of this folder need not be. Invariant: function pointers and no more; each is a
//! short way to what the typed API does.

use rebis_engine::Row;
use rebis_sql::{Cell, Value};

use crate::entity::{Entity, Object};
use crate::error::Result;
use crate::model::{ColumnSet, EntityOf, Model, ModelMeta, cell_of};
use crate::query::{Selection, meet};
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
    let (instance, known) = meet::<M>(&mut session.map::<M>().lock(), &session.solo, row, 0)?;
    Ok((instance, known))
}
