//! [`Case`]: `CASE WHEN … THEN … ELSE … END`. Invariant: all results are of one type.

use std::marker::PhantomData;

use rebis_sql::Expr;

use super::{Condition, Expression, IntoExpression, Origin, PerRow, Predicate, Term};

/// A CASE without its last branch: `func::case(User::age.lt(18), "minor").otherwise("adult")`.
#[derive(Clone, Debug)]
#[must_use = "end it with `otherwise(…)` or `end()`"]
pub struct Case<T, K = PerRow> {
    when: Vec<(Expr, Expr)>,
    origin: Option<Origin>,
    of: PhantomData<fn() -> (T, K)>,
}

impl<T, K> Case<T, K> {
    pub(crate) fn start<V>(condition: Predicate<K>, result: V) -> Self
    where
        V: IntoExpression<Type = T>,
    {
        let result = result.into_expression();
        let origin = condition.origin.or(result.origin);
        Case { when: vec![(condition.written(), result.expr)], origin, of: PhantomData }
    }

    /// What it is when no condition before was met and this one is.
    pub fn when(mut self, condition: impl Condition<K>, result: impl Term<T, K>) -> Self {
        self.when.push((condition.into_predicate().written(), result.into_expr()));
        self
    }

    /// What it is when no condition is met.
    pub fn otherwise(self, result: impl Term<T, K>) -> Expression<T, K> {
        let otherwise = Some(Box::new(result.into_expr()));
        Expression::of_kind(Expr::Case { when: self.when, otherwise }).within(self.origin)
    }

    /// NULL when no condition is met.
    pub fn end(self) -> Expression<Option<T>, K> {
        Expression::of_kind(Expr::Case { when: self.when, otherwise: None }).within(self.origin)
    }
}
