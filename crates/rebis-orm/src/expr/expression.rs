//! [`Expression`]: an SQL expression whose value has a Rust type, and the operators that columns and expressions share.

use std::marker::PhantomData;

use rebis_sql::Expr;
use rebis_sql::expr::{Nulls, OrderBy};

/// An SQL expression of Rust type `T`.
#[must_use]
pub struct Expression<T> {
    pub(crate) expr: Expr,
    ty: PhantomData<fn() -> T>,
}

impl<T> Expression<T> {
    /// An expression that is known to be of type `T`.
    pub fn new(expr: Expr) -> Self {
        Expression { expr, ty: PhantomData }
    }

    pub(crate) fn expr(self) -> Expr {
        self.expr
    }

    crate::expr::expression::operators!();
}

impl<T> Clone for Expression<T> {
    fn clone(&self) -> Self {
        Expression::new(self.expr.clone())
    }
}

impl<T> std::fmt::Debug for Expression<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.expr.fmt(f)
    }
}

/// How to sort by one expression: `User::username.desc()`.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Order(pub(crate) OrderBy);

impl Order {
    pub(crate) fn new(expr: Expr, descending: bool) -> Self {
        Order(OrderBy { expr, descending, nulls: None })
    }

    /// NULLs before everything else.
    pub fn nulls_first(mut self) -> Self {
        self.0.nulls = Some(Nulls::First);
        self
    }

    /// NULLs after everything else.
    pub fn nulls_last(mut self) -> Self {
        self.0.nulls = Some(Nulls::Last);
        self
    }
}

impl<T> From<Expression<T>> for Order {
    fn from(e: Expression<T>) -> Self {
        Order::new(e.expr, false)
    }
}

/// `%`, `_` and the escape character itself stand for themselves.
pub(crate) fn escape_like(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '/') {
            out.push('/');
        }
        out.push(c);
    }
    out
}

