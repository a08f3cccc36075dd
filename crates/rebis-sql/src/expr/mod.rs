//! [`Expr`]: an SQL expression as data. Invariant: values stand in [`Expr::Value`] and become binds; only [`Expr::Raw`] carries text, and its
//! values are binds too.

mod build;
mod builtin;
pub mod func;
mod window;

pub use builtin::{Builtin, Field, JsonStep};
pub use window::{Bound, Frame, FrameUnit, Window};

use crate::{Name, Select, SqlType, Value};

/// An SQL expression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// A column, qualified by its table or alias when given.
    Column {
        /// The table or alias.
        table: Option<Name>,
        /// The column.
        name: Name,
    },
    /// A bound value.
    Value(Value),
    /// A bound value whose type the place around it does not tell: an argument of a function, a result of CASE.
    Typed(Value, SqlType),
    /// A prefix operator.
    Unary(UnaryOp, Box<Expr>),
    /// An infix operator.
    Binary(Box<Expr>, BinaryOp, Box<Expr>),
    /// All of these; none is true.
    And(Vec<Expr>),
    /// Any of these; none is false.
    Or(Vec<Expr>),
    /// `IS [NOT] NULL`.
    IsNull {
        /// What is asked about.
        expr: Box<Expr>,
        /// `IS NOT NULL`.
        negated: bool,
    },
    /// `[NOT] BETWEEN low AND high`.
    Between {
        /// What is compared.
        expr: Box<Expr>,
        /// The lower bound, included.
        low: Box<Expr>,
        /// The upper bound, included.
        high: Box<Expr>,
        /// `NOT BETWEEN`.
        negated: bool,
    },
    /// `[NOT] LIKE`.
    Like {
        /// What is matched.
        expr: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// The character that makes the next one literal.
        escape: Option<char>,
        /// Whether upper and lower case count as the same (ILIKE, or lower() on both sides).
        insensitive: bool,
        /// `NOT LIKE`.
        negated: bool,
    },
    /// `[NOT] IN (…)`; an empty list is never (always, negated) true.
    In {
        /// What is looked for.
        expr: Box<Expr>,
        /// The list.
        list: Vec<Expr>,
        /// `NOT IN`.
        negated: bool,
    },
    /// `[NOT] IN (SELECT …)`.
    InSelect {
        /// What is looked for.
        expr: Box<Expr>,
        /// The subquery.
        select: Box<Select>,
        /// `NOT IN`.
        negated: bool,
    },
    /// `[NOT] EXISTS (SELECT …)`.
    Exists {
        /// The subquery.
        select: Box<Select>,
        /// `NOT EXISTS`.
        negated: bool,
    },
    /// A scalar subquery.
    Subquery(Box<Select>),
    /// `ANY (SELECT …)` or `ALL (SELECT …)`, at the right of a comparison.
    Quantified {
        /// `ALL`.
        all: bool,
        /// The subquery.
        select: Box<Select>,
    },
    /// A function call.
    Func {
        /// The function's name, written as it is: letters, digits, `_` and `.` only.
        name: Name,
        /// The arguments.
        args: Vec<Expr>,
        /// `DISTINCT` before the arguments.
        distinct: bool,
    },
    /// A function that each database writes in its own way.
    Builtin(Builtin, Vec<Expr>),
    /// The texts of a group, joined: `string_agg`, `group_concat`.
    StringAgg {
        /// The text of a row.
        expr: Box<Expr>,
        /// What stands between two of them.
        separator: Name,
        /// In which order they are joined.
        order_by: Vec<OrderBy>,
    },
    /// An aggregate over the rows that meet a condition only: `… FILTER (WHERE …)`.
    Filtered(Box<Expr>, Box<Expr>),
    /// A window function or an aggregate over a window.
    Over(Box<Expr>, Box<Window>),
    /// `*`, as in `count(*)`.
    Star,
    /// `CASE WHEN … THEN … ELSE … END`.
    Case {
        /// Conditions and results.
        when: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// Whether a row stands after these values in this order.
    After(Vec<AfterKey>),
    /// `CAST(… AS …)`.
    Cast(Box<Expr>, SqlType),
    /// `(a, b, …)`.
    Tuple(Vec<Expr>),
    /// The current moment.
    Now,
    /// What could not be built; writing it gives this text as the error.
    Invalid(String),
    /// SQL text with expressions between its parts: `parts[0] args[0] parts[1] …`.
    Raw {
        /// The text around the expressions; one more than there are expressions.
        parts: Vec<Name>,
        /// The expressions.
        args: Vec<Expr>,
    },
}

/// A prefix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnaryOp {
    /// `NOT`
    Not,
    /// `-`
    Negate,
}

/// An infix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BinaryOp {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`: true division, also between integers.
    Div,
    /// `%`
    Rem,
    /// Joins text: `||`, CONCAT on MySQL.
    Concat,
    /// Equal, with NULL equal to NULL: `IS NOT DISTINCT FROM`, `<=>`, `IS`.
    IsNotDistinct,
    /// Different, with NULL equal to NULL.
    IsDistinct,
}

/// `ORDER BY` one expression.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderBy {
    /// What to sort by.
    pub expr: Expr,
    /// From high to low.
    pub descending: bool,
    /// Where NULLs stand; the database's own habit when absent.
    pub nulls: Option<Nulls>,
}

/// A key of an order, and the value that rows have to stand after.
#[derive(Clone, Debug, PartialEq)]
pub struct AfterKey {
    /// The key.
    pub key: OrderBy,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The value.
    pub value: Value,
}

/// Where NULLs stand in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// Before everything else.
    First,
    /// After everything else.
    Last,
}
