//! Building expressions by hand. Invariant: whatever becomes an `Expr` by `From` is a bound value, never text of the statement.

use super::{BinaryOp, Nulls, OrderBy, UnaryOp};
use crate::{ColumnType, Expr, Name, Select, SqlType, Value};

impl<T: ColumnType> From<T> for Expr {
    fn from(value: T) -> Self {
        Expr::Value(value.into_value())
    }
}

impl From<Value> for Expr {
    fn from(value: Value) -> Self {
        Expr::Value(value)
    }
}

impl From<&str> for Expr {
    fn from(value: &str) -> Self {
        Expr::Value(Value::Text(value.to_owned()))
    }
}

macro_rules! infix {
    ($($(#[$doc:meta])* $name:ident => $op:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(self, other: impl Into<Expr>) -> Expr {
            Expr::Binary(Box::new(self), BinaryOp::$op, Box::new(other.into()))
        }
    )*};
}

#[allow(clippy::should_implement_trait)]
impl Expr {
    /// A column.
    pub fn col(name: impl Into<Name>) -> Expr {
        Expr::Column { table: None, name: name.into() }
    }

    /// A column of a table or alias.
    pub fn col_of(table: impl Into<Name>, name: impl Into<Name>) -> Expr {
        Expr::Column { table: Some(table.into()), name: name.into() }
    }

    /// A bound value.
    pub fn value(value: impl ColumnType) -> Expr {
        Expr::Value(value.into_value())
    }

    infix! {
        /// `=`
        eq => Eq,
        /// `<>`
        ne => Ne,
        /// `<`
        lt => Lt,
        /// `<=`
        le => Le,
        /// `>`
        gt => Gt,
        /// `>=`
        ge => Ge,
        /// `+`
        add => Add,
        /// `-`
        sub => Sub,
        /// `*`
        mul => Mul,
        /// True division.
        div => Div,
        /// `%`
        rem => Rem,
        /// Joined texts.
        concat => Concat,
        /// Different, NULL equal to NULL.
        is_distinct_from => IsDistinct,
        /// Equal, NULL equal to NULL.
        is_not_distinct_from => IsNotDistinct,
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Expr) -> Expr {
        match self {
            Expr::And(mut all) => {
                all.push(other);
                Expr::And(all)
            }
            one => Expr::And(vec![one, other]),
        }
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Expr) -> Expr {
        match self {
            Expr::Or(mut any) => {
                any.push(other);
                Expr::Or(any)
            }
            one => Expr::Or(vec![one, other]),
        }
    }

    /// `NOT`
    #[must_use]
    pub fn not(self) -> Expr {
        Expr::Unary(UnaryOp::Not, Box::new(self))
    }

    /// `-`
    #[must_use]
    pub fn neg(self) -> Expr {
        Expr::Unary(UnaryOp::Negate, Box::new(self))
    }

    /// `IS NULL`
    #[must_use]
    pub fn is_null(self) -> Expr {
        Expr::IsNull { expr: Box::new(self), negated: false }
    }

    /// `IS NOT NULL`
    #[must_use]
    pub fn is_not_null(self) -> Expr {
        Expr::IsNull { expr: Box::new(self), negated: true }
    }

    /// `BETWEEN`, both bounds included.
    #[must_use]
    pub fn between(self, low: impl Into<Expr>, high: impl Into<Expr>) -> Expr {
        Expr::Between {
            expr: Box::new(self),
            low: Box::new(low.into()),
            high: Box::new(high.into()),
            negated: false,
        }
    }

    /// `LIKE`
    #[must_use]
    pub fn like(self, pattern: impl Into<Expr>) -> Expr {
        Expr::Like {
            expr: Box::new(self),
            pattern: Box::new(pattern.into()),
            escape: None,
            insensitive: false,
            negated: false,
        }
    }

    /// `LIKE` without regard to case.
    #[must_use]
    pub fn ilike(self, pattern: impl Into<Expr>) -> Expr {
        Expr::Like {
            expr: Box::new(self),
            pattern: Box::new(pattern.into()),
            escape: None,
            insensitive: true,
            negated: false,
        }
    }

    /// `IN (…)`
    #[must_use]
    pub fn in_<V: Into<Expr>>(self, list: impl IntoIterator<Item = V>) -> Expr {
        Expr::In { expr: Box::new(self), list: list.into_iter().map(Into::into).collect(), negated: false }
    }

    /// `NOT IN (…)`
    #[must_use]
    pub fn not_in<V: Into<Expr>>(self, list: impl IntoIterator<Item = V>) -> Expr {
        Expr::In { expr: Box::new(self), list: list.into_iter().map(Into::into).collect(), negated: true }
    }

    /// `IN (SELECT …)`
    #[must_use]
    pub fn in_select(self, select: Select) -> Expr {
        Expr::InSelect { expr: Box::new(self), select: Box::new(select), negated: false }
    }

    /// `EXISTS (SELECT …)`; a SELECT without columns selects 1.
    #[must_use]
    pub fn exists(select: Select) -> Expr {
        Expr::Exists { select: Box::new(select), negated: false }
    }

    /// `CAST(… AS …)`
    #[must_use]
    pub fn cast(self, ty: SqlType) -> Expr {
        Expr::Cast(Box::new(self), ty)
    }

    /// From low to high.
    #[must_use]
    pub fn asc(self) -> OrderBy {
        OrderBy { expr: self, descending: false, nulls: None }
    }

    /// From high to low.
    #[must_use]
    pub fn desc(self) -> OrderBy {
        OrderBy { expr: self, descending: true, nulls: None }
    }
}

impl OrderBy {
    /// NULLs before everything else.
    #[must_use]
    pub fn nulls_first(mut self) -> Self {
        self.nulls = Some(Nulls::First);
        self
    }

    /// NULLs after everything else.
    #[must_use]
    pub fn nulls_last(mut self) -> Self {
        self.nulls = Some(Nulls::Last);
        self
    }
}
