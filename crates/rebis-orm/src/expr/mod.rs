//! Typed expressions. Invariant: every method is inherent, so importing the prelude changes nothing about `.eq` on other types.

mod assign;
mod column;
mod expression;
pub mod func;
mod operand;
mod predicate;

pub use assign::Assign;
pub use column::Column;
pub use expression::{Expression, Order};
pub use operand::Operand;
pub use predicate::Predicate;

use rebis_sql::Expr;
use rebis_sql::expr::BinaryOp;

/// `left = right`
pub(crate) fn equal(left: Expr, right: Expr) -> Expr {
    Expr::Binary(Box::new(left), BinaryOp::Eq, Box::new(right))
}
