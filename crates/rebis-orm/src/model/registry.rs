//! The program's models. Invariant: read-only after link time; the order is by table name, never the linker's.

use super::{Model, ModelMeta};

/// A model in the program's list.
#[derive(Debug)]
pub struct Registered(fn() -> &'static ModelMeta);

impl Registered {
    /// The entry of a model.
    #[must_use]
    pub const fn new<M: Model>() -> Self {
        Registered(M::meta)
    }
}

inventory::collect!(Registered);

/// Every model of the program.
pub(crate) fn registered() -> Vec<&'static ModelMeta> {
    let mut all: Vec<_> = inventory::iter::<Registered>.into_iter().map(|entry| (entry.0)()).collect();
    all.sort_by_key(|meta| (meta.def.schema, meta.def.table));
    all
}
