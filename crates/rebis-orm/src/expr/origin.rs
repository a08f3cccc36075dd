//! [`Origin`]: the table that an expression's first column is of. Invariant: a query that selects expressions only takes its FROM from here.

use rebis_sql::Name;
use rebis_sql::stmt::TableRef;

use crate::model::ModelMeta;

/// A model's table, under its own name or an alias.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Origin {
    pub(crate) model: fn() -> &'static ModelMeta,
    pub(crate) alias: Option<&'static str>,
}

impl Origin {
    pub(crate) fn table_ref(self) -> TableRef {
        (self.model)().table_as(self.alias.map(Name::Borrowed))
    }
}
