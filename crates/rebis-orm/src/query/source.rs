//! [`Source`]: what rows can come from. Invariant: a source brings along the common table expressions that it names.

use rebis_sql::stmt::{Cte, TableRef};

use super::alias::Alias;
use crate::model::{EntityOf, Model};

/// What stands in FROM or is joined: a model, an [`alias`](super::alias()), a subquery ([`derived`](super::SelectStatement::derived)), a common
/// table expression ([`cte`](super::SelectStatement::cte)).
#[diagnostic::on_unimplemented(
    message = "rows cannot come from `{Self}`",
    label = "expected a model like `User`, an alias, a subquery or a common table expression",
    note = "along a relation, use `join(User::posts)` or `outer_join(User::posts)`"
)]
pub trait Source {
    #[doc(hidden)]
    fn rows(&self) -> Rows;
}

/// A source as data.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Rows {
    pub(crate) table: TableRef,
    pub(crate) with: Vec<Cte>,
}

impl Rows {
    pub(crate) fn of(table: TableRef) -> Self {
        Rows { table, with: Vec::new() }
    }
}

impl<M: Model> Source for EntityOf<M> {
    fn rows(&self) -> Rows {
        Rows::of(M::meta().table_ref())
    }
}

impl<M: Model> Source for Alias<M> {
    fn rows(&self) -> Rows {
        Rows::of(if self.of_table { self.origin().table_ref() } else { TableRef::table(self.name) })
    }
}

impl<S: Source> Source for &S {
    fn rows(&self) -> Rows {
        (**self).rows()
    }
}

/// The name that a query knows a source by.
pub(crate) fn known_as(table: &TableRef) -> &str {
    table.known_as()
}
