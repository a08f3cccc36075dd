//! [`Predicate`]: a condition. Invariant: `&`, `|` and `!` build it; Rust's `&&` cannot be used by mistake, for it is no `bool`.

use std::ops::{BitAnd, BitOr, Not};

use rebis_sql::Expr;
use rebis_sql::expr::UnaryOp;

use super::Expression;

/// A condition for `filter`, `having` or a join. Combine with `&`, `|`, `!`.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Predicate(pub(crate) Expr);

impl Predicate {
    /// A condition from an SQL expression.
    pub fn new(expr: Expr) -> Self {
        Predicate(expr)
    }

    /// The SQL expression.
    #[must_use]
    pub fn into_expr(self) -> Expr {
        self.0
    }

    /// All of these.
    pub fn all(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Predicate(Expr::And(conditions.into_iter().map(|p| p.0).collect()))
    }

    /// Any of these.
    pub fn any(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Predicate(Expr::Or(conditions.into_iter().map(|p| p.0).collect()))
    }
}

impl BitAnd for Predicate {
    type Output = Predicate;
    fn bitand(self, other: Predicate) -> Predicate {
        let mut all = match self.0 {
            Expr::And(all) => all,
            one => vec![one],
        };
        match other.0 {
            Expr::And(more) => all.extend(more),
            one => all.push(one),
        }
        Predicate(Expr::And(all))
    }
}

impl BitOr for Predicate {
    type Output = Predicate;
    fn bitor(self, other: Predicate) -> Predicate {
        let mut any = match self.0 {
            Expr::Or(any) => any,
            one => vec![one],
        };
        match other.0 {
            Expr::Or(more) => any.extend(more),
            one => any.push(one),
        }
        Predicate(Expr::Or(any))
    }
}

impl Not for Predicate {
    type Output = Predicate;
    fn not(self) -> Predicate {
        Predicate(Expr::Unary(UnaryOp::Not, Box::new(self.0)))
    }
}

impl From<Expression<bool>> for Predicate {
    fn from(e: Expression<bool>) -> Self {
        Predicate(e.expr)
    }
}
