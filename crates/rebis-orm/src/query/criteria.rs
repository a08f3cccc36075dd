//! [`Criteria`]: conditions that rows of a model meet wherever a query reads them. Invariant: they are put to a query's tables in one place, when
//! it is written, so no way of loading goes past them.

use std::sync::Arc;

use rebis_sql::stmt::{JoinKind, TableRef};
use rebis_sql::{Expr, Select};

use crate::error::{Error, ErrorKind, Result};
use crate::expr::Predicate;
use crate::model::ModelMeta;
use crate::session::Shared;

/// What narrows a query besides its own filter.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    all: Vec<Arc<Criterion>>,
    /// Those of the session do not count.
    without: bool,
}

/// A condition on each row of a model.
#[derive(Debug)]
pub(crate) struct Criterion {
    model: &'static ModelMeta,
    condition: Predicate,
}

impl Criterion {
    pub(crate) fn new(model: &'static ModelMeta, condition: Predicate) -> Arc<Self> {
        Arc::new(Criterion { model, condition })
    }

    pub(crate) fn is_on(&self, model: &ModelMeta) -> bool {
        self.model.is_self(model)
    }

    /// The condition on a table of a query, when that is the model's.
    fn on(&self, table: &TableRef) -> Option<Expr> {
        let TableRef::Table { schema, name, .. } = table.base() else { return None };
        if name != self.model.def.table || schema.as_deref() != self.model.def.schema {
            return None;
        }
        let mut condition = self.condition.expr.clone();
        if table.known_as() != name {
            condition.rename_table(name, table.known_as());
        }
        Some(condition)
    }

    /// Rows that are joined are narrowed where they are joined, so that a left join keeps rows whose partner is kept out.
    fn narrow(&self, select: &mut Select) {
        let mut conditions: Vec<Expr> = select.from.iter().filter_map(|table| self.on(table)).collect();
        for join in &mut select.joins {
            let Some(condition) = self.on(&join.table) else { continue };
            match &mut join.on {
                Some(on) if join.kind != JoinKind::Cross => {
                    let before = std::mem::replace(on, Expr::And(Vec::new()));
                    *on = before.and(condition);
                }
                _ => conditions.push(condition),
            }
        }
        conditions.into_iter().for_each(|condition| select.and_where(condition));
    }
}

impl Criteria {
    /// Those of a session.
    pub(crate) fn of(session: &Shared) -> Self {
        let mut criteria = Criteria::default();
        criteria.settle(session);
        criteria
    }

    pub(crate) fn add(&mut self, model: &'static ModelMeta, condition: Predicate) {
        self.all.push(Criterion::new(model, condition));
    }

    pub(crate) fn leave_out(&mut self) {
        self.without = true;
    }

    /// Takes those of the session in which the query runs.
    pub(crate) fn settle(&mut self, session: &Shared) {
        if !std::mem::replace(&mut self.without, true) {
            self.all.extend(session.criteria());
        }
    }

    /// Whether no query is narrowed.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether rows of that model are narrowed.
    pub(crate) fn concern(&self, model: &ModelMeta) -> bool {
        self.all.iter().any(|one| one.is_on(model))
    }

    /// Why a subquery cannot say this for itself.
    pub(crate) fn refuse_within(&self) -> Option<Error> {
        self.without.then(|| {
            Error::new(ErrorKind::State, "`without_criteria()` in a subquery says nothing")
                .advise("say it on the query that is run")
        })
    }

    /// The query, narrowed wherever it reads rows of these models.
    pub(crate) fn narrow(&self, mut select: Select) -> Result<Select> {
        if self.all.is_empty() {
            return Ok(select);
        }
        if let Some(error) = self.all.iter().find_map(|one| one.condition.broken.as_ref()) {
            return Err(error.again());
        }
        select.each_select_mut(&mut |select| self.all.iter().for_each(|one| one.narrow(select)));
        Ok(select)
    }
}
