//! [`Column`]: a field of a model in a query. Invariant: a value of two words, not a type per column.

use std::marker::PhantomData;

use rebis_sql::{Expr, Name};

use super::origin::Origin;
use super::{Expression, Order, PerRow};
use crate::model::{ColumnDef, Model};

/// A column of model `M` whose Rust type is `T`: `User::username`.
#[must_use]
pub struct Column<M, T> {
    index: usize,
    name: &'static str,
    of: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Column<M, T> {
    #[doc(hidden)]
    pub const fn new(index: usize, name: &'static str) -> Self {
        Column { index, name, of: PhantomData }
    }

    /// The column of that place in a struct that is flattened, whose first column is the model's `start`th.
    #[doc(hidden)]
    pub const fn nth(columns: &[ColumnDef], start: usize, place: usize) -> Self {
        Column::new(start + place, columns[place].name)
    }

    /// The column's name in the database.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its position among the model's columns.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }
}

impl<M: Model, T> Column<M, T> {
    pub(crate) fn expr(self) -> Expr {
        match M::DEF.columns.get(self.index).and_then(|c| c.kind) {
            Some(_) => M::DEF.column_expr(None, self.index),
            None => Expr::Column { table: Some(Name::Borrowed(M::TABLE)), name: Name::Borrowed(self.name) },
        }
    }

    fn into_self(self) -> Expression<T> {
        self.into()
    }

    /// The same column, which may be NULL here: for rows that a left join leaves without a partner.
    pub fn optional(self) -> Expression<Option<T>> {
        self.into_self().optional()
    }

    /// From low to high.
    pub fn asc(self) -> Order {
        Order::new(self.expr(), false, self.is_nullable())
    }

    /// From high to low.
    pub fn desc(self) -> Order {
        Order::new(self.expr(), true, self.is_nullable())
    }

    fn is_nullable(self) -> bool {
        M::DEF.columns.get(self.index).is_none_or(|c| c.nullable && !c.primary_key)
    }

    crate::expr::expression::operators!(PerRow);
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Column<M, T> {}

impl<M: Model, T> std::fmt::Debug for Column<M, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", M::DEF.name, self.name)
    }
}

impl<M: Model, T> From<Column<M, T>> for Expression<T> {
    fn from(column: Column<M, T>) -> Self {
        Expression::new(column.expr()).within(Some(Origin { model: M::meta, alias: None }))
    }
}

impl<M: Model, T> From<Column<M, T>> for Order {
    fn from(column: Column<M, T>) -> Self {
        column.asc()
    }
}

impl<M: Model> From<Column<M, bool>> for super::Predicate {
    fn from(column: Column<M, bool>) -> Self {
        super::Predicate::new(column.expr())
    }
}
