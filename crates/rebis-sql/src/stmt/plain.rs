//! Whether a SELECT only reads: what it would do inside a transaction and outside is the same, but for what it sees.
//!
//! **Invariant.** What is not known to be without effects counts as having some: text by hand, functions by name, locks, and the moment at
//! which the transaction began.

use super::{Distinct, Join, Select, TableRef};
use crate::expr::{Builtin, Expr, OrderBy, Window};

/// Functions without effects, as every database has them.
const PURE: &[&str] = &[
    "abs",
    "avg",
    "coalesce",
    "count",
    "dense_rank",
    "length",
    "lower",
    "max",
    "min",
    "nullif",
    "rank",
    "round",
    "row_number",
    "sum",
    "trim",
    "upper",
];

impl Select {
    /// Whether it takes no lock, calls no function that may do something, and asks nothing of the transaction that it runs in.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.lock.is_none()
            && self.with.is_empty()
            && self.compounds.is_empty()
            && match &self.distinct {
                Some(Distinct::On(by)) => all(by),
                _ => true,
            }
            && self.columns.iter().all(|item| pure(&item.expr))
            && self.from.iter().all(reads)
            && joined(&self.joins)
            && self.filter.as_ref().is_none_or(pure)
            && all(&self.group_by)
            && self.having.as_ref().is_none_or(pure)
            && ordered(&self.order_by)
    }
}

fn joined(joins: &[Join]) -> bool {
    joins.iter().all(|join| reads(&join.table) && join.on.as_ref().is_none_or(pure))
}

fn reads(table: &TableRef) -> bool {
    match table {
        TableRef::Table { .. } => true,
        TableRef::Joined { table, joins } => reads(table) && joined(joins),
        TableRef::Select { select, .. } | TableRef::Lateral { select, .. } => select.only_reads(),
        TableRef::Raw { .. } => false,
    }
}

fn all(exprs: &[Expr]) -> bool {
    exprs.iter().all(pure)
}

fn ordered(by: &[OrderBy]) -> bool {
    by.iter().all(|by| pure(&by.expr))
}

fn pure(expr: &Expr) -> bool {
    match expr {
        Expr::Column { .. } | Expr::Value(_) | Expr::Typed(..) | Expr::Star => true,
        Expr::Unary(_, one) | Expr::Cast(one, _) | Expr::IsNull { expr: one, .. } => pure(one),
        Expr::Binary(a, _, b) | Expr::Filtered(a, b) => pure(a) && pure(b),
        Expr::And(exprs) | Expr::Or(exprs) | Expr::Tuple(exprs) => all(exprs),
        Expr::Between { expr, low, high, .. } => pure(expr) && pure(low) && pure(high),
        Expr::Like { expr, pattern, .. } => pure(expr) && pure(pattern),
        Expr::In { expr, list, .. } => pure(expr) && all(list),
        Expr::InSelect { expr, select, .. } => pure(expr) && select.only_reads(),
        Expr::Exists { select, .. } | Expr::Subquery(select) | Expr::Quantified { select, .. } => {
            select.only_reads()
        }
        Expr::Func { name, args, .. } => PURE.contains(&name.as_ref()) && all(args),
        // The numbers that follow a seed set before belong to whoever set it.
        Expr::Builtin(Builtin::Random, _) => false,
        Expr::Builtin(_, args) => all(args),
        Expr::StringAgg { expr, order_by, .. } => pure(expr) && ordered(order_by),
        Expr::Over(expr, window) => {
            let Window { partition_by, order_by, .. } = &**window;
            pure(expr) && all(partition_by) && ordered(order_by)
        }
        Expr::Case { when, otherwise } => {
            when.iter().all(|(a, b)| pure(a) && pure(b)) && otherwise.as_deref().is_none_or(pure)
        }
        Expr::After(keys) => keys.iter().all(|key| pure(&key.key.expr)),
        Expr::Now | Expr::Invalid(_) | Expr::Raw { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stmt::Lock;

    fn of(expr: Expr) -> Select {
        Select { columns: vec![expr.into()], from: vec![TableRef::table("t")], ..Select::default() }
    }

    fn call(name: &'static str) -> Expr {
        Expr::Func { name: name.into(), args: vec![Expr::Star], distinct: false }
    }

    #[test]
    fn what_may_do_something_is_told_from_what_only_reads() {
        assert!(of(Expr::Star).only_reads());
        assert!(of(call("count")).only_reads());
        let inside = |inner: Select| {
            of(Expr::Unary(crate::expr::UnaryOp::Not, Box::new(Expr::Subquery(Box::new(inner)))))
        };
        assert!(inside(of(call("max"))).only_reads());
        let raw = Expr::Raw { parts: vec!["1".into()], args: Vec::new() };
        for effect in [call("pg_advisory_xact_lock"), call("nextval"), raw, Expr::Now] {
            assert!(!of(effect.clone()).only_reads(), "{effect:?}");
            assert!(!inside(of(effect.clone())).only_reads(), "{effect:?}");
            assert!(!Select { filter: Some(effect.clone()), ..of(Expr::Star) }.only_reads(), "{effect:?}");
        }
        assert!(!Select { lock: Some(Lock::default()), ..of(Expr::Star) }.only_reads());
    }
}
