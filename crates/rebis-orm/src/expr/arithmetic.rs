//! `+ - * / %` of columns and expressions. Invariant: they write what `plus`, `minus` and their kin write; beside a moment stands a length of
//! time.

use std::ops;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use rebis_sql::Expr;
use rebis_sql::expr::{BinaryOp, Builtin};

use super::{Column, Expression, Number, PerRow, Term};
use crate::model::Model;

/// A type of values to which an `R` is added with `+`, and from which it is taken with `-`: numbers and [`Term`]s of their type, moments and
/// [`TimeDelta`].
///
/// ```
/// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis; use chrono::{DateTime, TimeDelta, Utc};
/// # #[derive(Model, Clone, Debug)] struct Post { #[column(primary_key)] id: i64, likes: i64, shares: i64, at: DateTime<Utc> }
/// # fn main() {
/// let liked = update(Post).set_to(Post::likes, Post::likes + 1);
/// let spread = select((Post::likes + Post::shares * 2, Post::at + TimeDelta::days(7)));
/// let sql = spread.sql(rebis_sql::Dialect::Sqlite);
/// assert!(sql.starts_with(r#"SELECT "post"."likes" + "post"."shares" * ?, "#), "{sql}");
/// # let _ = liked;
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{R}` cannot be added to an SQL value of type `{Self}`, nor taken from it",
    label = "beside a number stands a value, column or expression of its type; beside a moment a `TimeDelta`",
    note = "to compute with a value that may be NULL, call `.optional()` on the other side, or put something in the place of NULL with `func::coalesce(…)`",
    note = "for a number type of your own there are `.plus(…)` and `.minus(…)`"
)]
pub trait Plus<R, K = PerRow>: Sized {
    #[doc(hidden)]
    fn plus(of: Expression<Self, K>, by: R) -> Expression<Self, K>;
    #[doc(hidden)]
    fn minus(of: Expression<Self, K>, by: R) -> Expression<Self, K>;
}

/// Two numbers and what is between them.
pub(super) fn reckon<T, K>(of: Expression<T, K>, op: BinaryOp, other: impl Term<T, K>) -> Expression<T, K> {
    of.map(|e| Expr::Binary(Box::new(e), op, Box::new(other.into_expr())))
}

fn later<T, K>(of: Expression<T, K>, by: TimeDelta) -> Expression<T, K> {
    of.map(|e| Expr::Builtin(Builtin::Later(by), vec![e]))
}

macro_rules! numbers {
    ($($ty:ty),*) => { $(
        impl<K, R: Term<$ty, K>> Plus<R, K> for $ty {
            fn plus(of: Expression<Self, K>, by: R) -> Expression<Self, K> {
                reckon(of, BinaryOp::Add, by)
            }

            fn minus(of: Expression<Self, K>, by: R) -> Expression<Self, K> {
                reckon(of, BinaryOp::Sub, by)
            }
        }
    )* };
}

macro_rules! moments {
    ($($ty:ty),*) => { $(
        impl<K> Plus<TimeDelta, K> for $ty {
            fn plus(of: Expression<Self, K>, by: TimeDelta) -> Expression<Self, K> {
                later(of, by)
            }

            fn minus(of: Expression<Self, K>, by: TimeDelta) -> Expression<Self, K> {
                later(of, -by)
            }
        }
    )* };
}

macro_rules! with_null {
    ($each:ident: $($ty:ty),*) => { $each!($($ty, Option<$ty>),*); };
}

with_null!(numbers: i8, i16, i32, i64, u8, u16, u32, f32, f64, rust_decimal::Decimal);
with_null!(moments: NaiveDateTime, DateTime<Utc>);

macro_rules! sums {
    ($($trait:ident $name:ident $make:ident;)*) => { $(
        impl<T: Plus<R, K>, R, K> ops::$trait<R> for Expression<T, K> {
            type Output = Expression<T, K>;

            fn $name(self, by: R) -> Expression<T, K> {
                T::$make(self, by)
            }
        }

        impl<M: Model, T: Plus<R>, R> ops::$trait<R> for Column<M, T> {
            type Output = Expression<T>;

            fn $name(self, by: R) -> Expression<T> {
                T::$make(self.into(), by)
            }
        }
    )* };
}

sums! {
    Add add plus;
    Sub sub minus;
}

macro_rules! products {
    ($($trait:ident $name:ident;)*) => { $(
        impl<T: Number, R: Term<T, K>, K> ops::$trait<R> for Expression<T, K> {
            type Output = Expression<T, K>;

            fn $name(self, by: R) -> Expression<T, K> {
                reckon(self, BinaryOp::$trait, by)
            }
        }

        impl<M: Model, T: Number, R: Term<T>> ops::$trait<R> for Column<M, T> {
            type Output = Expression<T>;

            fn $name(self, by: R) -> Expression<T> {
                reckon(self.into(), BinaryOp::$trait, by)
            }
        }
    )* };
}

products! {
    Mul mul;
    Div div;
    Rem rem;
}
