//! A relation's declaration as constant data.

use std::sync::Arc;

use super::load::{LoadFn, Request, Task, load_related};
use super::through::Through;
use crate::entity::Object;
use crate::model::{Model, ModelMeta};
use crate::session::Shared;

/// A relation's declaration.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct RelationDef {
    pub name: &'static str,
    pub(crate) kind: RelationKind,
    pub(crate) target: fn() -> &'static ModelMeta,
    pub(crate) load: LoadFn,
    /// The association, of a relation between many and many.
    pub(crate) through: Option<Through>,
    pub key: &'static [&'static str],
    /// Of an association: the fields that refer to the target.
    pub target_key: &'static [&'static str],
    pub back_populates: Option<&'static str>,
    pub cascade: Cascade,
    pub passive_deletes: bool,
    /// What is related is left to the database, also what is loaded.
    pub leaves_all: bool,
    pub order_by: &'static [(&'static str, bool)],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelationKind {
    BelongsTo,
    HasMany,
    HasOne,
}

/// What happens to related objects when something happens to this one. `save-update` and `merge` by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cascade {
    pub(crate) save_update: bool,
    pub(crate) merge: bool,
    pub(crate) refresh_expire: bool,
    pub(crate) expunge: bool,
    pub(crate) delete: bool,
    pub(crate) delete_orphan: bool,
}

macro_rules! words {
    ($($(#[$doc:meta])* $word:ident)*) => {
        $($(#[$doc])* #[must_use] pub const fn $word(mut self) -> Self { self.$word = true; self })*
    };
}

impl Cascade {
    /// `save-update, merge`
    #[must_use]
    pub const fn new() -> Self {
        Self::none().save_update().merge()
    }

    /// Everything but `delete-orphan`.
    #[must_use]
    pub const fn all() -> Self {
        Self::new().refresh_expire().expunge().delete()
    }

    /// Nothing.
    #[must_use]
    pub const fn none() -> Self {
        Cascade {
            save_update: false,
            merge: false,
            refresh_expire: false,
            expunge: false,
            delete: false,
            delete_orphan: false,
        }
    }

    words! {
        /// Adding this object adds the related ones.
        save_update
        /// Merging this object merges the related ones.
        merge
        /// Expiring or refreshing this object expires the related ones.
        refresh_expire
        /// Letting this object go lets the related ones go.
        expunge
        /// Deleting this object deletes the related ones.
        delete
        /// An object taken out of the relation is deleted.
        delete_orphan
    }
}

impl Default for Cascade {
    fn default() -> Self {
        Self::new()
    }
}

impl RelationDef {
    const fn new<T: Model>(name: &'static str, kind: RelationKind) -> Self {
        RelationDef {
            name,
            kind,
            target: T::meta,
            load: load_related,
            through: None,
            key: &[],
            target_key: &[],
            back_populates: None,
            cascade: Cascade::new(),
            passive_deletes: false,
            leaves_all: false,
            order_by: &[],
        }
    }

    /// Fills the slot `relation` of each owner.
    pub(crate) fn load<'a>(
        &self,
        session: &'a Arc<Shared>,
        owners: Vec<Object>,
        relation: usize,
    ) -> Task<'a, ()> {
        (self.load)(session, Request::whole(owners, relation))
    }

    /// Many of `T` refer to this.
    #[must_use]
    pub const fn has_many<T: Model>(name: &'static str) -> Self {
        Self::new::<T>(name, RelationKind::HasMany)
    }

    /// Many of `T`, each of which many may have: rows of `A` refer to both.
    #[must_use]
    pub const fn many_to_many<T: Model, A: Model>(name: &'static str) -> Self {
        let def = Self::new::<T>(name, RelationKind::HasMany);
        RelationDef { through: Some(Through::new::<A>()), ..def }
    }

    /// At most one `T` refers to this.
    #[must_use]
    pub const fn has_one<T: Model>(name: &'static str) -> Self {
        Self::new::<T>(name, RelationKind::HasOne)
    }

    /// This refers to a `T`.
    #[must_use]
    pub const fn belongs_to<T: Model>(name: &'static str) -> Self {
        Self::new::<T>(name, RelationKind::BelongsTo)
    }

    /// The fields that refer.
    #[must_use]
    pub const fn key(mut self, fields: &'static [&'static str]) -> Self {
        self.key = fields;
        self
    }

    /// The fields of an association that refer to the target.
    #[must_use]
    pub const fn target_key(mut self, fields: &'static [&'static str]) -> Self {
        self.target_key = fields;
        self
    }

    /// The relation on the other side.
    #[must_use]
    pub const fn back_populates(mut self, name: &'static str) -> Self {
        self.back_populates = Some(name);
        self
    }

    /// What happens to related objects.
    #[must_use]
    pub const fn cascade(mut self, cascade: Cascade) -> Self {
        self.cascade = cascade;
        self
    }

    /// The database's own ON DELETE does the work for what is not loaded.
    #[must_use]
    pub const fn passive_deletes(mut self) -> Self {
        self.passive_deletes = true;
        self
    }

    /// The database does the work for all of them: a deletion looks at none, loaded or not.
    #[must_use]
    pub const fn passive_deletes_all(mut self) -> Self {
        self.leaves_all = true;
        self
    }

    /// How the related objects are sorted: column and «descending».
    #[must_use]
    pub const fn order_by(mut self, columns: &'static [(&'static str, bool)]) -> Self {
        self.order_by = columns;
        self
    }
}

impl std::fmt::Debug for RelationDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.kind, self.name)
    }
}
