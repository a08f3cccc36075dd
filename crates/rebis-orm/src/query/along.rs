//! [`Along`]: a relation between aliases. Invariant: without an alias each side is its model's own table.

use std::sync::Arc;

use rebis_sql::stmt::{Join, JoinKind, TableRef};
use rebis_sql::{Expr, Select};

use super::alias::Alias;
use super::source::Source as _;
use crate::error::Result;
use crate::expr::{Condition, Predicate};
use crate::model::Model;
use crate::relation::{Relation, one};

/// A relation, from and to aliases: `Employee::manager.to(manager)`, `Employee::manager.of(report).to(manager)`.
#[must_use]
pub struct Along<M, T> {
    pub(crate) relation: Relation<M, T>,
    from: Option<Alias<M>>,
    to: Option<Alias<T>>,
}

impl<M: Model, T: Model> Along<M, T> {
    /// From this alias.
    pub fn of(mut self, from: Alias<M>) -> Self {
        self.from = Some(from);
        self
    }

    /// To this alias.
    pub fn to(mut self, to: Alias<T>) -> Self {
        self.to = Some(to);
        self
    }

    /// Whether any related row meets the condition. Between aliases the condition may speak of both sides, also where both are one table.
    pub fn any(self, condition: impl Condition) -> Predicate {
        let condition = condition.into_predicate();
        let mut steps = match self.steps() {
            Ok(steps) => steps.into_iter(),
            Err(error) => return Predicate::wrong(Arc::new(error)),
        };
        let (from, filter) = steps.next().unzip();
        let joins = steps.map(|(table, on)| Join { kind: JoinKind::Inner, table, on: Some(on) });
        let mut select = Select {
            columns: vec![one().into()],
            from: from.into_iter().collect(),
            joins: joins.collect(),
            filter,
            ..Select::default()
        };
        select.and_where(condition.expr);
        let exists = Expr::Exists { select: Box::new(select), negated: false };
        Predicate { broken: condition.broken, ..Predicate::new(exists) }
    }

    /// As [`any`](Self::any), as it reads for a relation to one.
    pub fn has(self, condition: impl Condition) -> Predicate {
        self.any(condition)
    }

    /// The tables to join, each with its condition.
    pub(crate) fn steps(&self) -> Result<Vec<(TableRef, Expr)>> {
        self.relation.steps_between(self.from.map(|a| a.name), self.to.map(|a| a.name))
    }

    pub(crate) fn start(&self) -> TableRef {
        self.from.map_or_else(|| M::meta().table_ref(), |alias| alias.rows().table)
    }
}

impl<M: Model, T: Model> Relation<M, T> {
    /// The relation from an alias of its own model.
    pub fn of(self, from: Alias<M>) -> Along<M, T> {
        Along::from(self).of(from)
    }

    /// The relation to an alias of the other model.
    pub fn to(self, to: Alias<T>) -> Along<M, T> {
        Along::from(self).to(to)
    }
}

impl<M, T> From<Relation<M, T>> for Along<M, T> {
    fn from(relation: Relation<M, T>) -> Self {
        Along { relation, from: None, to: None }
    }
}

impl<M, T> Clone for Along<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Along<M, T> {}

impl<M: Model, T: Model> std::fmt::Debug for Along<M, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Along").field(&self.relation).field(&self.from).field(&self.to).finish()
    }
}
