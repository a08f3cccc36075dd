//! SELECT. Invariant: LIMIT and OFFSET are numbers of ours, written as literals; compounds stand in no brackets, which SQLite does not know.

use std::fmt::Write as _;

use super::{Result, Writer};
use crate::dialect::rules::invalid;
use crate::expr::{Nulls, OrderBy};
use crate::stmt::{Compound, Cte, Distinct, Join, JoinKind, Lock, SetOp, TableRef};
use crate::{Expr, Name, Select};

impl Writer<'_> {
    pub(crate) fn select(&mut self, s: &Select) -> Result<()> {
        if s.columns.is_empty() {
            return Err(invalid("a SELECT selects nothing; name the columns"));
        }
        self.select_or_one(s)
    }

    /// A SELECT whose empty list of columns means `1`, as EXISTS wants it.
    pub(super) fn select_or_one(&mut self, s: &Select) -> Result<()> {
        self.ctes(&s.with)?;
        self.core(s)?;
        for compound in &s.compounds {
            self.set_operator(compound)?;
            self.core(&compound.select)?;
        }
        if !s.order_by.is_empty() {
            self.push(" ORDER BY ");
            self.list(&s.order_by, |w, key| w.sort_key(s, key))?;
        }
        self.limit(s.limit, s.offset);
        match &s.lock {
            None => Ok(()),
            Some(lock) => {
                let rules = self.rules;
                match self.narrowed(s, lock) {
                    Some(of) => rules.lock(self, &Lock { of, ..lock.clone() }),
                    None => rules.lock(self, lock),
                }
            }
        }
    }

    /// Tables that belong together are joined LEFT, and what a LEFT JOIN may lack cannot be locked: the lock is of the first of them.
    fn narrowed(&self, s: &Select, lock: &Lock) -> Option<Vec<Name>> {
        let inner = s.joins.iter().filter(|join| matches!(join.kind, JoinKind::Inner | JoinKind::Cross));
        let tables = s.from.iter().chain(inner.map(|join| &join.table));
        let narrow = lock.of.is_empty() && self.rules.capabilities().lock_of;
        let joined = narrow && tables.clone().any(|t| matches!(t, TableRef::Joined { .. }));
        joined.then(|| tables.map(|t| t.known_as().clone()).collect())
    }

    pub(super) fn ctes(&mut self, with: &[Cte]) -> Result<()> {
        if with.is_empty() {
            return Ok(());
        }
        self.push(if with.iter().any(|cte| cte.recursive) { "WITH RECURSIVE " } else { "WITH " });
        self.list(with, |w, cte| {
            w.name(&cte.name)?;
            w.push(" (");
            w.names(&cte.columns)?;
            w.push(") AS (");
            w.select(&cte.query)?;
            w.push(")");
            Ok(())
        })?;
        self.push(" ");
        Ok(())
    }

    fn set_operator(&mut self, compound: &Compound) -> Result<()> {
        self.push(match compound.op {
            SetOp::Union => " UNION ",
            SetOp::Intersect => " INTERSECT ",
            SetOp::Except => " EXCEPT ",
        });
        if compound.all {
            if compound.op != SetOp::Union && !self.rules.capabilities().compound_all {
                return Err(self.rules.lacks(
                    "compound_all",
                    "leave out ALL, or number equal rows with row_number() and compare the numbers too",
                ));
            }
            self.push("ALL ");
        }
        Ok(())
    }

    /// A key of ORDER BY. What a group or a different row is sorted by has to be what is selected, and with values in it that shows only by its
    /// place: see [`group_key`](Self::group_key).
    fn sort_key(&mut self, s: &Select, key: &OrderBy) -> Result<()> {
        let place = s.columns.iter().position(|item| item.expr == key.expr);
        if !s.compounds.is_empty() {
            // Its rows come from several tables, so no table's name means anything.
            return match place {
                Some(place) => self.place(place, key),
                None => Err(invalid(
                    "a UNION, INTERSECT or EXCEPT is sorted by something that its first query does not select; select it, or \
                     select from the whole as a subquery and sort there",
                )),
            };
        }
        let before = (self.out.sql.len(), self.out.binds.len());
        let rules = self.rules;
        rules.order_by(self, key)?;
        let grouped = !s.group_by.is_empty() || s.distinct.is_some();
        match place {
            Some(place) if grouped && self.out.binds.len() > before.1 => {
                self.rewind(before);
                self.place(place, key)
            }
            _ => Ok(()),
        }
    }

    /// A key of GROUP BY. Two expressions with values in them are the same to nobody who sees placeholders only, so one that is selected too is
    /// named by its place.
    fn group_key(&mut self, s: &Select, key: &Expr) -> Result<()> {
        let before = (self.out.sql.len(), self.out.binds.len());
        self.whole(key)?;
        if self.out.binds.len() > before.1
            && let Some(place) = s.columns.iter().position(|item| item.expr == *key)
        {
            self.rewind(before);
            let _ = write!(self.out.sql, "{}", place + 1);
        }
        Ok(())
    }

    fn rewind(&mut self, (sql, binds): (usize, usize)) {
        self.out.sql.truncate(sql);
        self.out.binds.truncate(binds);
    }

    /// A key of ORDER BY, as the place of what is selected.
    fn place(&mut self, place: usize, key: &OrderBy) -> Result<()> {
        let _ = write!(self.out.sql, "{}{}", place + 1, if key.descending { " DESC" } else { "" });
        match key.nulls {
            Some(_) if !self.rules.capabilities().nulls_order => {
                return Err(self
                    .rules
                    .lacks("nulls_order", "select from the whole as a subquery and sort there"));
            }
            Some(Nulls::First) => self.push(" NULLS FIRST"),
            Some(Nulls::Last) => self.push(" NULLS LAST"),
            None => {}
        }
        Ok(())
    }

    /// A SELECT up to HAVING.
    fn core(&mut self, s: &Select) -> Result<()> {
        self.push("SELECT ");
        match &s.distinct {
            None => {}
            Some(Distinct::Rows) => self.push("DISTINCT "),
            Some(Distinct::On(keys)) => {
                if !self.rules.capabilities().distinct_on {
                    return Err(self
                        .rules
                        .lacks("distinct_on", "use GROUP BY, or a window function in a subquery"));
                }
                self.push("DISTINCT ON (");
                self.list(keys, Self::whole)?;
                self.push(") ");
            }
        }
        if s.columns.is_empty() {
            self.push("1");
        }
        self.list(&s.columns, |w, item| {
            w.whole(&item.expr)?;
            if let Some(alias) = &item.alias {
                w.push(" AS ");
                w.name(alias)?;
            }
            Ok(())
        })?;
        if !s.from.is_empty() {
            self.push(" FROM ");
            self.tables(&s.from)?;
        }
        self.joins(&s.joins)?;
        self.filter(s.filter.as_ref())?;
        if !s.group_by.is_empty() {
            self.push(" GROUP BY ");
            self.list(&s.group_by, |w, key| w.group_key(s, key))?;
        }
        if let Some(having) = &s.having {
            self.push(" HAVING ");
            self.whole(having)?;
        }
        Ok(())
    }

    fn joins(&mut self, joins: &[Join]) -> Result<()> {
        for join in joins {
            self.push(match join.kind {
                JoinKind::Inner => " JOIN ",
                JoinKind::Left => " LEFT JOIN ",
                JoinKind::Full if !self.rules.capabilities().full_join => {
                    return Err(self.rules.lacks("full_join", "join LEFT twice and unite the rows"));
                }
                JoinKind::Full => " FULL JOIN ",
                JoinKind::Cross => " CROSS JOIN ",
            });
            self.table_ref(&join.table)?;
            match (&join.on, join.kind) {
                (Some(_), JoinKind::Cross) => {
                    return Err(invalid("a cross join has no ON; use an inner join"));
                }
                (Some(on), _) => {
                    self.push(" ON ");
                    self.whole(on)?;
                }
                (None, JoinKind::Cross) => {}
                (None, _) => {
                    return Err(invalid("a join has no ON; give its condition, or make it a cross join"));
                }
            }
        }
        Ok(())
    }

    pub(super) fn filter(&mut self, filter: Option<&Expr>) -> Result<()> {
        match filter {
            None => Ok(()),
            Some(Expr::And(all)) if all.is_empty() => Ok(()),
            Some(condition) => {
                self.push(" WHERE ");
                self.whole(condition)
            }
        }
    }

    fn limit(&mut self, limit: Option<u64>, offset: Option<u64>) {
        // Databases count rows in signed 64 bits; more than that is all of them.
        let most = |n: u64| n.min(i64::MAX as u64);
        match (limit, offset, self.rules.no_limit()) {
            (Some(n), _, _) => {
                let _ = write!(self.out.sql, " LIMIT {}", most(n));
            }
            (None, Some(_), Some(all)) => {
                let _ = write!(self.out.sql, " LIMIT {all}");
            }
            _ => {}
        }
        if let Some(n) = offset {
            let _ = write!(self.out.sql, " OFFSET {}", most(n));
        }
    }

    /// Joins bind to the table before them, so tables listed before are joined crosswise in words that keep the order.
    pub(crate) fn tables(&mut self, tables: &[TableRef]) -> Result<()> {
        for (i, table) in tables.iter().enumerate() {
            if i > 0 {
                self.push(" CROSS JOIN ");
            }
            match table {
                // The first needs no brackets: what follows binds to all of it.
                TableRef::Joined { table, joins } if i == 0 => {
                    self.table_ref(table)?;
                    self.joins(joins)?;
                }
                table => self.table_ref(table)?,
            }
        }
        Ok(())
    }

    fn table_ref(&mut self, table: &TableRef) -> Result<()> {
        let alias = match table {
            TableRef::Table { schema, name, alias } => {
                self.table(schema.as_deref(), name)?;
                alias.as_ref()
            }
            TableRef::Raw { parts, args, alias } => {
                self.push("(");
                self.raw(parts, args)?;
                self.push(")");
                Some(alias)
            }
            TableRef::Joined { table, joins } => {
                self.push("(");
                self.table_ref(table)?;
                self.joins(joins)?;
                self.push(")");
                None
            }
            TableRef::Lateral { .. } if !self.rules.capabilities().lateral => {
                return Err(self
                    .rules
                    .lacks("lateral", "use a window function, or a subquery for each value"));
            }
            TableRef::Select { select, alias } | TableRef::Lateral { select, alias } => {
                if matches!(table, TableRef::Lateral { .. }) {
                    self.push("LATERAL ");
                }
                self.push("(");
                self.select(select)?;
                self.push(")");
                Some(alias)
            }
        };
        if let Some(alias) = alias {
            self.push(" AS ");
            self.name(alias)?;
        }
        Ok(())
    }
}
