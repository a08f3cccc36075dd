//! SQL functions with the Rust types of their values. Invariant: an aggregate that gives NULL for no rows is an `Option`.

use chrono::{DateTime, Utc};
use rebis_sql::{Expr, Name};

use super::Expression;

fn call<T>(name: &'static str, args: Vec<Expr>, distinct: bool) -> Expression<T> {
    Expression::new(Expr::Func { name: Name::Borrowed(name), args, distinct })
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $sql:literal: $ty:ident => $out:ty;)*) => {
        $($(#[$doc])*
        pub fn $name<$ty>(of: impl Into<Expression<$ty>>) -> Expression<$out> {
            call($sql, vec![of.into().expr], false)
        })*
    };
}

unary! {
    /// The number of rows in which it is not NULL.
    count "count": T => i64;
    /// The smallest value.
    min "min": T => Option<T>;
    /// The largest value.
    max "max": T => Option<T>;
    /// The sum, in the column's own type (cast wider with [`cast`] where it may not fit).
    sum "sum": T => Option<T>;
    /// The mean, as a double.
    avg "avg": T => Option<f64>;
    /// Its absolute value.
    abs "abs": T => T;
}

/// `count(*)`
pub fn count_all() -> Expression<i64> {
    call("count", vec![Expr::Star], false)
}

/// `count(DISTINCT …)`
pub fn count_distinct<T>(of: impl Into<Expression<T>>) -> Expression<i64> {
    call("count", vec![of.into().expr], true)
}

/// The text in lower case.
pub fn lower<T>(text: impl Into<Expression<T>>) -> Expression<T> {
    call("lower", vec![text.into().expr], false)
}

/// The text in upper case.
pub fn upper<T>(text: impl Into<Expression<T>>) -> Expression<T> {
    call("upper", vec![text.into().expr], false)
}

/// The text's length.
pub fn length<T>(text: impl Into<Expression<T>>) -> Expression<i64> {
    call("length", vec![text.into().expr], false)
}

/// The first of two that is not NULL.
pub fn coalesce<T>(first: impl Into<Expression<Option<T>>>, then: impl super::Operand<T>) -> Expression<T> {
    call("coalesce", vec![first.into().expr, then.into_expr()], false)
}

/// The current moment.
pub fn now() -> Expression<DateTime<Utc>> {
    Expression::new(Expr::Now)
}

/// `CAST(… AS …)` to the SQL type of `T`.
pub fn cast<T: rebis_sql::ColumnType, F>(of: impl Into<Expression<F>>) -> Expression<T> {
    Expression::new(Expr::Cast(Box::new(of.into().expr), T::sql_type()))
}
