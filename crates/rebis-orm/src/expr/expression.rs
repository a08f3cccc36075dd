//! [`Expression`]: an SQL expression whose value has a Rust type, and the operators that columns and expressions share.

use std::marker::PhantomData;

use rebis_sql::Expr;
use rebis_sql::expr::{BinaryOp, Builtin, Nulls, OrderBy};

use super::origin::Origin;
use super::{PerRow, Predicate};

/// An SQL expression of Rust type `T`. `K` says what it has a value for: a row ([`PerRow`]), a group ([`Aggregate`](super::Aggregate)), a
/// row and its window ([`Windowed`](super::Windowed)).
#[must_use]
pub struct Expression<T, K = PerRow> {
    pub(crate) expr: Expr,
    pub(crate) origin: Option<Origin>,
    ty: PhantomData<fn() -> (T, K)>,
}

impl<T> Expression<T> {
    /// An expression that is known to be of type `T`.
    pub fn new(expr: Expr) -> Self {
        Self::of_kind(expr)
    }
}

impl<T, K> Expression<T, K> {
    pub(crate) fn of_kind(expr: Expr) -> Self {
        Expression { expr, origin: None, ty: PhantomData }
    }

    /// The same with the table that it is of.
    pub(crate) fn within(mut self, origin: Option<Origin>) -> Self {
        self.origin = origin;
        self
    }

    /// What is computed from it, of any type and kind.
    pub(crate) fn map<U, L>(self, make: impl FnOnce(Expr) -> Expr) -> Expression<U, L> {
        Expression { expr: make(self.expr), origin: self.origin, ty: PhantomData }
    }

    /// A condition on it.
    fn condition(self, make: impl FnOnce(Expr) -> Expr) -> Predicate<K> {
        Predicate { origin: self.origin, ..Predicate::of_kind(make(self.expr)) }
    }

    fn into_self(self) -> Self {
        self
    }

    /// The same value, which may be NULL here: for what a left join or a subquery without rows leaves empty.
    pub fn optional(self) -> Expression<Option<T>, K> {
        self.map(|e| e)
    }

    /// From low to high.
    pub fn asc(self) -> Order {
        Order::new(self.expr, false, true)
    }

    /// From high to low.
    pub fn desc(self) -> Order {
        Order::new(self.expr, true, true)
    }

    crate::expr::expression::operators!(K);
}

impl<T, K> Clone for Expression<T, K> {
    fn clone(&self) -> Self {
        Expression { expr: self.expr.clone(), origin: self.origin, ty: PhantomData }
    }
}

impl<T, K> std::fmt::Debug for Expression<T, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.expr.fmt(f)
    }
}

/// How to sort by one expression: `User::username.desc()`.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Order(pub(crate) OrderBy, pub(crate) Nullable);

/// Whether what is sorted by may be NULL; where it is not known, it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nullable(pub(crate) bool);

