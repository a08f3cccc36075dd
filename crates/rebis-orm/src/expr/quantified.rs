//! Comparisons with any or all rows of a subquery. Invariant: the subquery gives values of the type that is compared.

use std::marker::PhantomData;

use rebis_sql::{Expr, Select};

use super::{Comparable, Operand};
use crate::query::{SelectStatement, Selection};

/// Any or all of the values of a subquery, at the right of a comparison: what [`func::any`](super::func::any) and [`func::all`](super::func::all)
/// make.
#[derive(Clone, Debug)]
#[must_use = "it stands in a comparison: `Post::likes.gt(func::all(…))`"]
pub struct Quantified<T> {
    all: bool,
    select: Select,
    of: PhantomData<fn() -> T>,
}

impl<T> Quantified<T> {
    pub(super) fn new<S: Selection<Plain = T>>(query: SelectStatement<S>, all: bool) -> Self {
        Quantified { all, select: query.into_inner(), of: PhantomData }
    }
}

impl<T: Comparable<C>, C, K> Operand<C, K> for Quantified<T> {
    fn into_expr(self) -> Expr {
        Expr::Quantified { all: self.all, select: Box::new(self.select) }
    }
}
