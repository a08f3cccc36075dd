//! The functions that every database has. Invariant: a name here is written the same in every dialect.

use crate::{Expr, Name};

/// A call of any function.
pub fn call(name: impl Into<Name>, args: Vec<Expr>) -> Expr {
    Expr::Func { name: name.into(), args, distinct: false }
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(e: Expr) -> Expr {
            call(stringify!($name), vec![e])
        }
    )*};
}

functions! {
    /// How many are not NULL.
    count,
    /// The sum; NULL of no rows.
    sum,
    /// The mean; NULL of no rows.
    avg,
    /// The smallest.
    min,
    /// The largest.
    max,
    /// In lower case.
    lower,
    /// In upper case.
    upper,
    /// The length of a text (MySQL: in bytes).
    length,
}

/// `count(*)`: how many rows.
#[must_use]
pub fn count_star() -> Expr {
    call("count", vec![Expr::Star])
}

/// How many different ones.
#[must_use]
pub fn count_distinct(e: Expr) -> Expr {
    Expr::Func { name: "count".into(), args: vec![e], distinct: true }
}

/// The first that is not NULL.
#[must_use]
pub fn coalesce(args: Vec<Expr>) -> Expr {
    call("coalesce", args)
}

/// The current moment.
#[must_use]
pub fn now() -> Expr {
    Expr::Now
}
