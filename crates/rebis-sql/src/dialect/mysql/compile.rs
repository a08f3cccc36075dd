//! How MySQL's statements differ from ANSI. Invariant: an upsert ignores nothing but the duplicate key.

use super::{MySql, functions};
use crate::Expr;
use crate::compile::{Result, Writer};
use crate::dialect::rules::{CompileRules, Names, invalid};
use crate::expr::{BinaryOp, Builtin, Nulls, OrderBy};
use crate::stmt::{Lock, OnConflict};

impl CompileRules for MySql {
    fn update(&self, w: &mut Writer<'_>, s: &crate::Update) -> Result<()> {
        w.push("UPDATE ");
        w.table(s.schema.as_deref(), &s.table)?;
        if s.from.is_empty() {
            w.push(" SET ");
            return w.assignments(&s.set);
        }
        w.push(" CROSS JOIN ");
        w.tables(&s.from)?;
        w.push(" SET ");
        // Several tables may have a column of the name.
        w.list(&s.set, |w, (name, e)| {
            w.name(&s.table)?;
            w.push(".");
            w.name(name)?;
            w.push(" = ");
            w.whole(e)
        })
    }

    fn upsert_sees_its_query(&self) -> bool {
        true
    }

    fn delete_names_its_table(&self) -> bool {
        true
    }

    fn explain(&self, analyze: bool) -> Result<&'static str> {
        Ok(match (analyze, self.maria) {
            (false, _) => "EXPLAIN ",
            (true, true) => "ANALYZE ",
            (true, false) => "EXPLAIN ANALYZE ",
        })
    }

    fn builtin(&self, w: &mut Writer<'_>, function: &Builtin, args: &[Expr]) -> Result<()> {
        functions::builtin(self, w, function, args)
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

    /// CURRENT_TIMESTAMP has no fraction and stands in the session's zone here.
    fn now(&self) -> &'static str {
        "UTC_TIMESTAMP(6)"
    }

    fn divide(&self, w: &mut Writer<'_>, left: &Expr, right: &Expr) -> Result<()> {
        w.factor(left)?;
        w.push(" / ");
        w.atom(right)
    }

    /// `||` is OR here.
    fn concat_is_function(&self) -> bool {
        true
    }

    fn is_distinct(&self, w: &mut Writer<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        let distinct = op == BinaryOp::IsDistinct;
        w.push(if distinct { "NOT (" } else { "(" });
        w.operand(left)?;
        w.push(" <=> ");
        w.operand(right)?;
        w.push(")");
        Ok(())
    }

    /// NULLs stand first here, and no words change that: whether it is NULL becomes the first key.
    fn order_by(&self, w: &mut Writer<'_>, key: &OrderBy) -> Result<()> {
        if let Some(nulls) = key.nulls {
            w.operand(&key.expr)?;
            w.push(if nulls == Nulls::First { " IS NULL DESC, " } else { " IS NULL, " });
        }
        w.order_key(key)
    }

    fn no_limit(&self) -> Option<&'static str> {
        Some("18446744073709551615")
    }

    fn lock(&self, w: &mut Writer<'_>, lock: &Lock) -> Result<()> {
        if !w.rules().capabilities().lock_of && !lock.of.is_empty() {
            return Err(self.lacks(
                "row_locks of single tables",
                "lock the rows of all joined tables, or lock in a query of its own",
            ));
        }
        if lock.key {
            return Err(self.lacks("key_locks", "take the stronger lock, without `key`"));
        }
        w.push(match (lock.share, self.maria) {
            (false, _) => " FOR UPDATE",
            (true, false) => " FOR SHARE",
            (true, true) => " LOCK IN SHARE MODE",
        });
        if !lock.of.is_empty() {
            w.push(" OF ");
            w.names(&lock.of)?;
        }
        if lock.nowait {
            w.push(" NOWAIT");
        }
        if lock.skip_locked {
            w.push(" SKIP LOCKED");
        }
        Ok(())
    }

    fn default_row(&self) -> &'static str {
        " () VALUES ()"
    }

    /// INSERT IGNORE would also swallow broken foreign keys and values out of range, so "do nothing" sets a column to itself.
    fn on_conflict(&self, w: &mut Writer<'_>, insert: &crate::Insert, conflict: &OnConflict) -> Result<()> {
        w.push(" ON DUPLICATE KEY UPDATE ");
        match conflict {
            OnConflict::DoNothing { columns } => {
                let column = columns.first().or(insert.columns.first());
                let column = column.ok_or_else(|| invalid("on_conflict: name the unique columns"))?;
                w.name(column)?;
                w.push(" = ");
                w.name(&insert.table)?;
                w.push(".");
                w.name(column)
            }
            OnConflict::Update { excluded, set, .. } => w.conflict_set(excluded, set, |w, name| {
                w.push("VALUES(");
                w.name(name)?;
                w.push(")");
                Ok(())
            }),
        }
    }
}