impl Order {
    pub(crate) fn new(expr: Expr, descending: bool, nullable: bool) -> Self {
        Order(OrderBy { expr, descending, nulls: None }, Nullable(nullable))
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

impl<T, K> From<Expression<T, K>> for Order {
    fn from(e: Expression<T, K>) -> Self {
        e.asc()
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

/// The comparison methods, written into `impl` blocks that have `self.into_self()`; `$kind` is the expression's kind.
macro_rules! operators {
    ($kind:ty) => {
        crate::expr::expression::operators! { @binary $kind;
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
        crate::expr::expression::operators! { @arithmetic $kind;
            /// `+`, which is written so too where the types are Rust's own: `Post::likes + 1`.
            plus Add;
            /// `-`
            minus Sub;
            /// `*`
            times Mul;
            /// `/`: true division, also between integers; the value is of the type of the left side, so cast integers first.
            divided_by Div;
            /// The rest of a division, `%`.
            modulo Rem;
        }

        /// `IN (…)`; never true for an empty list.
        pub fn in_<O: $crate::expr::Operand<T, $kind>>(self, list: impl IntoIterator<Item = O>) -> $crate::expr::Predicate<$kind> {
            $crate::expr::expression::in_list(self.into_self(), list.into_iter().map(O::into_expr).collect(), false)
        }

        /// `NOT IN (…)`; always true for an empty list.
        pub fn not_in<O: $crate::expr::Operand<T, $kind>>(self, list: impl IntoIterator<Item = O>) -> $crate::expr::Predicate<$kind> {
            $crate::expr::expression::in_list(self.into_self(), list.into_iter().map(O::into_expr).collect(), true)
        }

        /// `IN (SELECT …)`.
        pub fn in_select<S>(self, select: $crate::query::SelectStatement<S>) -> $crate::expr::Predicate<$kind>
        where
            S: $crate::query::Selection<Plain: $crate::expr::Comparable<T>>,
        {
            $crate::expr::expression::in_select(self.into_self(), select, false)
        }

        /// `NOT IN (SELECT …)`. Never true when the subquery gives a NULL, as SQL has it: filter NULLs out of it.
        pub fn not_in_select<S>(self, select: $crate::query::SelectStatement<S>) -> $crate::expr::Predicate<$kind>
        where
            S: $crate::query::Selection<Plain: $crate::expr::Comparable<T>>,
        {
            $crate::expr::expression::in_select(self.into_self(), select, true)
        }

        /// `BETWEEN low AND high`, both included.
        pub fn between(
            self,
            low: impl $crate::expr::Operand<T, $kind>,
            high: impl $crate::expr::Operand<T, $kind>,
        ) -> $crate::expr::Predicate<$kind> {
            $crate::expr::expression::between(self.into_self(), low.into_expr(), high.into_expr())
        }

        /// `IS NULL`
        pub fn is_null(self) -> $crate::expr::Predicate<$kind> {
            $crate::expr::expression::is_null(self.into_self(), false)
        }

        /// `IS NOT NULL`
        pub fn is_not_null(self) -> $crate::expr::Predicate<$kind> {
            $crate::expr::expression::is_null(self.into_self(), true)
        }

        crate::expr::expression::operators! { @text $kind;
            /// `LIKE`, with `%` for any text and `_` for one character.
            like(pattern: impl Into<String>) => pattern.into(), None, false, false;
            /// `NOT LIKE`
            not_like(pattern: impl Into<String>) => pattern.into(), None, false, true;
            /// `LIKE`, upper and lower case being the same.
            ilike(pattern: impl Into<String>) => pattern.into(), None, true, false;
            /// Whether the text begins with this, taken literally.
            starts_with(text: &str) => format!("{}%", $crate::expr::expression::escape_like(text)), Some('/'), false, false;
            /// Whether the text ends with this, taken literally.
            ends_with(text: &str) => format!("%{}", $crate::expr::expression::escape_like(text)), Some('/'), false, false;
            /// Whether the text contains this, taken literally.
            contains(text: &str) => format!("%{}%", $crate::expr::expression::escape_like(text)), Some('/'), false, false;
        }

        /// Whether a regular expression matches somewhere in the text. Its language is the database's; SQLite has none.
        pub fn matches(self, pattern: impl Into<String>) -> $crate::expr::Predicate<$kind>
        where
            T: $crate::expr::Textual,
        {
            $crate::expr::expression::matches(self.into_self(), pattern.into(), false)
        }

        /// As [`matches`](Self::matches), upper and lower case being the same.
        pub fn imatches(self, pattern: impl Into<String>) -> $crate::expr::Predicate<$kind>
        where
            T: $crate::expr::Textual,
        {
            $crate::expr::expression::matches(self.into_self(), pattern.into(), true)
        }

        /// This text and another, joined.
        pub fn concat(self, other: impl $crate::expr::Term<T, $kind>) -> $crate::expr::Expression<T, $kind>
        where
            T: $crate::expr::Textual,
        {
            self.into_self().map(|e| rebis_sql::Expr::Binary(Box::new(e), rebis_sql::expr::BinaryOp::Concat, Box::new(other.into_expr())))
        }
    };
    (@binary $kind:ty; $($(#[$doc:meta])* $name:ident $op:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(self, other: impl $crate::expr::Operand<T, $kind>) -> $crate::expr::Predicate<$kind> {
            $crate::expr::expression::compare(self.into_self(), rebis_sql::expr::BinaryOp::$op, other.into_expr())
        })*
    };
    (@arithmetic $kind:ty; $($(#[$doc:meta])* $name:ident $op:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(self, other: impl $crate::expr::Term<T, $kind>) -> $crate::expr::Expression<T, $kind>
        where
            T: $crate::expr::Number,
        {
            $crate::expr::arithmetic::reckon(self.into_self(), rebis_sql::expr::BinaryOp::$op, other)
        })*
    };
    (@text $kind:ty; $($(#[$doc:meta])* $name:ident($arg:ident: $ty:ty) => $pattern:expr, $escape:expr, $insensitive:expr, $negated:expr;)*) => {
        $($(#[$doc])*
        pub fn $name(self, $arg: $ty) -> $crate::expr::Predicate<$kind>
        where
            T: $crate::expr::Textual,
        {
            $crate::expr::expression::like(self.into_self(), $pattern, $escape, $insensitive, $negated)
        })*
    };
}
pub(crate) use operators;

pub(crate) fn compare<T, K>(left: Expression<T, K>, op: BinaryOp, right: Expr) -> Predicate<K> {
    left.condition(|e| Expr::Binary(Box::new(e), op, Box::new(right)))
}

pub(crate) fn between<T, K>(expr: Expression<T, K>, low: Expr, high: Expr) -> Predicate<K> {
    let (low, high) = (Box::new(low), Box::new(high));
    expr.condition(|e| Expr::Between { expr: Box::new(e), low, high, negated: false })
}

pub(crate) fn is_null<T, K>(expr: Expression<T, K>, negated: bool) -> Predicate<K> {
    expr.condition(|e| Expr::IsNull { expr: Box::new(e), negated })
}

pub(crate) fn in_list<T, K>(expr: Expression<T, K>, list: Vec<Expr>, negated: bool) -> Predicate<K> {
    expr.condition(|e| Expr::In { expr: Box::new(e), list, negated })
}

pub(crate) fn in_select<S: crate::query::Selection, T, K>(
    expr: Expression<T, K>,
    select: crate::query::SelectStatement<S>,
    negated: bool,
) -> Predicate<K> {
    let (select, broken) = select.into_subquery();
    let select = Box::new(select);
    Predicate { broken, ..expr.condition(|e| Expr::InSelect { expr: Box::new(e), select, negated }) }
}

pub(crate) fn like<T, K>(
    expr: Expression<T, K>,
    pattern: String,
    escape: Option<char>,
    insensitive: bool,
    negated: bool,
) -> Predicate<K> {
    let pattern = Box::new(Expr::Value(rebis_sql::Value::Text(pattern)));
    expr.condition(|e| Expr::Like { expr: Box::new(e), pattern, escape, insensitive, negated })
}

pub(crate) fn matches<T, K>(expr: Expression<T, K>, pattern: String, insensitive: bool) -> Predicate<K> {
    let pattern = Expr::Value(rebis_sql::Value::Text(pattern));
    expr.condition(|e| Expr::Builtin(Builtin::Matches { insensitive }, vec![e, pattern]))
}
