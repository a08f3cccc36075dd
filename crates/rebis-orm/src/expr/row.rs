//! [`RowValue`]: several values that are compared as one. Invariant: both sides have the same number of parts, of the same types.

use std::marker::PhantomData;

use rebis_sql::Expr;
use rebis_sql::expr::BinaryOp;

use super::{Arguments, Comparable, Operand, Origin, Predicate};
use crate::query::{SelectStatement, Selection};

/// A row value: what [`func::row`](crate::func::row) makes. It is compared part by part, from the first.
#[derive(Clone, Debug)]
#[must_use]
pub struct RowValue<T> {
    parts: Vec<Expr>,
    origin: Option<Origin>,
    of: PhantomData<fn() -> T>,
}

/// What a row value can be compared with: a tuple of values, columns or expressions, or another row value.
#[diagnostic::on_unimplemented(
    message = "a row value of types `{T}` cannot be compared with `{Self}`",
    label = "expected a tuple of `{T}`"
)]
pub trait RowOperand<T> {
    #[doc(hidden)]
    fn parts(self) -> Vec<Expr>;
}

impl<T> RowOperand<T> for RowValue<T> {
    fn parts(self) -> Vec<Expr> {
        self.parts
    }
}

/// Rows of a subquery that can be compared with a row value.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` cannot be compared with a row value of types `{T}`",
    label = "select `{T}`"
)]
pub trait RowsOf<T> {}

macro_rules! tuples {
    ($($have:ident $want:ident $at:tt),+) => {
        impl<$($want,)+ $($have: Operand<$want>),+> RowOperand<($($want,)+)> for ($($have,)+) {
            fn parts(self) -> Vec<Expr> {
                vec![$(self.$at.into_expr()),+]
            }
        }

        impl<$($want,)+ $($have: Comparable<$want>),+> RowsOf<($($want,)+)> for ($($have,)+) {}
    };
}

tuples!(A X 0, B Y 1);
tuples!(A X 0, B Y 1, C Z 2);
tuples!(A X 0, B Y 1, C Z 2, D W 3);

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $op:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(self, other: impl RowOperand<T>) -> Predicate {
            let other = Expr::Tuple(other.parts());
            self.condition(|row| Expr::Binary(Box::new(row), BinaryOp::$op, Box::new(other)))
        })*
    };
}

impl<T> RowValue<T> {
    pub(crate) fn new(parts: impl Arguments<Types = T>) -> Self {
        let (parts, origin) = parts.list();
        RowValue { parts, origin, of: PhantomData }
    }

    comparisons! {
        /// `=`: every part is equal.
        eq Eq;
        /// `<>`: some part differs.
        ne Ne;
        /// `<`, decided by the first parts that differ.
        lt Lt;
        /// `<=`
        le Le;
        /// `>`
        gt Gt;
        /// `>=`
        ge Ge;
    }

    /// `IN ((…), (…))`; never true for an empty list.
    pub fn in_<O: RowOperand<T>>(self, list: impl IntoIterator<Item = O>) -> Predicate {
        let list = list.into_iter().map(|row| Expr::Tuple(row.parts())).collect();
        self.condition(|row| Expr::In { expr: Box::new(row), list, negated: false })
    }

    /// `IN (SELECT …)`
    pub fn in_select<S: Selection<Plain: RowsOf<T>>>(self, select: SelectStatement<S>) -> Predicate {
        let (select, broken) = select.into_subquery();
        let select = Box::new(select);
        let found = self.condition(|row| Expr::InSelect { expr: Box::new(row), select, negated: false });
        Predicate { broken, ..found }
    }

    fn condition(self, make: impl FnOnce(Expr) -> Expr) -> Predicate {
        Predicate { origin: self.origin, ..Predicate::new(make(Expr::Tuple(self.parts))) }
    }
}
