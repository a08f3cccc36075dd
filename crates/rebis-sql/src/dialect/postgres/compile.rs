//! How PostgreSQL's statements differ from ANSI. Invariant: placeholders are numbered from 1 without gaps.

use std::fmt::Write as _;

use super::Postgres;
use crate::Expr;
use crate::compile::{Result, Writer};
use crate::dialect::rules::CompileRules;

impl CompileRules for Postgres {
    fn placeholder(&self, n: usize, sql: &mut String) {
        let _ = write!(sql, "${n}");
    }

    fn like_insensitive(&self, w: &mut Writer<'_>, expr: &Expr, negated: bool, pattern: &Expr) -> Result<()> {
        w.operand(expr)?;
        w.push(if negated { " NOT ILIKE " } else { " ILIKE " });
        w.operand(pattern)
    }

    /// An integer divided by an integer is an integer here; a NUMERIC divisor makes it exact, and a float stays one.
    fn divide(&self, w: &mut Writer<'_>, left: &Expr, right: &Expr) -> Result<()> {
        w.factor(left)?;
        w.push(" / CAST(");
        w.whole(right)?;
        w.push(" AS NUMERIC)");
        Ok(())
    }

    fn no_limit(&self) -> Option<&'static str> {
        None
    }
}
