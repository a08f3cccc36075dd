//! Whether a row stands after a given place in an order. Invariant: with the same ORDER BY, every row is either up to the place or after it, NULLs
//! included.

use super::{Result, Writer};
use crate::Expr;
use crate::dialect::rules::invalid;
use crate::expr::{AfterKey, BinaryOp, Nulls};

impl Writer<'_> {
    pub(super) fn after(&mut self, keys: &[AfterKey]) -> Result<()> {
        let Some(first) = keys.first() else {
            return Err(invalid("a place in an order has no key; sort by at least one"));
        };
        let plain = |k: &AfterKey| !k.nullable && !k.value.is_null();
        if keys.iter().all(|k| plain(k) && k.key.descending == first.key.descending) {
            // One comparison, which an index over the keys answers.
            let side = |parts: Vec<Expr>| match <[Expr; 1]>::try_from(parts) {
                Ok([one]) => one,
                Err(parts) => Expr::Tuple(parts),
            };
            let row = side(keys.iter().map(|k| k.key.expr.clone()).collect());
            let place = side(keys.iter().map(|k| Expr::Value(k.value.clone())).collect());
            self.operand(&row)?;
            self.push(if first.key.descending { " < " } else { " > " });
            return self.operand(&place);
        }
        let cases = keys.iter().enumerate().map(|(i, last)| {
            let mut all: Vec<Expr> = keys[..i].iter().map(equal).collect();
            all.push(self.beyond(last));
            Expr::And(all)
        });
        let cases: Vec<Expr> = cases.collect();
        self.push("(");
        self.whole(&Expr::Or(cases))?;
        self.push(")");
        Ok(())
    }

    /// The key alone stands after its value.
    fn beyond(&self, k: &AfterKey) -> Expr {
        let low = self.rules.capabilities().nulls_low;
        let nulls_last = match k.key.nulls {
            Some(nulls) => nulls == Nulls::Last,
            None => low == k.key.descending,
        };
        if k.value.is_null() {
            return if nulls_last { Expr::Or(Vec::new()) } else { k.key.expr.clone().is_not_null() };
        }
        let op = if k.key.descending { BinaryOp::Lt } else { BinaryOp::Gt };
        let value = Box::new(Expr::Value(k.value.clone()));
        let beyond = Expr::Binary(Box::new(k.key.expr.clone()), op, value);
        if nulls_last && k.nullable { beyond.or(k.key.expr.clone().is_null()) } else { beyond }
    }
}

fn equal(k: &AfterKey) -> Expr {
    k.key.expr.clone().eq(k.value.clone())
}
