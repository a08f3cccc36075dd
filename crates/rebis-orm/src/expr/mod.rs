//! Typed expressions. Invariant: every method is inherent, so importing the prelude changes nothing about `.eq` on other types.

mod arithmetic;
mod assign;
mod case;
mod column;
mod convert;
mod expression;
pub mod func;
mod into;
mod kind;
mod operand;
mod origin;
mod predicate;
mod quantified;
mod row;
mod window;

pub use arithmetic::Plus;
pub use assign::Assign;
pub use case::Case;
pub use column::Column;
pub use expression::{Expression, Order};
pub use into::{Arguments, IntoExpression};
pub use kind::{Aggregate, Comparable, Number, Ordered, PerRow, Textual, Windowed};
pub use operand::{Operand, Term};
pub use predicate::{Condition, Predicate};
pub use quantified::Quantified;
pub use row::{RowOperand, RowValue, RowsOf};
pub use window::{Lag, Window, WindowFunction, window};

pub(crate) use origin::Origin;

use rebis_sql::Expr;
use rebis_sql::expr::BinaryOp;

/// `left = right`
pub(crate) fn equal(left: Expr, right: Expr) -> Expr {
    Expr::Binary(Box::new(left), BinaryOp::Eq, Box::new(right))
}
