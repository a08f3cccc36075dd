//! [`Predicate`]: a condition. Invariant: `&`, `|` and `!` build it; Rust's `&&` cannot be used by mistake, for it is no `bool`.

use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};
use std::sync::Arc;

use rebis_sql::Expr;
use rebis_sql::expr::UnaryOp;

use super::{Aggregate, Column, Expression, Origin, PerRow, Windowed};
use crate::error::{Error, Result};
use crate::model::Model;

/// A condition for `filter`, `having` or a join. Combine with `&`, `|`, `!`. `K` is the kind of what it compares, as in [`Expression`].
///
/// A condition that cannot work (over a relation that is declared wrongly) keeps its error, which the statement gives when it is run.
#[must_use]
pub struct Predicate<K = PerRow> {
    pub(crate) expr: Expr,
    pub(crate) broken: Option<Arc<Error>>,
    pub(crate) origin: Option<Origin>,
    pub(crate) kind: PhantomData<fn() -> K>,
}

impl Predicate {
    /// A condition from an SQL expression.
    pub fn new(expr: Expr) -> Self {
        Self::of_kind(expr)
    }

    pub(crate) fn wrong(error: Arc<Error>) -> Self {
        Predicate { broken: Some(error), ..Self::of_kind(Expr::Or(Vec::new())) }
    }
}

impl<K> Predicate<K> {
    pub(crate) fn of_kind(expr: Expr) -> Self {
        Predicate { expr, broken: None, origin: None, kind: PhantomData }
    }

    /// The SQL expression.
    ///
    /// # Errors
    /// When the condition cannot work.
    pub fn into_expr(self) -> Result<Expr> {
        match self.broken {
            Some(error) => Err(error.again()),
            None => Ok(self.expr),
        }
    }

    /// All of these.
    pub fn all(conditions: impl IntoIterator<Item = Predicate<K>>) -> Self {
        Self::many(conditions, Expr::And)
    }

    /// Any of these.
    pub fn any(conditions: impl IntoIterator<Item = Predicate<K>>) -> Self {
        Self::many(conditions, Expr::Or)
    }

    fn many(conditions: impl IntoIterator<Item = Predicate<K>>, join: fn(Vec<Expr>) -> Expr) -> Self {
        let (mut broken, mut origin) = (None, None);
        let parts = conditions
            .into_iter()
            .map(|p| {
                broken = broken.take().or(p.broken);
                origin = origin.or(p.origin);
                p.expr
            })
            .collect();
        Predicate { broken, origin, ..Self::of_kind(join(parts)) }
    }

    /// Its expression where no error can be kept: one that cannot work makes the statement fail with its text.
    pub(crate) fn written(self) -> Expr {
        match self.broken {
            Some(error) => Expr::Invalid(error.to_string()),
            None => self.expr,
        }
    }

    fn with<L, R>(self, other: Predicate<L>, join: fn(Expr, Expr) -> Expr) -> Predicate<R> {
        let broken = self.broken.or(other.broken);
        let origin = self.origin.or(other.origin);
        Predicate { broken, origin, ..Predicate::of_kind(join(self.expr, other.expr)) }
    }
}

fn and(one: Expr, other: Expr) -> Expr {
    let mut all = match one {
        Expr::And(all) => all,
        one => vec![one],
    };
    match other {
        Expr::And(more) => all.extend(more),
        one => all.push(one),
    }
    Expr::And(all)
}

fn or(one: Expr, other: Expr) -> Expr {
    let mut any = match one {
        Expr::Or(any) => any,
        one => vec![one],
    };
    match other {
        Expr::Or(more) => any.extend(more),
        one => any.push(one),
    }
    Expr::Or(any)
}

/// What two kinds make together.
macro_rules! together {
    ($($left:ident $right:ident => $both:ident;)*) => {
        $(impl BitAnd<Predicate<$right>> for Predicate<$left> {
            type Output = Predicate<$both>;
            fn bitand(self, other: Predicate<$right>) -> Predicate<$both> {
                self.with(other, and)
            }
        }

        impl BitOr<Predicate<$right>> for Predicate<$left> {
            type Output = Predicate<$both>;
            fn bitor(self, other: Predicate<$right>) -> Predicate<$both> {
                self.with(other, or)
            }
        })*
    };
}

together! {
    PerRow PerRow => PerRow;
    PerRow Aggregate => Aggregate;
    Aggregate PerRow => Aggregate;
    Aggregate Aggregate => Aggregate;
    PerRow Windowed => Windowed;
    Windowed PerRow => Windowed;
    Windowed Windowed => Windowed;
}

impl<K> Not for Predicate<K> {
    type Output = Predicate<K>;
    fn not(self) -> Predicate<K> {
        Predicate { expr: Expr::Unary(UnaryOp::Not, Box::new(self.expr)), ..self }
    }
}

impl<K> Clone for Predicate<K> {
    fn clone(&self) -> Self {
        Predicate { expr: self.expr.clone(), broken: self.broken.clone(), ..*self }
    }
}

impl<K> std::fmt::Debug for Predicate<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Predicate").field("expr", &self.expr).field("broken", &self.broken).finish()
    }
}

impl<K> PartialEq for Predicate<K> {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr && self.broken.is_some() == other.broken.is_some()
    }
}

impl<K> From<Expression<bool, K>> for Predicate<K> {
    fn from(e: Expression<bool, K>) -> Self {
        Predicate { origin: e.origin, ..Predicate::of_kind(e.expr) }
    }
}

/// A condition as a value that can be selected: true, false or NULL.
impl<K> From<Predicate<K>> for Expression<Option<bool>, K> {
    fn from(p: Predicate<K>) -> Self {
        let origin = p.origin;
        Expression::of_kind(p.written()).within(origin)
    }
}

/// A condition where kind `K` is meant: in `filter` one on rows, in `having` also one on groups.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a condition here",
    label = "expected a comparison like `User::id.eq(1)`",
    note = "a condition on an aggregate (`func::count(…).gt(1)`) belongs in `having(…)`; one on a window function in the filter of a query over a subquery"
)]
pub trait Condition<K = PerRow> {
    #[doc(hidden)]
    fn into_predicate(self) -> Predicate<K>;
}

impl<K> Condition<K> for Predicate<K> {
    fn into_predicate(self) -> Predicate<K> {
        self
    }
}

impl Condition<Aggregate> for Predicate<PerRow> {
    fn into_predicate(self) -> Predicate<Aggregate> {
        Predicate { broken: self.broken, origin: self.origin, ..Predicate::of_kind(self.expr) }
    }
}

impl<K> Condition<K> for Expression<bool, K> {
    fn into_predicate(self) -> Predicate<K> {
        self.into()
    }
}

impl<M: Model, K> Condition<K> for Column<M, bool> {
    fn into_predicate(self) -> Predicate<K> {
        let this: Expression<bool> = self.into();
        Predicate { origin: this.origin, ..Predicate::of_kind(this.expr) }
    }
}
