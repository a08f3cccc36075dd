//! [`select()`] and [`SelectStatement`]. Invariant: what cannot work is remembered and reported when it is run, never dropped.

use rebis_sql::stmt::{Distinct, Join, JoinKind, SelectItem, TableRef};
use rebis_sql::{Dialect, Expr, Select, Statement, compile};

use super::page::{Page, Pagination};
use super::runner::Runner;
use super::selection::Selection;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Expression, Order, Predicate};
use crate::model::Model;
use crate::relation::{Loading, Relation};
use crate::session::FetchMode;

/// A SELECT: what [`select()`] makes. Run it on a `&Session` for entities, on a `&Database` or `&mut Connection` for plain structs.
#[derive(Clone)]
#[must_use = "a statement does nothing until it is run"]
pub struct SelectStatement<S> {
    pub(crate) select: Select,
    pub(crate) loading: Vec<Loading>,
    pub(crate) fetch: Option<FetchMode>,
    /// Objects that are known take the values that are read.
    pub(crate) populate: bool,
    pub(crate) broken: Option<std::sync::Arc<Error>>,
    selection: std::marker::PhantomData<fn() -> S>,
}

/// Selects a model, a column, an expression, or a tuple of these.
pub fn select<S: Selection>(what: S) -> SelectStatement<S> {
    let mut select = Select::default();
    what.list(&mut select);
    SelectStatement {
        select,
        loading: Vec::new(),
        fetch: None,
        populate: false,
        broken: None,
        selection: std::marker::PhantomData,
    }
}

impl<S: Selection> SelectStatement<S> {
    /// Only rows that meet the condition; several filters all have to be met.
    pub fn filter(mut self, condition: impl Into<Predicate>) -> Self {
        let condition = self.take(condition);
        match condition {
            Expr::And(all) => all.into_iter().for_each(|one| self.select.and_where(one)),
            one => self.select.and_where(one),
        }
        self
    }

    /// Sorts; a further call sorts what is equal so far.
    pub fn order_by(mut self, order: impl Into<Order>) -> Self {
        self.select.order_by.push(order.into().0);
        self
    }

    /// At most so many rows.
    pub fn limit(mut self, most: u64) -> Self {
        self.select.limit = Some(most);
        self
    }

    /// Leaves out so many rows.
    pub fn offset(mut self, skip: u64) -> Self {
        self.select.offset = Some(skip);
        self
    }

    /// Each different row once.
    pub fn distinct(mut self) -> Self {
        self.select.distinct = Some(Distinct::Rows);
        self
    }

    /// Joins along a relation.
    pub fn join<M: Model, T: Model>(self, relation: Relation<M, T>) -> Self {
        self.join_relation(relation, JoinKind::Inner)
    }

    /// Joins along a relation, keeping rows without a partner.
    pub fn outer_join<M: Model, T: Model>(self, relation: Relation<M, T>) -> Self {
        self.join_relation(relation, JoinKind::Left)
    }

    /// Joins a model on a condition.
    pub fn join_on<T: Model>(mut self, model: crate::EntityOf<T>, on: impl Into<Predicate>) -> Self {
        let _ = model;
        let on = Some(self.take(on));
        let table = T::meta().table_ref();
        if let Some(error) = self.joined_already(&table, T::DEF.name) {
            return self.broken(error);
        }
        self.select.joins.push(Join { kind: JoinKind::Inner, table, on });
        self
    }

    fn join_relation<M: Model, T: Model>(mut self, relation: Relation<M, T>, kind: JoinKind) -> Self {
        if self.select.from.is_empty() {
            self.select.from.push(M::meta().table_ref());
        }
        let steps = match relation.steps() {
            Ok(steps) => steps,
            Err(error) => return self.broken(error),
        };
        for (table, on) in steps {
            if let Some(error) = self.joined_already(&table, T::DEF.name) {
                return self.broken(error);
            }
            self.select.joins.push(Join { kind, table, on: Some(on) });
        }
        self
    }

