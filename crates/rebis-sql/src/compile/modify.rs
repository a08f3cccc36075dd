//! INSERT, UPDATE and DELETE. Invariant: each row of an INSERT is as long as its columns.

use super::{Result, Writer};
use crate::dialect::rules::invalid;
use crate::stmt::Cte;
use crate::{Delete, Expr, Insert, Name, Select, Update};

impl Writer<'_> {
    pub(crate) fn insert(&mut self, s: &Insert) -> Result<()> {
        if s.columns.is_empty() && (s.rows.len() > 1 || s.rows.iter().any(|r| !r.is_empty())) {
            return Err(invalid("an INSERT names no columns; name those that its rows give"));
        }
        self.insert_with(s, |w| {
            if let Some(select) = &s.select {
                return w.insert_select(s, select);
            }
            if s.rows.is_empty() {
                return Err(invalid("an INSERT has no rows; give at least one"));
            }
            w.push("VALUES ");
            w.list(&s.rows, |w, row| {
                if row.len() != s.columns.len() {
                    return Err(invalid(format!(
                        "a row of an INSERT has {} values for {} columns; give one for each",
                        row.len(),
                        s.columns.len()
                    )));
                }
                w.push("(");
                w.list(row, Self::whole)?;
                w.push(")");
                Ok(())
            })
        })
    }

    /// An INSERT whose rows `rows` writes, where it names columns.
    pub(crate) fn insert_with(
        &mut self,
        s: &Insert,
        rows: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.push("INSERT INTO ");
        self.table(s.schema.as_deref(), &s.table)?;
        if s.columns.is_empty() {
            self.push(self.rules.default_row());
        } else {
            self.push(" (");
            self.names(&s.columns)?;
            self.push(") ");
            rows(self)?;
        }
        if let Some(conflict) = &s.on_conflict {
            let rules = self.rules;
            rules.on_conflict(self, s, conflict)?;
        }
        let has = self.rules.capabilities().insert_returning;
        self.returning(
            &s.returning,
            has,
            "insert_returning",
            "select the rows by their keys after the INSERT",
        )
    }

    fn insert_select(&mut self, s: &Insert, select: &Select) -> Result<()> {
        let (names, columns) = (s.columns.len(), select.columns.len());
        if names != columns || !s.rows.is_empty() {
            return Err(invalid(format!(
                "an INSERT takes {names} columns from a query that gives {columns}; select one for each, and give no rows besides"
            )));
        }
        if s.on_conflict.is_some() && self.rules.upsert_sees_its_query() {
            return self.select(&select.clone().nested("source"));
        }
        // What follows a query without a WHERE could be read as the condition of a join.
        if s.on_conflict.is_some() && select.filter.is_none() && select.compounds.is_empty() {
            let all = Expr::Raw { parts: vec!["1 = 1".into()], args: Vec::new() };
            return self.select(&Select { filter: Some(all), ..select.clone() });
        }
        self.select(select)
    }

    pub(crate) fn update(&mut self, s: &Update) -> Result<()> {
        if s.set.is_empty() {
            return Err(invalid("an UPDATE sets nothing; set at least one column"));
        }
        self.modify_with(&s.with)?;
        let rules = self.rules;
        rules.update(self, s)?;
        self.filter(s.filter.as_ref())?;
        let has = self.rules.capabilities().update_returning;
        self.returning(&s.returning, has, "update_returning", "select the rows before or after the UPDATE")
    }

    pub(crate) fn delete(&mut self, s: &Delete) -> Result<()> {
        self.modify_with(&s.with)?;
        self.push("DELETE FROM ");
        self.table(s.schema.as_deref(), &s.table)?;
        if !s.using.is_empty() {
            if !self.rules.capabilities().delete_using {
                return Err(self.rules.lacks(
                    "delete_using",
                    "filter with a subquery: `in_select(…)`, `exists(…)`, a relation's `any(…)`",
                ));
            }
            self.push(" USING ");
            if self.rules.delete_names_its_table() {
                self.table(s.schema.as_deref(), &s.table)?;
                self.push(" CROSS JOIN ");
            }
            self.tables(&s.using)?;
        }
        self.filter(s.filter.as_ref())?;
        let capabilities = self.rules.capabilities();
        let (has, what) = match s.using.as_slice() {
            [] => (capabilities.delete_returning, "delete_returning"),
            _ => (capabilities.update_returning, "update_returning"),
        };
        self.returning(&s.returning, has, what, "select the rows before the DELETE")
    }

    /// The common table expressions of an UPDATE or DELETE.
    fn modify_with(&mut self, with: &[Cte]) -> Result<()> {
        if !with.is_empty() && !self.rules.capabilities().modify_with {
            return Err(self.rules.lacks("modify_with", "filter with a subquery that brings it along, `in_select(…)`, or make it one with `derived(…)`"));
        }
        self.ctes(with)
    }

    /// The unique columns of ON CONFLICT.
    pub(crate) fn conflict_target(&mut self, columns: &[Name]) -> Result<()> {
        if columns.is_empty() {
            return Ok(());
        }
        self.push(" (");
        self.names(columns)?;
        self.push(")");
        Ok(())
    }

    /// What an upsert sets: columns to the values that were to be inserted, then columns to expressions.
    pub(crate) fn conflict_set(
        &mut self,
        excluded: &[Name],
        set: &[(Name, Expr)],
        mut value: impl FnMut(&mut Self, &str) -> Result<()>,
    ) -> Result<()> {
        if excluded.is_empty() && set.is_empty() {
            return Err(invalid("on_conflict update sets nothing; set a column or choose to do nothing"));
        }
        self.list(excluded, |w, name| {
            w.name(name)?;
            w.push(" = ");
            value(w, name)
        })?;
        if !excluded.is_empty() && !set.is_empty() {
            self.push(", ");
        }
        self.assignments(set)
    }

    /// Columns to what they are set to.
    pub(crate) fn assignments(&mut self, set: &[(Name, Expr)]) -> Result<()> {
        self.list(set, |w, (name, e)| {
            w.name(name)?;
            w.push(" = ");
            w.whole(e)
        })
    }

    fn returning(
        &mut self,
        items: &[Expr],
        has: bool,
        capability: &'static str,
        advice: &'static str,
    ) -> Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        if !has {
            return Err(self.rules.lacks(capability, advice));
        }
        self.push(" RETURNING ");
        self.list(items, Self::whole)
    }
}
