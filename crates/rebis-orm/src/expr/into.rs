//! [`IntoExpression`]: a column, an expression or a plain value where any of them may stand. Invariant: a plain value becomes a bind that says
//! its type, for the place may not tell it.

use rebis_sql::{ColumnType, Expr};

use super::{Column, Expression, Origin, PerRow};
use crate::model::Model;

/// A column, an expression, or a plain value like `"x"` or `1_i64`: an argument of a function, a result of a CASE.
///
/// For a value of a type of your own, say [`func::value`](crate::func::value).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a column nor an expression nor a plain value",
    label = "expected a column, an expression or a value like `\"x\"` or `1`",
    note = "for a value of a type of your own, say `func::value(…)`"
)]
pub trait IntoExpression {
    /// The Rust type of its value.
    type Type;
    /// What it has a value for.
    type Kind;

    /// The expression.
    fn into_expression(self) -> Expression<Self::Type, Self::Kind>;
}

/// A bound value that says its type.
pub(crate) fn typed<T: ColumnType>(value: T) -> Expr {
    Expr::Typed(value.into_value(), T::sql_type())
}

impl<M: Model, T> IntoExpression for Column<M, T> {
    type Type = T;
    type Kind = PerRow;

    fn into_expression(self) -> Expression<T> {
        self.into()
    }
}

impl<T, K> IntoExpression for Expression<T, K> {
    type Type = T;
    type Kind = K;

    fn into_expression(self) -> Self {
        self
    }
}

impl IntoExpression for &str {
    type Type = String;
    type Kind = PerRow;

    fn into_expression(self) -> Expression<String> {
        Expression::new(typed(self.to_owned()))
    }
}

macro_rules! plain {
    ($($ty:ty),*) => {
        $(impl IntoExpression for $ty {
            type Type = $ty;
            type Kind = PerRow;

            fn into_expression(self) -> Expression<$ty> {
                Expression::new(typed(self))
            }
        }

        impl IntoExpression for Option<$ty> {
            type Type = Option<$ty>;
            type Kind = PerRow;

            fn into_expression(self) -> Expression<Option<$ty>> {
                Expression::new(typed(self))
            }
        })*
    };
}

crate::expr::convert::plain_types!(plain);

/// Arguments of a function: a tuple of up to six.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no arguments of an SQL function",
    label = "expected a tuple like `(User::name, 1)`; one argument is `(User::name,)`, none is `()`"
)]
pub trait Arguments {
    /// The types of their values.
    type Types;
    #[doc(hidden)]
    fn list(self) -> (Vec<Expr>, Option<Origin>);
}

impl Arguments for () {
    type Types = ();

    fn list(self) -> (Vec<Expr>, Option<Origin>) {
        (Vec::new(), None)
    }
}

macro_rules! tuples {
    ($($part:ident $at:tt),+) => {
        impl<$($part: IntoExpression<Kind = PerRow>),+> Arguments for ($($part,)+) {
            type Types = ($($part::Type,)+);

            fn list(self) -> (Vec<Expr>, Option<Origin>) {
                let mut origin = None;
                let list = vec![$({
                    let argument = self.$at.into_expression();
                    origin = origin.or(argument.origin);
                    argument.expr
                }),+];
                (list, origin)
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
