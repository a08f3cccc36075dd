//! Expressions. Invariant: an operand that binds no tighter than its place demands stands in parentheses, so that no database's
//! table of precedence can read it another way.

use super::{Result, Writer};
use crate::dialect::rules::invalid;
use crate::expr::{BinaryOp, Builtin, OrderBy, UnaryOp};
use crate::{Expr, Name, Value};

/// How tightly an expression holds together; the higher, the tighter.
mod level {
    pub(super) const RAW: u8 = 0;
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const COMPARE: u8 = 4;
    pub(super) const CONCAT: u8 = 5;
    pub(super) const SUM: u8 = 6;
    pub(super) const PRODUCT: u8 = 7;
    pub(super) const SIGN: u8 = 8;
    pub(super) const ATOM: u8 = 9;
}

impl Writer<'_> {
    /// An expression that stands alone: in a list, between brackets.
    pub(crate) fn whole(&mut self, e: &Expr) -> Result<()> {
        self.at(e, level::RAW)
    }

    /// An operand of a comparison.
    pub(crate) fn operand(&mut self, e: &Expr) -> Result<()> {
        self.at(e, level::CONCAT)
    }

    /// A left operand of `*` and `/`.
    pub(crate) fn factor(&mut self, e: &Expr) -> Result<()> {
        self.at(e, level::PRODUCT)
    }

    /// A left operand of `+`.
    pub(crate) fn sum_operand(&mut self, e: &Expr) -> Result<()> {
        self.at(e, level::SUM)
    }

    /// An operand that must hold by itself.
    pub(crate) fn atom(&mut self, e: &Expr) -> Result<()> {
        self.at(e, level::ATOM)
    }

    /// A call of a function of one argument.
    pub(crate) fn function(&mut self, name: &str, e: &Expr) -> Result<()> {
        self.push(name);
        self.push("(");
        self.whole(e)?;
        self.push(")");
        Ok(())
    }

    /// A call of a function.
    pub(crate) fn call(&mut self, name: &str, args: &[Expr]) -> Result<()> {
        self.push(name);
        self.push("(");
        self.list(args, Self::whole)?;
        self.push(")");
        Ok(())
    }

    /// `left op right`, where every database's table of precedence reads it alike.
    pub(crate) fn infix(&mut self, left: &Expr, op: &str, right: &Expr) -> Result<()> {
        self.atom(left)?;
        self.push(op);
        self.atom(right)
    }

    /// ` ORDER BY …` within an aggregate.
    pub(crate) fn order_within(&mut self, order_by: &[OrderBy]) -> Result<()> {
        if order_by.is_empty() {
            return Ok(());
        }
        self.push(" ORDER BY ");
        let rules = self.rules;
        self.list(order_by, |w, key| rules.order_by(w, key))
    }

    /// A key of ORDER BY without the place of NULLs.
    pub(crate) fn order_key(&mut self, key: &OrderBy) -> Result<()> {
        self.whole(&key.expr)?;
        if key.descending {
            self.push(" DESC");
        }
        Ok(())
    }

    fn at(&mut self, e: &Expr, least: u8) -> Result<()> {
        if self.level(e) >= least {
            return self.expr(e);
        }
        self.push("(");
        self.expr(e)?;
        self.push(")");
        Ok(())
    }

    fn level(&self, e: &Expr) -> u8 {
        match e {
            Expr::Raw { .. } => level::RAW,
            Expr::And(all) | Expr::Or(all) if all.len() == 1 => self.level(&all[0]),
            Expr::And(all) | Expr::Or(all) if all.is_empty() => level::COMPARE,
            Expr::Or(_) => level::OR,
            Expr::And(_) => level::AND,
            Expr::Unary(UnaryOp::Not, _) | Expr::Exists { negated: true, .. } => level::NOT,
            Expr::Unary(UnaryOp::Negate, _) => level::SIGN,
            // A list with NULL in it becomes two conditions.
            Expr::In { list, negated, .. } if list.iter().any(is_null) && !list.iter().all(is_null) => {
                if *negated {
                    level::AND
                } else {
                    level::OR
                }
            }
            Expr::IsNull { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::In { .. }
            | Expr::InSelect { .. } => level::COMPARE,
            Expr::Builtin(
                Builtin::Matches { .. }
                | Builtin::Search
                | Builtin::ArrayHas
                | Builtin::ArrayContains
                | Builtin::ArrayOverlaps,
                _,
            ) => level::COMPARE,
            Expr::Binary(_, op, _) => match op {
                BinaryOp::Concat if self.rules.concat_is_function() => level::ATOM,
                BinaryOp::Concat => level::CONCAT,
                BinaryOp::Add | BinaryOp::Sub => level::SUM,
                BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => level::PRODUCT,
                // MySQL writes these with NOT before them.
                BinaryOp::IsDistinct | BinaryOp::IsNotDistinct => level::NOT,
                _ => level::COMPARE,
            },
            _ => level::ATOM,
        }
    }

    fn expr(&mut self, e: &Expr) -> Result<()> {
        match e {
            Expr::Column { table, name } => {
                if let Some(table) = table {
                    self.name(table)?;
                    self.push(".");
                }
                self.name(name)
            }
            Expr::Value(value) => {
                self.bind(value);
                Ok(())
            }
            Expr::Unary(UnaryOp::Not, e) => {
                self.push("NOT ");
                self.atom(e)
            }
            Expr::Unary(UnaryOp::Negate, e) => {
                self.push("-");
                self.atom(e)
            }
            Expr::Binary(left, op, right) => self.binary(left, *op, right),
            Expr::And(all) => self.joined(all, " AND ", "1 = 1"),
            Expr::Or(any) => self.joined(any, " OR ", "1 = 0"),
            Expr::IsNull { expr, negated } => self.is_null(expr, *negated),
            Expr::Between { expr, low, high, negated } => {
                self.operand(expr)?;
                self.push(if *negated { " NOT BETWEEN " } else { " BETWEEN " });
                self.operand(low)?;
                self.push(" AND ");
                self.operand(high)
            }
            Expr::Like { expr, pattern, escape, insensitive, negated } => {
                if *insensitive {
                    let rules = self.rules;
                    rules.like_insensitive(self, expr, *negated, pattern)?;
                } else {
                    self.operand(expr)?;
                    self.push(if *negated { " NOT LIKE " } else { " LIKE " });
                    self.operand(pattern)?;
                }
                if let Some(c) = escape {
                    self.push(" ESCAPE ");
                    self.rules.literal(&Value::Text(c.to_string()), &mut self.out.sql)?;
                }
                Ok(())
            }
            Expr::In { expr, list, negated } => self.in_list(expr, list, *negated),
            Expr::InSelect { expr, select, negated } => {
                self.operand(expr)?;
                self.push(if *negated { " NOT IN (" } else { " IN (" });
                self.select(select)?;
                self.push(")");
                Ok(())
            }
            Expr::Exists { select, negated } => {
                self.push(if *negated { "NOT EXISTS (" } else { "EXISTS (" });
                self.select_or_one(select)?;
                self.push(")");
                Ok(())
            }
            Expr::Quantified { .. } if !self.rules.capabilities().quantified => Err(self.rules.lacks(
                "quantified",
                "compare with min or max in a subquery, or ask `exists(…)`, `in_select(…)`",
            )),
            Expr::Quantified { all, select } => {
                self.push(if *all { "ALL (" } else { "ANY (" });
                self.select(select)?;
                self.push(")");
                Ok(())
            }
            Expr::Subquery(select) => {
                self.push("(");
                self.select(select)?;
                self.push(")");
                Ok(())
            }
            Expr::Func { name, args, distinct } => {
                check_function(name)?;
                self.push(name);
                self.push(if *distinct { "(DISTINCT " } else { "(" });
                self.list(args, Self::whole)?;
                self.push(")");
                Ok(())
            }
            Expr::Typed(value, ty) => {
                let rules = self.rules;
                rules.typed_value(self, value, ty)
            }
            Expr::Builtin(function, args) => {
                let rules = self.rules;
                rules.builtin(self, function, args)
            }
            Expr::StringAgg { expr, separator, order_by } => {
                let rules = self.rules;
                rules.string_agg(self, expr, separator, order_by)
            }
            Expr::Filtered(aggregate, condition) => {
                if !self.rules.capabilities().aggregate_filter {
                    return Err(self
                        .rules
                        .lacks("aggregate_filter", "aggregate a CASE that is NULL for the other rows"));
                }
                self.atom(aggregate)?;
                self.push(" FILTER (WHERE ");
                self.whole(condition)?;
                self.push(")");
                Ok(())
            }
            Expr::Over(function, window) => {
                self.atom(function)?;
                self.over(window)
            }
            Expr::Invalid(why) => Err(invalid(why.as_str())),
            Expr::Star => {
                self.push("*");
                Ok(())
            }
            Expr::Case { when, otherwise } => {
                if when.is_empty() {
                    return Err(invalid("a CASE has no condition; give it at least one"));
                }
                self.push("CASE");
                for (condition, result) in when {
                    self.push(" WHEN ");
                    self.whole(condition)?;
                    self.push(" THEN ");
                    self.whole(result)?;
                }
                if let Some(e) = otherwise {
                    self.push(" ELSE ");
                    self.whole(e)?;
                }
                self.push(" END");
                Ok(())
            }
            Expr::After(keys) => self.after(keys),
            Expr::Cast(e, ty) => {
                self.push("CAST(");
                self.whole(e)?;
                self.push(" AS ");
                self.rules.cast_name(ty, &mut self.out.sql)?;
                self.push(")");
                Ok(())
            }
            Expr::Tuple(items) => {
                self.push("(");
                self.list(items, Self::whole)?;
                self.push(")");
                Ok(())
            }
            Expr::Now => {
                self.push(self.rules.now());
                Ok(())
            }
            Expr::Raw { parts, args } => self.raw(parts, args),
        }
    }

    /// Text with expressions in its gaps.
    pub(crate) fn raw(&mut self, parts: &[Name], args: &[Expr]) -> Result<()> {
        if parts.len() != args.len() + 1 {
            return Err(invalid(format!(
                "raw SQL has {} gaps for {} values; give one value for each gap",
                parts.len().saturating_sub(1),
                args.len()
            )));
        }
        for (i, part) in parts.iter().enumerate() {
            self.push(part);
            if let Some(arg) = args.get(i) {
                self.atom(arg)?;
            }
        }
        Ok(())
    }

    fn binary(&mut self, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        let rules = self.rules;
        let (sign, left_least, right_least) = match op {
            // Nothing equals NULL in SQL, so a comparison with it is surely meant as IS NULL.
            BinaryOp::Eq | BinaryOp::Ne if is_null(right) => return self.is_null(left, op == BinaryOp::Ne),
            BinaryOp::Eq | BinaryOp::Ne if is_null(left) => return self.is_null(right, op == BinaryOp::Ne),
            BinaryOp::Eq => (" = ", level::CONCAT, level::CONCAT),
            BinaryOp::Ne => (" <> ", level::CONCAT, level::CONCAT),
            BinaryOp::Lt => (" < ", level::CONCAT, level::CONCAT),
            BinaryOp::Le => (" <= ", level::CONCAT, level::CONCAT),
            BinaryOp::Gt => (" > ", level::CONCAT, level::CONCAT),
            BinaryOp::Ge => (" >= ", level::CONCAT, level::CONCAT),
            BinaryOp::Add => (" + ", level::SUM, level::PRODUCT),
            BinaryOp::Sub => (" - ", level::SUM, level::PRODUCT),
            BinaryOp::Mul => (" * ", level::PRODUCT, level::SIGN),
            BinaryOp::Rem => (" % ", level::PRODUCT, level::SIGN),
            BinaryOp::Div => return rules.divide(self, left, right),
            BinaryOp::Concat if rules.concat_is_function() => {
                self.push("CONCAT(");
                self.whole(left)?;
                self.push(", ");
                self.whole(right)?;
                self.push(")");
                return Ok(());
            }
            BinaryOp::Concat => {
                let chain = matches!(left, Expr::Binary(_, BinaryOp::Concat, _));
                (" || ", if chain { level::CONCAT } else { level::ATOM }, level::ATOM)
            }
            BinaryOp::IsDistinct | BinaryOp::IsNotDistinct => {
                return rules.is_distinct(self, left, op, right);
            }
        };
        self.at(left, left_least)?;
        self.push(sign);
        self.at(right, right_least)
    }

    fn is_null(&mut self, e: &Expr, negated: bool) -> Result<()> {
        self.operand(e)?;
        self.push(if negated { " IS NOT NULL" } else { " IS NULL" });
        Ok(())
    }

    fn joined(&mut self, items: &[Expr], word: &str, empty: &str) -> Result<()> {
        match items {
            [] => self.push(empty),
            [one] => self.expr(one)?,
            _ => {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.push(word);
                    }
                    self.at(item, level::NOT)?;
                }
            }
        }
        Ok(())
    }

    /// NULL in a list finds NULL, as `= NULL` does: SQL's own reading makes `NOT IN (1, NULL)` true for nothing.
    fn in_list(&mut self, e: &Expr, list: &[Expr], negated: bool) -> Result<()> {
        let nulls = list.iter().filter(|item| is_null(item)).count();
        if list.is_empty() {
            self.push(if negated { "1 = 1" } else { "1 = 0" });
            return Ok(());
        }
        if nulls < list.len() {
            self.operand(e)?;
            self.push(if negated { " NOT IN (" } else { " IN (" });
            if matches!(e, Expr::Tuple(_)) {
                self.push(self.rules.row_list());
            }
            let mut first = true;
            for item in list.iter().filter(|item| !is_null(item)) {
                if !std::mem::take(&mut first) {
                    self.push(", ");
                }
                self.whole(item)?;
            }
            self.push(")");
            if nulls == 0 {
                return Ok(());
            }
            self.push(if negated { " AND " } else { " OR " });
        }
        self.is_null(e, negated)
    }
}

fn is_null(e: &Expr) -> bool {
    matches!(e, Expr::Value(Value::Null))
}

fn check_function(name: &str) -> Result<()> {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if name.split('.').all(word) {
        return Ok(());
    }
    Err(invalid(format!("{name:?} is no function's name; it may have letters, digits, `_` and `.` only")))
}
