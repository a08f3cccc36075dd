//! [`Predicate`]: a condition. Invariant: `&`, `|` and `!` build it; Rust's `&&` cannot be used by mistake, for it is no `bool`.

use std::ops::{BitAnd, BitOr, Not};
use std::sync::Arc;

use rebis_sql::Expr;
use rebis_sql::expr::UnaryOp;

use super::Expression;
use crate::error::{Error, Result};

/// A condition for `filter`, `having` or a join. Combine with `&`, `|`, `!`.
///
/// A condition that cannot work (over a relation that is declared wrongly) keeps its error, which the statement gives when it is run.
#[derive(Clone, Debug)]
#[must_use]
pub struct Predicate {
    pub(crate) expr: Expr,
    pub(crate) broken: Option<Arc<Error>>,
}

impl Predicate {
    /// A condition from an SQL expression.
    pub fn new(expr: Expr) -> Self {
        Predicate { expr, broken: None }
    }

    pub(crate) fn wrong(error: Arc<Error>) -> Self {
        Predicate { expr: Expr::Or(Vec::new()), broken: Some(error) }
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
    pub fn all(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Self::many(conditions, Expr::And)
    }

    /// Any of these.
    pub fn any(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Self::many(conditions, Expr::Or)
    }

    fn many(conditions: impl IntoIterator<Item = Predicate>, join: fn(Vec<Expr>) -> Expr) -> Self {
        let mut broken = None;
        let parts = conditions
            .into_iter()
            .map(|p| {
                broken = broken.take().or(p.broken);
                p.expr
            })
            .collect();
        Predicate { expr: join(parts), broken }
    }
}

impl BitAnd for Predicate {
    type Output = Predicate;
    fn bitand(self, other: Predicate) -> Predicate {
        let mut all = match self.expr {
            Expr::And(all) => all,
            one => vec![one],
        };
        match other.expr {
            Expr::And(more) => all.extend(more),
            one => all.push(one),
        }
        Predicate { expr: Expr::And(all), broken: self.broken.or(other.broken) }
    }
}

impl BitOr for Predicate {
    type Output = Predicate;
    fn bitor(self, other: Predicate) -> Predicate {
        let mut any = match self.expr {
            Expr::Or(any) => any,
            one => vec![one],
        };
        match other.expr {
            Expr::Or(more) => any.extend(more),
            one => any.push(one),
        }
        Predicate { expr: Expr::Or(any), broken: self.broken.or(other.broken) }
    }
}

impl Not for Predicate {
    type Output = Predicate;
    fn not(self) -> Predicate {
        Predicate { expr: Expr::Unary(UnaryOp::Not, Box::new(self.expr)), broken: self.broken }
    }
}

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr && self.broken.is_some() == other.broken.is_some()
    }
}

impl From<Expression<bool>> for Predicate {
    fn from(e: Expression<bool>) -> Self {
        Predicate::new(e.expr)
    }
}
