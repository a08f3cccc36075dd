//! [`Operand`]: what a column or expression can be compared with. Invariant: the SQL types of both sides agree, NULL aside.

use rebis_sql::{ColumnType, Expr, Value};

use super::{Column, Expression};
use crate::model::Model;

/// What can be compared with an SQL value of type `T`: a Rust value of that type (or `Option` of it), or another column or expression.
#[diagnostic::on_unimplemented(
    message = "an SQL value of type `{T}` cannot be compared with `{Self}`",
    label = "expected `{T}`, or a column or expression of that type"
)]
pub trait Operand<T> {
    /// The expression.
    fn into_expr(self) -> Expr;
}

impl<T: ColumnType> Operand<T> for T {
    fn into_expr(self) -> Expr {
        Expr::Value(self.into_value())
    }
}

impl<T: ColumnType> Operand<Option<T>> for T {
    fn into_expr(self) -> Expr {
        Expr::Value(self.into_value())
    }
}

impl<T: ColumnType> Operand<T> for Option<T> {
    fn into_expr(self) -> Expr {
        Expr::Value(self.map_or(Value::Null, ColumnType::into_value))
    }
}

impl<M: Model, T> Operand<T> for Column<M, T> {
    fn into_expr(self) -> Expr {
        self.expr()
    }
}

impl<M: Model, T> Operand<Option<T>> for Column<M, T> {
    fn into_expr(self) -> Expr {
        self.expr()
    }
}

impl<M: Model, T> Operand<T> for Column<M, Option<T>> {
    fn into_expr(self) -> Expr {
        self.expr()
    }
}

impl<T> Operand<T> for Expression<T> {
    fn into_expr(self) -> Expr {
        self.expr
    }
}

impl<T> Operand<Option<T>> for Expression<T> {
    fn into_expr(self) -> Expr {
        self.expr
    }
}

impl<T> Operand<T> for Expression<Option<T>> {
    fn into_expr(self) -> Expr {
        self.expr
    }
}

macro_rules! operand {
    ($($from:ty => $to:ty;)*) => {
        $(impl Operand<$to> for $from {
            fn into_expr(self) -> Expr { Expr::Value(<$to>::from(self).into_value()) }
        }
        impl Operand<Option<$to>> for $from {
            fn into_expr(self) -> Expr { Expr::Value(<$to>::from(self).into_value()) }
        })*
    };
}

operand! {
    &str => String;
    &String => String;
    char => String;
    std::borrow::Cow<'_, str> => String;
    &[u8] => Vec<u8>;
    i16 => i32;
    i16 => i64;
    i32 => i64;
    u32 => i64;
    f32 => f64;
    i32 => f64;
    i32 => rust_decimal::Decimal;
    i64 => rust_decimal::Decimal;
}

macro_rules! by_reference {
    ($($ty:ty),*) => {
        $(impl Operand<$ty> for &$ty {
            fn into_expr(self) -> Expr { Expr::Value(self.to_value()) }
        }
        impl Operand<Option<$ty>> for &$ty {
            fn into_expr(self) -> Expr { Expr::Value(self.to_value()) }
        })*
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
