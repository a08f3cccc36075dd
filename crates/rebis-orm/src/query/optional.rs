//! [`Optional`]: a model that a left join may leave without a row. Invariant: a row is absent when its whole primary key is NULL.

use rebis_engine::Row;
use rebis_sql::{Cell, Name, Select};

use super::alias::Alias;
use super::selection::{Arrivals, Selection};
use crate::model::{EntityOf, Model, ModelMeta};
use crate::session::Session;

/// A model or alias whose row may be missing: `Post.optional()` gives an `Option`.
#[derive(Clone, Copy, Debug)]
pub struct Optional<S>(S);

impl<M: Model> EntityOf<M> {
    /// The model where a left join may leave it without a row: `select((User, Post.optional())).outer_join(User::posts)`.
    #[must_use]
    pub fn optional(self) -> Optional<Self> {
        Optional(self)
    }
}

impl<M: Model> Alias<M> {
    /// The model under this name where a left join may leave it without a row.
    #[must_use]
    pub fn optional(self) -> Optional<Self> {
        Optional(self)
    }
}

/// What an optional selection is of: one model.
pub trait OneModel {
    #[doc(hidden)]
    type Model: Model;
}

impl<M: Model> OneModel for EntityOf<M> {
    type Model = M;
}

impl<M: Model> OneModel for Alias<M> {
    type Model = M;
}

/// Whether a left join found no row of the model, whose columns begin at `at`; then they are passed over.
pub(crate) fn absent(model: &ModelMeta, row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<bool> {
    for key in &model.key {
        if row.cell(*at + key)? != Cell::Null {
            return Ok(false);
        }
    }
    *at += model.def.read();
    Ok(true)
}

impl<S: Selection + OneModel> Selection for Optional<S> {
    type Tracked = Option<S::Tracked>;
    type Plain = Option<S::Plain>;
    type Maps = S::Maps;
    type Columns = S::Columns;

    fn list(&self, select: &mut Select) {
        self.0.list(select);
    }

    fn columns(table: &'static str, names: &[Name], at: &mut usize, clash: &mut Option<Name>) -> S::Columns {
        S::columns(table, names, at, clash)
    }

    fn maps(session: &Session) -> Self::Maps {
        S::maps(session)
    }

    fn plain(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<Self::Plain> {
        if absent(S::Model::meta(), row, at)? { Ok(None) } else { S::plain(row, at).map(Some) }
    }

    fn tracked(
        maps: &Self::Maps,
        arrivals: &mut Arrivals,
        row: &Row<'_>,
        at: &mut usize,
    ) -> rebis_engine::Result<Self::Tracked> {
        if absent(S::Model::meta(), row, at)? {
            Ok(None)
        } else {
            S::tracked(maps, arrivals, row, at).map(Some)
        }
    }
}
