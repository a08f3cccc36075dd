//! Window functions: [`window()`], and what is computed over it. Invariant: a window function has no value without its window.

use std::marker::PhantomData;

use rebis_sql::Expr;
use rebis_sql::expr::{Bound, Frame, FrameUnit, Window as Clause};

use super::{Aggregate, Expression, Order, Origin, Term, Windowed};

/// The rows that a window function looks at: `window().partition_by(Sale::region).order_by(Sale::at)`.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Window(Clause);

/// A window of all rows of the query, until it is divided and sorted.
pub fn window() -> Window {
    Window::default()
}

impl Window {
    /// Only rows in which this is the same; a further call divides further.
    pub fn partition_by<T>(mut self, by: impl Into<Expression<T>>) -> Self {
        self.0.partition_by.push(by.into().expr);
        self
    }

    /// In this order; a further call sorts what is equal so far.
    pub fn order_by(mut self, order: impl Into<Order>) -> Self {
        self.0.order_by.push(order.into().0);
        self
    }

    /// Only rows from one to another, counted from the current one: `.rows(Bound::Preceding(2), Bound::Current)`.
    pub fn rows(self, start: Bound, end: Bound) -> Self {
        self.frame(FrameUnit::Rows, start, end)
    }

    /// As [`rows`](Self::rows), with rows that are equal in the order standing together.
    pub fn range(self, start: Bound, end: Bound) -> Self {
        self.frame(FrameUnit::Range, start, end)
    }

    /// As [`rows`](Self::rows), counting groups of rows that are equal in the order. MySQL and MariaDB have it not.
    pub fn groups(self, start: Bound, end: Bound) -> Self {
        self.frame(FrameUnit::Groups, start, end)
    }

    fn frame(mut self, unit: FrameUnit, start: Bound, end: Bound) -> Self {
        self.0.frame = Some(Frame { unit, start, end });
        self
    }
}

/// A function that only a window gives a value: `func::row_number().over(window().order_by(User::id))`.
#[derive(Clone, Debug)]
#[must_use = "give it its window: `.over(window().order_by(…))`"]
pub struct WindowFunction<T> {
    call: Expr,
    origin: Option<Origin>,
    of: PhantomData<fn() -> T>,
}

impl<T> WindowFunction<T> {
    pub(crate) fn new(call: Expr, origin: Option<Origin>) -> Self {
        WindowFunction { call, origin, of: PhantomData }
    }

    /// Its value over that window.
    pub fn over(self, window: Window) -> Expression<T, Windowed> {
        over(self.call, self.origin, window)
    }
}

/// A value of a row before or after in the window.
#[derive(Clone, Debug)]
#[must_use = "give it its window: `.over(window().order_by(…))`"]
pub struct Lag<T>(pub(crate) WindowFunction<Option<T>>);

impl<T> Lag<T> {
    /// What it is where there is no such row, in place of NULL. MariaDB has it not.
    pub fn or(self, default: impl Term<T>) -> WindowFunction<T>
    where
        T: rebis_sql::ColumnType,
    {
        let WindowFunction { mut call, origin, .. } = self.0;
        if let Expr::Builtin(_, args) = &mut call {
            args.push(match default.into_expr() {
                Expr::Value(value) => Expr::Typed(value, T::sql_type()),
                other => other,
            });
        }
        WindowFunction::new(call, origin)
    }

    /// Its value over that window.
    pub fn over(self, window: Window) -> Expression<Option<T>, Windowed> {
        self.0.over(window)
    }
}

impl<T> Expression<T, Aggregate> {
    /// The aggregate over a window for each row, in place of one value for a group.
    pub fn over(self, window: Window) -> Expression<T, Windowed> {
        over(self.expr, self.origin, window)
    }

    /// Only over the rows that meet the condition: `count(…) FILTER (WHERE …)`. MySQL and MariaDB have it not.
    pub fn filter(self, condition: impl super::Condition) -> Self {
        let condition = condition.into_predicate().written();
        self.map(|e| Expr::Filtered(Box::new(e), Box::new(condition)))
    }
}

fn over<T>(call: Expr, origin: Option<Origin>, window: Window) -> Expression<T, Windowed> {
    let over = Expression::of_kind(Expr::Over(Box::new(call), Box::new(window.0)));
    over.within(origin)
}