/// The comparison methods, written into `impl` blocks that have `self.expr()`.
macro_rules! operators {
    () => {
        crate::expr::expression::operators! { @binary
            /// `=`; `IS NULL` when the other side is `None`.
            eq Eq;
            /// `<>`; `IS NOT NULL` when the other side is `None`.
            ne Ne;
            /// `<`
            lt Lt;
            /// `<=`
            le Le;
            /// `>`
            gt Gt;
            /// `>=`
            ge Ge;
            /// Equal, with NULL equal to NULL.
            is_not_distinct_from IsNotDistinct;
            /// Different, with NULL equal to NULL.
            is_distinct_from IsDistinct;
        }
        crate::expr::expression::operators! { @arithmetic
            /// `+`
            plus Add;
            /// `-`
            minus Sub;
            /// `*`
            times Mul;
        }

        /// `IN (…)`; never true for an empty list.
        pub fn in_<O: $crate::expr::Operand<T>>(self, list: impl IntoIterator<Item = O>) -> $crate::expr::Predicate {
            let list = list.into_iter().map(O::into_expr).collect();
            $crate::expr::Predicate::new(rebis_sql::Expr::In { expr: Box::new(self.expr()), list, negated: false })
        }

        /// `NOT IN (…)`; always true for an empty list.
        pub fn not_in<O: $crate::expr::Operand<T>>(self, list: impl IntoIterator<Item = O>) -> $crate::expr::Predicate {
            let list = list.into_iter().map(O::into_expr).collect();
            $crate::expr::Predicate::new(rebis_sql::Expr::In { expr: Box::new(self.expr()), list, negated: true })
        }

        /// `IN (SELECT …)`.
        pub fn in_select<S>(self, select: $crate::query::SelectStatement<S>) -> $crate::expr::Predicate
        where
            S: $crate::query::Selection<Plain = T>,
        {
            let broken = select.broken.clone();
            let select = Box::new(select.into_statement());
            let expr = rebis_sql::Expr::InSelect { expr: Box::new(self.expr()), select, negated: false };
            $crate::expr::Predicate { expr, broken }
        }

        /// `BETWEEN low AND high`, both included.
        pub fn between(
            self,
            low: impl $crate::expr::Operand<T>,
            high: impl $crate::expr::Operand<T>,
        ) -> $crate::expr::Predicate {
            $crate::expr::Predicate::new(rebis_sql::Expr::Between {
                expr: Box::new(self.expr()),
                low: Box::new(low.into_expr()),
                high: Box::new(high.into_expr()),
                negated: false,
            })
        }

        /// `IS NULL`
        pub fn is_null(self) -> $crate::expr::Predicate {
            $crate::expr::Predicate::new(rebis_sql::Expr::IsNull { expr: Box::new(self.expr()), negated: false })
        }

        /// `IS NOT NULL`
        pub fn is_not_null(self) -> $crate::expr::Predicate {
            $crate::expr::Predicate::new(rebis_sql::Expr::IsNull { expr: Box::new(self.expr()), negated: true })
        }

        /// `LIKE`, with `%` for any text and `_` for one character.
        pub fn like(self, pattern: impl Into<String>) -> $crate::expr::Predicate {
            $crate::expr::expression::like(self.expr(), pattern.into(), None, false, false)
        }

        /// `NOT LIKE`
        pub fn not_like(self, pattern: impl Into<String>) -> $crate::expr::Predicate {
            $crate::expr::expression::like(self.expr(), pattern.into(), None, false, true)
        }

        /// `LIKE`, upper and lower case being the same.
        pub fn ilike(self, pattern: impl Into<String>) -> $crate::expr::Predicate {
            $crate::expr::expression::like(self.expr(), pattern.into(), None, true, false)
        }

        /// Whether the text begins with this, taken literally.
        pub fn starts_with(self, text: &str) -> $crate::expr::Predicate {
            let pattern = format!("{}%", $crate::expr::expression::escape_like(text));
            $crate::expr::expression::like(self.expr(), pattern, Some('/'), false, false)
        }

        /// Whether the text ends with this, taken literally.
        pub fn ends_with(self, text: &str) -> $crate::expr::Predicate {
            let pattern = format!("%{}", $crate::expr::expression::escape_like(text));
            $crate::expr::expression::like(self.expr(), pattern, Some('/'), false, false)
        }

        /// Whether the text contains this, taken literally.
        pub fn contains(self, text: &str) -> $crate::expr::Predicate {
            let pattern = format!("%{}%", $crate::expr::expression::escape_like(text));
            $crate::expr::expression::like(self.expr(), pattern, Some('/'), false, false)
        }

        /// From low to high.
        pub fn asc(self) -> $crate::expr::Order {
            $crate::expr::Order::new(self.expr(), false)
        }

        /// From high to low.
        pub fn desc(self) -> $crate::expr::Order {
            $crate::expr::Order::new(self.expr(), true)
        }
    };
    (@binary $($(#[$doc:meta])* $name:ident $op:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(self, other: impl $crate::expr::Operand<T>) -> $crate::expr::Predicate {
            $crate::expr::expression::compare(self.expr(), rebis_sql::expr::BinaryOp::$op, other.into_expr())
        })*
    };
    (@arithmetic $($(#[$doc:meta])* $name:ident $op:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(self, other: impl $crate::expr::Operand<T>) -> $crate::expr::Expression<T> {
            $crate::expr::Expression::new(rebis_sql::Expr::Binary(
                Box::new(self.expr()),
                rebis_sql::expr::BinaryOp::$op,
                Box::new(other.into_expr()),
            ))
        })*
    };
}
pub(crate) use operators;

pub(crate) fn compare(left: Expr, op: rebis_sql::expr::BinaryOp, right: Expr) -> super::Predicate {
    use rebis_sql::Value;
    use rebis_sql::expr::BinaryOp;
    super::Predicate::new(match (op, &right) {
        // `= NULL` is never true in SQL and never what `eq(None)` means.
        (BinaryOp::Eq, Expr::Value(Value::Null)) => Expr::IsNull { expr: Box::new(left), negated: false },
        (BinaryOp::Ne, Expr::Value(Value::Null)) => Expr::IsNull { expr: Box::new(left), negated: true },
        _ => Expr::Binary(Box::new(left), op, Box::new(right)),
    })
}

pub(crate) fn like(
    expr: Expr,
    pattern: String,
    escape: Option<char>,
    insensitive: bool,
    negated: bool,
) -> super::Predicate {
    let pattern = Box::new(Expr::Value(rebis_sql::Value::Text(pattern)));
    super::Predicate::new(Expr::Like { expr: Box::new(expr), pattern, escape, insensitive, negated })
}