    /// A table has one name in a query, so it cannot stand in it twice.
    fn joined_already(&self, table: &TableRef, model: &'static str) -> Option<Error> {
        let there = self.select.from.contains(table) || self.select.joins.iter().any(|j| j.table == *table);
        let TableRef::Table { name, .. } = table else { return None };
        there.then(|| {
            Error::new(ErrorKind::State, format!("the table `{name}` would stand twice in one query"))
                .on(model)
                .advise("filter with the relation's `any(…)` or `has(…)`, or load it with `.with(…)`")
        })
    }

    /// One row for each value of this.
    pub fn group_by<T>(mut self, by: impl Into<Expression<T>>) -> Self {
        self.select.group_by.push(by.into().expr);
        self
    }

    /// Only groups that meet the condition.
    pub fn having(mut self, condition: impl Into<Predicate>) -> Self {
        let condition = self.take(condition);
        self.select.having = Some(match self.select.having.take() {
            None => condition,
            Some(one) => Expr::And(vec![one, condition]),
        });
        self
    }

    /// Loads a relation of the objects with one more statement; or says how it is fetched later, as `.with(User::posts.raise())` does.
    pub fn with(mut self, relation: impl Into<Loading>) -> Self {
        self.loading.push(relation.into());
        self
    }

    /// How relations of the objects that this query brings (also through [`with`](Self::with)) are fetched when they are asked for later,
    /// in place of the session's way. What a path says for itself goes before it: `.with(User::posts.raise())`.
    pub fn fetch(mut self, mode: FetchMode) -> Self {
        self.fetch = Some(mode);
        self
    }

    /// The rows that it selects from, when that is not what is selected: `select(func::count_all()).select_from(User)`.
    pub fn select_from<M: Model>(mut self, model: crate::EntityOf<M>) -> Self {
        let _ = model;
        self.select.from = vec![M::meta().table_ref()];
        self
    }

    /// The statement as data.
    #[must_use]
    pub fn into_statement(self) -> Select {
        self.select
    }

