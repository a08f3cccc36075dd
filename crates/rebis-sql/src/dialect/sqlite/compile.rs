//! How SQLite's statements differ from ANSI. Invariant: a row lock, which SQLite lacks, is refused and never left out in silence.

use super::{Sqlite, functions};
use crate::Expr;
use crate::compile::{Result, Writer};
use crate::dialect::rules::{CompileRules, Names};
use crate::expr::{BinaryOp, Builtin, OrderBy};
use crate::stmt::Lock;

impl CompileRules for Sqlite {
    /// `IN ((1, 2), (3, 4))` is not known here.
    fn row_list(&self) -> &'static str {
        "VALUES "
    }

    fn explain(&self, analyze: bool) -> Result<&'static str> {
        if analyze {
            return Err(
                self.lacks("explain_analyze", "explain without running, and measure the time around it")
            );
        }
        Ok("EXPLAIN QUERY PLAN ")
    }

    fn builtin(&self, w: &mut Writer<'_>, function: &Builtin, args: &[Expr]) -> Result<()> {
        functions::builtin(w, function, args)
    }

    fn string_agg(
        &self,
        w: &mut Writer<'_>,
        expr: &Expr,
        separator: &str,
        order_by: &[OrderBy],
    ) -> Result<()> {
        functions::string_agg(w, expr, separator, order_by)
    }

    /// `7 / 2` is 3 here; adding a float zero makes it 3.5.
    fn divide(&self, w: &mut Writer<'_>, left: &Expr, right: &Expr) -> Result<()> {
        w.factor(left)?;
        w.push(" / (");
        w.sum_operand(right)?;
        w.push(" + 0.0)");
        Ok(())
    }

    /// `IS [NOT]` compares any two values here; the ANSI words came with 3.39.
    fn is_distinct(&self, w: &mut Writer<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        w.operand(left)?;
        w.push(if op == BinaryOp::IsDistinct { " IS NOT " } else { " IS " });
        w.operand(right)
    }

    fn no_limit(&self) -> Option<&'static str> {
        Some("-1")
    }

    fn lock(&self, _w: &mut Writer<'_>, _lock: &Lock) -> Result<()> {
        Err(self.lacks(
            "row_locks",
            "leave the lock out here: the first write of a transaction locks the whole database",
        ))
    }
}
