//! [`Operand`]: what a column or expression can be compared with; [`Term`]: what it can be computed with. Invariants: the SQL types of both sides
//! agree, NULL aside; and what may be NULL is no term of a result that may not.

use rebis_sql::{ColumnType, Expr, Value};

use super::{Aggregate, Column, Expression, PerRow, Windowed};
use crate::model::Model;

/// What can be compared with an SQL value of type `T` in an expression of kind `K`: a Rust value of that type (or `Option` of it), or another column or expression.
#[diagnostic::on_unimplemented(
    message = "an SQL value of type `{T}` cannot be compared with `{Self}`",
    label = "expected `{T}`, or a column or expression of that type"
)]
pub trait Operand<T, K = PerRow> {
    /// The expression.
    fn into_expr(self) -> Expr;
}

/// What can be computed with an SQL value of type `T`: an [`Operand`] that is NULL only where `T` is an `Option`, so that the result is no NULL
/// that its type denies.
///
/// ```
/// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
/// # #[derive(Model, Clone, Debug)] struct Post { #[column(primary_key)] id: i64, likes: i64, bonus: Option<i64> }
/// # fn main() {
/// // `Post::likes.plus(Post::bonus)` does not compile: an i64 it is not.
/// let both = Post::likes.optional().plus(Post::bonus);
/// let all = Post::likes.plus(func::coalesce(Post::bonus, 0));
/// # let _ = select((both, all));
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "an SQL value of type `{T}` cannot be computed with `{Self}`",
    label = "expected `{T}`, or a column or expression of that type",
    note = "to compute with a value that may be NULL, call `.optional()` on the other side, or put something in the place of NULL with `func::coalesce(…)`"
)]
pub trait Term<T, K = PerRow>: Operand<T, K> {}

impl<T: ColumnType, K> Term<T, K> for T {}
impl<T: ColumnType, K> Term<Option<T>, K> for T {}
impl<M: Model, T, K> Term<T, K> for Column<M, T> {}
impl<M: Model, T, K> Term<Option<T>, K> for Column<M, T> {}

impl<T: ColumnType, K> Operand<T, K> for T {
    fn into_expr(self) -> Expr {
        Expr::Value(self.into_value())
    }
}

impl<T: ColumnType, K> Operand<Option<T>, K> for T {
    fn into_expr(self) -> Expr {
        Expr::Value(self.into_value())
    }
}

impl<T: ColumnType, K> Operand<T, K> for Option<T> {
    fn into_expr(self) -> Expr {
        Expr::Value(self.map_or(Value::Null, ColumnType::into_value))
    }
}

impl<M: Model, T, K> Operand<T, K> for Column<M, T> {
    fn into_expr(self) -> Expr {
        self.expr()
    }
}

impl<M: Model, T, K> Operand<Option<T>, K> for Column<M, T> {
    fn into_expr(self) -> Expr {
        self.expr()
    }
}

impl<M: Model, T, K> Operand<T, K> for Column<M, Option<T>> {
    fn into_expr(self) -> Expr {
        self.expr()
    }
}

/// An expression of a row can stand beside any kind; the others beside their own only.
macro_rules! expressions {
    ($([$($generic:ident)?] $of:ident beside $kind:ident;)*) => {
        $(impl<T, $($generic)?> Operand<T, $kind> for Expression<T, $of> {
            fn into_expr(self) -> Expr {
                self.expr
            }
        }

        impl<T, $($generic)?> Operand<Option<T>, $kind> for Expression<T, $of> {
            fn into_expr(self) -> Expr {
                self.expr
            }
        }

        impl<T, $($generic)?> Operand<T, $kind> for Expression<Option<T>, $of> {
            fn into_expr(self) -> Expr {
                self.expr
            }
        }

        impl<T, $($generic)?> Term<T, $kind> for Expression<T, $of> {}
        impl<T, $($generic)?> Term<Option<T>, $kind> for Expression<T, $of> {})*
    };
}

expressions! {
    [K] PerRow beside K;
    [] Aggregate beside Aggregate;
    [] Windowed beside Windowed;
}

macro_rules! operand {
    ($($from:ty => $to:ty;)*) => {
        $(impl<K> Operand<$to, K> for $from {
            fn into_expr(self) -> Expr { Expr::Value(<$to>::from(self).into_value()) }
        }
        impl<K> Operand<Option<$to>, K> for $from {
            fn into_expr(self) -> Expr { Expr::Value(<$to>::from(self).into_value()) }
        }
        impl<K> Term<$to, K> for $from {}
        impl<K> Term<Option<$to>, K> for $from {})*
    };
}

crate::expr::convert::conversions!(operand);

macro_rules! by_reference {
    ($($ty:ty),*) => {
        $(impl<K> Operand<$ty, K> for &$ty {
            fn into_expr(self) -> Expr { Expr::Value(self.to_value()) }
        }
        impl<K> Operand<Option<$ty>, K> for &$ty {
            fn into_expr(self) -> Expr { Expr::Value(self.to_value()) }
        }
        impl<K> Term<$ty, K> for &$ty {}
        impl<K> Term<Option<$ty>, K> for &$ty {})*
    };
}

by_reference!(
    i16,
    i32,
    i64,
    f64,
    bool,
    uuid::Uuid,
    rust_decimal::Decimal,
    chrono::NaiveDate,
    chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc>
);
