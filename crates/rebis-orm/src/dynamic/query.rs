//! [`AnyQuery`]: a query for objects of a model that is known at run time only. Invariant: it is the typed query's statement, run by the typed
//! query's code; only what a row becomes is not known here.

use rebis_sql::stmt::{Join, JoinKind};
use rebis_sql::{Dialect, Select};

use super::runner::Untyped;
use super::{AnyEntity, AnyModel, AnyRelation, Given};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Order, Predicate};
use crate::query::{Count, Page, Pagination, SelectStatement, select};
use crate::relation::{Loading, steps_between};
use crate::session::Session;

/// A query for objects of any model: see [the module](super).
#[derive(Clone, Debug)]
#[must_use = "a query does nothing until it is run"]
pub struct AnyQuery {
    model: AnyModel,
    inner: SelectStatement<Count>,
}

impl AnyQuery {
    pub(super) fn new(model: AnyModel) -> Self {
        let mut inner = select(crate::func::count_all());
        *inner.select = model.0.select_all();
        AnyQuery { model, inner }
    }

    pub(super) fn related(model: AnyModel, join: Option<Join>) -> Self {
        let mut query = Self::new(model);
        query.inner.select.joins.extend(join);
        query
    }

    fn map(self, change: impl FnOnce(SelectStatement<Count>) -> SelectStatement<Count>) -> Self {
        AnyQuery { model: self.model, inner: change(self.inner) }
    }

    /// The model whose objects it gives.
    #[must_use]
    pub fn model(&self) -> AnyModel {
        self.model
    }

    /// Only rows that meet the condition; several filters all have to be met.
    pub fn filter(self, condition: impl Condition) -> Self {
        self.map(|query| query.filter(condition))
    }

    /// Only rows whose fields are these: columns by value, relations by object.
    pub fn filter_by<N: AsRef<str>, G: Into<Given>>(self, fields: impl IntoIterator<Item = (N, G)>) -> Self {
        let model = self.model;
        fields.into_iter().fold(self, |query, (name, given)| match is(model, name.as_ref(), given.into()) {
            Ok(condition) => query.filter(condition),
            Err(error) => query.map(|q| q.broken(error)),
        })
    }

    /// Sorts; a further call sorts what is equal so far.
    pub fn order_by(self, order: impl Into<Order>) -> Self {
        self.map(|query| query.order_by(order))
    }

    /// At most so many rows.
    pub fn limit(self, most: u64) -> Self {
        self.map(|query| query.limit(most))
    }

    /// Leaves out so many rows.
    pub fn offset(self, skip: u64) -> Self {
        self.map(|query| query.offset(skip))
    }

    /// Each different row once.
    pub fn distinct(self) -> Self {
        self.map(SelectStatement::distinct)
    }

    /// Loads a relation of the objects with one more statement.
    pub fn with(self, relation: impl Into<Loading>) -> Self {
        self.map(|query| query.with(relation))
    }

    /// Joins along a relation, so that conditions can be said of its columns. A row with several partners comes several times.
    pub fn join(self, relation: AnyRelation) -> Self {
        match steps_between(relation.model.0, relation.index, None, None) {
            Ok(steps) => self.map(|mut query| {
                let joins =
                    steps.into_iter().map(|(table, on)| Join { kind: JoinKind::Inner, table, on: Some(on) });
                query.select.joins.extend(joins);
                query
            }),
            Err(error) => self.map(|query| query.broken(error)),
        }
    }

    /// The statement as data.
    ///
    /// # Errors
    /// When it cannot work.
    pub fn into_statement(self) -> Result<Select> {
        self.inner.into_statement()
    }

    /// The SQL as that database gets it. A statement that it cannot write gives the error's text after `-- `.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        self.inner.sql(dialect)
    }

    fn on<'a>(&self, session: &'a Session) -> Untyped<'a> {
        Untyped { session, model: self.model }
    }

    /// Every object.
    ///
    /// # Errors
    /// What the database says; when the statement cannot be written for it; when a row does not decode.
    pub async fn all(self, session: &Session) -> Result<Vec<AnyEntity>> {
        let on = self.on(session);
        self.inner.all(on).await
    }

    /// The first object, if there is one.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn first(self, session: &Session) -> Result<Option<AnyEntity>> {
        let on = self.on(session);
        self.inner.first(on).await
    }

    /// The only object.
    ///
    /// # Errors
    /// When there is none ([`Error::is_not_found`]) or several; else as [`all`](Self::all).
    pub async fn one(self, session: &Session) -> Result<AnyEntity> {
        let on = self.on(session);
        self.inner.one(on).await
    }

    /// The only object, or nothing.
    ///
    /// # Errors
    /// When there are several; else as [`all`](Self::all).
    pub async fn one_or_none(self, session: &Session) -> Result<Option<AnyEntity>> {
        let on = self.on(session);
        self.inner.one_or_none(on).await
    }

    /// The number of rows.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn count(self, session: &Session) -> Result<u64> {
        self.inner.count(session).await
    }

    /// Whether there is any row.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn exists(self, session: &Session) -> Result<bool> {
        self.inner.exists(session).await
    }

    /// One page, and how many there are.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn paginate(self, session: &Session, page: Page) -> Result<Pagination<AnyEntity>> {
        let on = self.on(session);
        self.inner.paginate(on, page).await
    }
}

fn is(model: AnyModel, name: &str, given: Given) -> Result<Predicate> {
    match (model.find_column(name), model.find_relation(name), given) {
        (Some(column), _, Given::Value(value)) => Ok(column.eq(value)),
        (Some(column), ..) => Err(column.no_object()),
        (None, Some(relation), Given::One(object)) => Ok(relation.is(&object)),
        (None, Some(relation), Given::Value(rebis_sql::Value::Null)) => Ok(!relation.is_any()),
        (None, Some(relation), _) => {
            let what = format!("{relation:?} is compared with one object");
            Err(Error::new(ErrorKind::Invalid, what).on(model.name()))
        }
        (None, None, _) => Err(model.no_field(name)),
    }
}
