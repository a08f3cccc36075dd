//! How PostgreSQL's statements differ from ANSI. Invariant: placeholders are numbered from 1 without gaps.

use std::fmt::Write as _;

use super::{Postgres, functions};
use crate::Expr;
use crate::compile::{Result, Writer};
use crate::dialect::rules::{CompileRules, TypeRules};
use crate::expr::{Builtin, OrderBy};
use crate::{SqlType, Value};

impl CompileRules for Postgres {
    fn explain(&self, analyze: bool) -> Result<&'static str> {
        Ok(if analyze { "EXPLAIN (ANALYZE) " } else { "EXPLAIN " })
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

    fn placeholder(&self, n: usize, sql: &mut String) {
        let _ = write!(sql, "${n}");
    }

    /// A parameter has the type of its place here, and text where the place has none.
    fn typed_value(&self, w: &mut Writer<'_>, value: &Value, ty: &SqlType) -> Result<()> {
        w.push("CAST(");
        w.bind(value);
        w.push(" AS ");
        let mut name = String::new();
        self.cast_name(ty, &mut name)?;
        w.push(&name);
        w.push(")");
        Ok(())
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

    /// One scan of one function: its rows come, and get their keys, in the order of the arrays. The types are the server's own answer and
    /// have no length: a cast to `varchar(3)` would cut what is too long without a word, where the column itself refuses it.
    fn unnest(&self, w: &mut Writer<'_>, types: &[String]) -> Result<()> {
        w.push("SELECT * FROM unnest(");
        for (i, ty) in types.iter().enumerate() {
            if i > 0 {
                w.push(", ");
            }
            w.placeholder(i + 1);
            w.push("::");
            w.push(ty);
            w.push("[]");
        }
        w.push(")");
        Ok(())
    }

    fn no_limit(&self) -> Option<&'static str> {
        None
    }
}
