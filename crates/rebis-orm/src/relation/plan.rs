//! [`Loading`]: what `with(…)` says of a relation. Invariant: the order in which things are said does not matter, and what contradicts itself
//! is an error.

use std::sync::Arc;

use rebis_sql::Expr;
use rebis_sql::expr::OrderBy;

use super::RelationKind;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Column, Condition, Order};
use crate::model::{Model, ModelMeta};
use crate::session::FetchMode;

/// A relation to load with a query, how, and what to load after it.
///
/// What is said of one relation in several places is put together, whatever the order: `with(Blog::articles)` and
/// `with(Blog::articles.joined().with(Article::comments))` are the latter. What contradicts (joined here, selectin there) is an error.
#[derive(Clone, Debug)]
#[must_use]
pub struct Loading {
    pub(crate) owner: fn() -> &'static ModelMeta,
    pub(crate) relation: usize,
    /// A deferred column instead of a relation.
    pub(crate) column: Option<usize>,
    pub(crate) how: Option<How>,
    pub(crate) part: Option<Box<Part>>,
    pub(crate) then: Vec<Loading>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Selectin,
    Joined,
    Subquery,
    /// Not now, and later in this way.
    Later(FetchMode),
}

/// Which of the related objects are loaded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    pub(crate) filter: Vec<Expr>,
    pub(crate) order_by: Vec<OrderBy>,
    /// For each owner.
    pub(crate) limit: Option<u64>,
    broken: Option<Arc<Error>>,
}

impl Part {
    fn is_same(&self, other: &Part) -> bool {
        (&self.filter, &self.order_by, self.limit) == (&other.filter, &other.order_by, other.limit)
    }
}

impl<M: Model, T> From<Column<M, T>> for Loading {
    /// A deferred column.
    fn from(column: Column<M, T>) -> Self {
        Loading { column: Some(column.index()), ..Loading::new(M::meta, 0) }
    }
}

impl Loading {
    pub(crate) fn new(owner: fn() -> &'static ModelMeta, relation: usize) -> Self {
        Loading { owner, relation, column: None, how: None, part: None, then: Vec::new() }
    }

    pub(super) fn how(mut self, how: How) -> Self {
        self.how = Some(how);
        self
    }

    /// Loads a relation of the loaded objects too.
    pub fn with(mut self, next: impl Into<Loading>) -> Self {
        self.then.push(next.into());
        self
    }

    /// Loads only those that meet the condition. The collection then holds a part: `loaded()` gives it, and `all()` loads the whole.
    pub fn filter(mut self, condition: impl Condition) -> Self {
        let condition = condition.into_predicate();
        let part = self.part.get_or_insert_default();
        part.filter.push(condition.expr);
        part.broken = part.broken.take().or(condition.broken);
        self
    }

    /// Sorts each collection, in place of the order that the relation declares.
    pub fn order_by(mut self, order: impl Into<Order>) -> Self {
        self.part.get_or_insert_default().order_by.push(order.into().0);
        self
    }

    /// Loads at most so many for each object, the first in the order of the path or of the relation, else by key. The collection then holds
    /// a part, as with [`filter`](Self::filter).
    pub fn limit(mut self, most: u64) -> Self {
        self.part.get_or_insert_default().limit = Some(most);
        self
    }

    pub(crate) fn is_joined(&self) -> bool {
        self.how == Some(How::Joined)
    }

    /// In which way it is fetched later, when it is not loaded now.
    pub(crate) fn later(&self) -> Option<FetchMode> {
        match self.how {
            Some(How::Later(mode)) => Some(mode),
            _ => None,
        }
    }

    fn is_of(&self, other: &Loading) -> bool {
        (self.relation, self.column) == (other.relation, other.column)
            && (self.owner)().is_self((other.owner)())
    }

    fn name(&self) -> String {
        let meta = (self.owner)();
        let field = match self.column {
            Some(column) => meta.def.columns[column].field,
            None => meta.relation(self.relation).name,
        };
        format!("{}.{field}", meta.def.name)
    }

    fn refuse(&self, what: &str, advice: &str) -> Error {
        Error::new(ErrorKind::State, format!("{} {what}", self.name()))
            .on((self.owner)().def.name)
            .advise(advice.to_owned())
    }

    /// What is said of the relation here and there.
    fn merge(&mut self, other: Loading) -> Result<()> {
        let contradiction = |this: &Loading| {
            Err(this.refuse("is to be loaded in two ways", "say once how it is loaded, and which part of it"))
        };
        match (self.how, other.how) {
            (Some(a), Some(b)) if a != b => return contradiction(self),
            (own, others) => self.how = own.or(others),
        }
        match (&self.part, &other.part) {
            (Some(a), Some(b)) if !a.is_same(b) => return contradiction(self),
            (None, Some(_)) => self.part = other.part,
            _ => {}
        }
        self.then.extend(other.then);
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if let Some(column) = self.column {
            return match (column >= (self.owner)().def.read(), &self.how, &self.part, self.then.is_empty()) {
                (true, None, None, true) => Ok(()),
                (true, ..) => Err(self.refuse(
                    "is a column",
                    "only a relation is loaded in a way or in part, or leads further",
                )),
                (false, ..) => Err(self.refuse(
                    "is always loaded",
                    "only a column whose field is `Deferred<…>` is loaded by `with`",
                )),
            };
        }
        let Some(part) = &self.part else { return Ok(()) };
        if let Some(error) = &part.broken {
            return Err(error.again());
        }
        if (self.owner)().relation(self.relation).kind != RelationKind::HasMany {
            return Err(self.refuse(
                "leads to one object, of which there is no part",
                "filter the query itself: `.filter(Post::author.has(…))`",
            ));
        }
        match self.how {
            Some(How::Joined) => Err(self.refuse(
                "cannot be loaded in part by a join",
                "a part is loaded by a statement of its own: leave out `.joined()`",
            )),
            Some(How::Later(_)) => Err(self.refuse(
                "is not loaded by this query, so there is no part of it",
                "leave out `.raise()` or `.fetch(…)`, or what is said of the part",
            )),
            _ => Ok(()),
        }
    }
}

/// One entry for each relation, at every depth.
pub(crate) fn settle_plan(said: Vec<Loading>) -> Result<Vec<Loading>> {
    let mut plan: Vec<Loading> = Vec::with_capacity(said.len());
    for step in said {
        match plan.iter_mut().find(|known| known.is_of(&step)) {
            Some(known) => known.merge(step)?,
            None => plan.push(step),
        }
    }
    for step in &mut plan {
        step.check()?;
        step.then = settle_plan(std::mem::take(&mut step.then))?;
        if step.later().is_some() && !step.then.is_empty() {
            let advice = "leave out `.raise()` or `.fetch(…)`, or what is to be loaded behind it";
            return Err(
                step.refuse("is not loaded by this query, so nothing can be loaded behind it", advice)
            );
        }
    }
    Ok(plan)
}
