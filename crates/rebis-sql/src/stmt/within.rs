//! What stands within a SELECT: the queries in it, and the tables that its columns are of. Invariant: every place where an expression or a
//! query can stand is known here, once.

use super::{Distinct, Join, Select, TableRef};
use crate::expr::{Expr, OrderBy, Window};
use crate::{Name, stmt::Compound};

/// An expression or a query that stands directly in another.
enum Part<'a> {
    Expr(&'a mut Expr),
    Select(&'a mut Select),
}

type Each<'a> = &'a mut dyn FnMut(Part<'_>);

impl Select {
    /// Hands out every query within this one (subqueries, common table expressions, members of a union), and then this one.
    pub fn each_select_mut(&mut self, each: &mut dyn FnMut(&mut Select)) {
        in_select(self, &mut |part| selects(part, each));
        each(self);
    }

    fn knows(&self, table: &str) -> bool {
        let mut tables = self.from.iter().chain(self.joins.iter().map(|join| &join.table));
        tables.any(|t| t.known_as() == table)
    }
}

impl Expr {
    /// Makes columns of the table that is known by one name columns of the one that is known by another. A subquery with a table of the first
    /// name means that.
    pub fn rename_table(&mut self, from: &str, to: &Name) {
        if let Expr::Column { table: Some(table), .. } = self
            && table == from
        {
            *table = to.clone();
        }
        in_expr(self, &mut |part| renamed(part, from, to));
    }
}

fn selects(part: Part<'_>, each: &mut dyn FnMut(&mut Select)) {
    match part {
        Part::Expr(expr) => in_expr(expr, &mut |part| selects(part, each)),
        Part::Select(select) => select.each_select_mut(each),
    }
}

fn renamed(part: Part<'_>, from: &str, to: &Name) {
    match part {
        Part::Expr(expr) => expr.rename_table(from, to),
        Part::Select(select) if select.knows(from) => {}
        Part::Select(select) => in_select(select, &mut |part| renamed(part, from, to)),
    }
}

fn in_select(select: &mut Select, each: Each<'_>) {
    let Select {
        with,
        distinct,
        columns,
        from,
        joins,
        filter,
        group_by,
        having,
        compounds,
        order_by,
        limit: _,
        offset: _,
        lock: _,
    } = select;
    with.iter_mut().for_each(|cte| each(Part::Select(&mut cte.query)));
    if let Some(Distinct::On(by)) = distinct {
        exprs(by, each);
    }
    columns.iter_mut().for_each(|item| each(Part::Expr(&mut item.expr)));
    from.iter_mut().for_each(|table| in_table(table, each));
    in_joins(joins, each);
    filter.iter_mut().for_each(|e| each(Part::Expr(e)));
    exprs(group_by, each);
    having.iter_mut().for_each(|e| each(Part::Expr(e)));
    compounds.iter_mut().for_each(|Compound { select, .. }| each(Part::Select(select)));
    keys(order_by, each);
}

fn in_table(table: &mut TableRef, each: Each<'_>) {
    match table {
        TableRef::Table { .. } => {}
        TableRef::Select { select, .. } | TableRef::Lateral { select, .. } => each(Part::Select(select)),
        TableRef::Raw { args, .. } => exprs(args, each),
        TableRef::Joined { table, joins } => {
            in_table(table, each);
            in_joins(joins, each);
        }
    }
}

fn in_joins(joins: &mut [Join], each: Each<'_>) {
    for join in joins {
        in_table(&mut join.table, each);
        join.on.iter_mut().for_each(|on| each(Part::Expr(on)));
    }
}

fn exprs(all: &mut [Expr], each: Each<'_>) {
    all.iter_mut().for_each(|e| each(Part::Expr(e)));
}

fn keys(order_by: &mut [OrderBy], each: Each<'_>) {
    order_by.iter_mut().for_each(|key| each(Part::Expr(&mut key.expr)));
}

fn in_expr(expr: &mut Expr, each: Each<'_>) {
    match expr {
        Expr::Column { .. }
        | Expr::Value(_)
        | Expr::Typed(..)
        | Expr::Star
        | Expr::Now
        | Expr::Invalid(_) => {}
        Expr::Unary(_, one) | Expr::Cast(one, _) | Expr::IsNull { expr: one, .. } => each(Part::Expr(one)),
        Expr::Binary(a, _, b) | Expr::Filtered(a, b) => {
            each(Part::Expr(a));
            each(Part::Expr(b));
        }
        Expr::And(all) | Expr::Or(all) | Expr::Tuple(all) => exprs(all, each),
        Expr::Between { expr, low, high, .. } => {
            each(Part::Expr(expr));
            each(Part::Expr(low));
            each(Part::Expr(high));
        }
        Expr::Like { expr, pattern, .. } => {
            each(Part::Expr(expr));
            each(Part::Expr(pattern));
        }
        Expr::In { expr, list, .. } => {
            each(Part::Expr(expr));
            exprs(list, each);
        }
        Expr::InSelect { expr, select, .. } => {
            each(Part::Expr(expr));
            each(Part::Select(select));
        }
        Expr::Exists { select, .. } | Expr::Subquery(select) | Expr::Quantified { select, .. } => {
            each(Part::Select(select));
        }
        Expr::Func { args, .. } | Expr::Builtin(_, args) | Expr::Raw { args, .. } => exprs(args, each),
        Expr::StringAgg { expr, order_by, .. } => {
            each(Part::Expr(expr));
            keys(order_by, each);
        }
        Expr::Over(function, window) => {
            let Window { partition_by, order_by, .. } = &mut **window;
            each(Part::Expr(function));
            exprs(partition_by, each);
            keys(order_by, each);
        }
        Expr::Case { when, otherwise } => {
            for (condition, result) in when {
                each(Part::Expr(condition));
                each(Part::Expr(result));
            }
            otherwise.iter_mut().for_each(|e| each(Part::Expr(e)));
        }
        Expr::After(all) => all.iter_mut().for_each(|key| each(Part::Expr(&mut key.key.expr))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(table: &'static str, filter: Option<Expr>) -> Select {
        Select {
            columns: vec![Expr::Star.into()],
            from: vec![TableRef::table(table)],
            filter,
            ..Select::default()
        }
    }

    #[test]
    fn queries_are_found_wherever_they_stand_the_innermost_first() {
        let inner = Expr::Exists { select: Box::new(of("c", None)), negated: false };
        let value = Expr::Subquery(Box::new(of("b", Some(inner))));
        let mut query = of("a", Some(Expr::Unary(crate::expr::UnaryOp::Not, Box::new(value))));
        query.from.push(TableRef::Select { select: Box::new(of("d", None)), alias: "x".into() });
        let mut seen = Vec::new();
        query.each_select_mut(&mut |select| seen.push(select.from[0].known_as().to_string()));
        assert_eq!(seen, ["d", "c", "b", "a"]);
    }

    #[test]
    fn a_subquery_that_knows_the_name_keeps_it() {
        let column = || Expr::col_of("post", "id");
        let own = of("post", Some(column()));
        let outer = of("user", Some(column()));
        let exists = |select| Expr::Exists { select: Box::new(select), negated: false };
        let mut all = Expr::And(vec![column(), exists(own.clone()), exists(outer)]);
        all.rename_table("post", &"p".into());
        let renamed = Expr::col_of("p", "id");
        assert_eq!(all, Expr::And(vec![renamed.clone(), exists(own), exists(of("user", Some(renamed)))]));
    }
}