    /// The SQL as that database gets it. A statement that it cannot write gives the error's text after `-- `.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        let result = match &self.broken {
            Some(error) => Err(error.to_string()),
            None => compile(&Statement::Select(self.select.clone()), dialect).map_err(|e| e.to_string()),
        };
        result.map_or_else(|why| format!("-- {why}"), |compiled| compiled.sql)
    }

    /// The condition's SQL; its error becomes the statement's.
    fn take(&mut self, condition: impl Into<Predicate>) -> Expr {
        let Predicate { expr, broken } = condition.into();
        self.broken = self.broken.take().or(broken);
        expr
    }

    pub(crate) fn broken(mut self, error: Error) -> Self {
        self.broken.get_or_insert(std::sync::Arc::new(error));
        self
    }

    /// Every row.
    ///
    /// # Errors
    /// What the database says; when the statement cannot be written for it; when a row does not decode.
    pub async fn all<R: Runner>(self, on: R) -> Result<Vec<R::Out<S>>> {
        on.rows(self).await
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn first<R: Runner>(mut self, on: R) -> Result<Option<R::Out<S>>> {
        self.select.limit = Some(self.select.limit.map_or(1, |n| n.min(1)));
        Ok(on.rows(self).await?.into_iter().next())
    }

    /// The only row.
    ///
    /// # Errors
    /// When there is none ([`Error::is_not_found`]) or several; else as [`all`](Self::all).
    pub async fn one<R: Runner>(self, on: R) -> Result<R::Out<S>> {
        let what = self.what();
        self.one_or_none(on)
            .await?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("no row of {what} matches")))
    }

    /// The only row, or nothing.
    ///
    /// # Errors
    /// When there are several; else as [`all`](Self::all).
    pub async fn one_or_none<R: Runner>(mut self, on: R) -> Result<Option<R::Out<S>>> {
        let what = self.what();
        if self.select.limit.is_none() {
            self.select.limit = Some(2);
        }
        let mut rows = on.rows(self).await?;
        if rows.len() > 1 {
            return Err(Error::new(
                ErrorKind::MultipleFound,
                format!("several rows of {what} match where one is expected"),
            )
            .advise("narrow the filter, or take `.first(…)`"));
        }
        Ok(rows.pop())
    }

    /// As [`first`](Self::first), with an error that answers 404 in a handler.
    ///
    /// # Errors
    /// When there is no row ([`Error::is_not_found`]); else as [`all`](Self::all).
    pub async fn first_or_404<R: Runner>(self, on: R) -> Result<R::Out<S>> {
        let what = self.what();
        self.first(on)
            .await?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("no row of {what} matches")).or_404())
    }

    /// As [`one`](Self::one): no row answers 404 in a handler.
    ///
    /// # Errors
    /// As [`one`](Self::one).
    pub async fn one_or_404<R: Runner>(self, on: R) -> Result<R::Out<S>> {
        self.one(on).await.map_err(Error::or_404)
    }

    /// The first row's value, for a query of one column.
    ///
    /// # Errors
    /// When there is no row; else as [`all`](Self::all).
    pub async fn scalar<R: Runner>(self, on: R) -> Result<R::Out<S>> {
        self.first_or_404(on).await
    }

    /// The number of rows.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn count<R: Runner>(self, on: R) -> Result<u64> {
        let rows = on.values(self.counting()).await?;
        Ok(rows.into_iter().next().and_then(|n: i64| u64::try_from(n).ok()).unwrap_or(0))
    }

    /// Whether there is any row.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn exists<R: Runner>(mut self, on: R) -> Result<bool> {
        self.select.order_by.clear();
        self.select.limit = Some(1);
        if self.select.group_by.is_empty() && self.select.distinct.is_none() {
            self.select.columns = vec![crate::relation::one().into()];
        }
        let inner =
            rebis_sql::stmt::TableRef::Select { select: Box::new(self.named()), alias: "found".into() };
        Ok(!on.values(over(inner, self.broken)).await?.iter().all(|n| *n == 0))
    }

    /// One page, and how many there are.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn paginate<R: Runner + Copy>(self, on: R, page: Page) -> Result<Pagination<R::Out<S>>> {
        let total = self.clone().count(on).await?;
        let items = self.limit(page.per_page()).offset(page.skip()).all(on).await?;
        Ok(Pagination::new(items, page, total))
    }

    fn what(&self) -> String {
        match self.select.from.first() {
            Some(rebis_sql::stmt::TableRef::Table { name, .. }) => format!("`{name}`"),
            _ => String::from("the query"),
        }
    }

    fn counting(mut self) -> SelectStatement<Expression<i64>> {
        self.select.order_by.clear();
        let s = &self.select;
        if s.group_by.is_empty() && s.distinct.is_none() && s.limit.is_none() && s.offset.is_none() {
            let mut counting = over_nothing(self.broken.clone());
            counting.select.from = self.select.from;
            counting.select.joins = self.select.joins;
            counting.select.filter = self.select.filter;
            return counting;
        }
        let inner =
            rebis_sql::stmt::TableRef::Select { select: Box::new(self.named()), alias: "counted".into() };
        over(inner, self.broken)
    }

    /// The statement with a name for each column: two tables may have columns of one name, which a subquery may not.
    fn named(&self) -> Select {
        let mut select = self.select.clone();
        for (i, item) in select.columns.iter_mut().enumerate() {
            *item = SelectItem { expr: item.expr.clone(), alias: Some(format!("c{i}").into()) };
        }
        select
    }

    pub(crate) fn compiled(&self, dialect: Dialect) -> Result<rebis_sql::Compiled> {
        if let Some(error) = &self.broken {
            return Err(error.again());
        }
        Ok(compile(&Statement::Select(self.select.clone()), dialect)?)
    }
}

fn over_nothing(broken: Option<std::sync::Arc<Error>>) -> SelectStatement<Expression<i64>> {
    let mut counting = select(crate::func::count_all());
    counting.broken = broken;
    counting
}

fn over(
    inner: rebis_sql::stmt::TableRef,
    broken: Option<std::sync::Arc<Error>>,
) -> SelectStatement<Expression<i64>> {
    let mut counting = over_nothing(broken);
    counting.select.from = vec![inner];
    counting
}

impl<S: Selection> std::fmt::Debug for SelectStatement<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.select.fmt(f)
    }
}
