//! [`select()`] and [`SelectStatement`]. Invariant: what cannot work is remembered and reported when it is run, never dropped.

use rebis_sql::compile::compile_select;
use rebis_sql::stmt::{Cte, Distinct, Join, JoinKind, SelectItem, TableRef};
use rebis_sql::{Dialect, Expr, Select, Statement, compile};

use super::along::Along;
use super::criteria::Criteria;
use super::page::{Page, Pagination, Slice};
use super::runner::Runner;
use super::selection::Selection;
use super::source::{Rows, Source, known_as};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Aggregate, Condition, Expression, Order, Predicate};
use crate::model::{EntityOf, Model};
use crate::relation::Loading;
use crate::session::FetchMode;

/// What a counting query selects.
pub(crate) type Count = Expression<i64, Aggregate>;

/// A SELECT: what [`select()`] makes. Run it on a `&Session` for entities, on a `&Database` or `&mut Connection` for plain structs.
#[derive(Clone)]
#[must_use = "a statement does nothing until it is run"]
pub struct SelectStatement<S> {
    /// In a box: the statement is handed on from one call to the next, and its futures hold it.
    pub(crate) select: Box<Select>,
    pub(crate) loading: Vec<Loading>,
    pub(crate) fetch: Option<FetchMode>,
    /// Objects that are known take the values that are read.
    pub(crate) populate: bool,
    pub(crate) broken: Option<std::sync::Arc<Error>>,
    pub(crate) criteria: Criteria,
    selection: std::marker::PhantomData<fn() -> S>,
}

/// Selects a model, a column, an expression, or a tuple of these.
pub fn select<S: Selection>(what: S) -> SelectStatement<S> {
    let mut select = Box::<Select>::default();
    what.list(&mut select);
    SelectStatement {
        select,
        loading: Vec::new(),
        fetch: None,
        populate: false,
        broken: None,
        criteria: Criteria::default(),
        selection: std::marker::PhantomData,
    }
}

impl<S: Selection> SelectStatement<S> {
    /// Only rows that meet the condition; several filters all have to be met.
    pub fn filter(mut self, condition: impl Condition) -> Self {
        let condition = self.take(condition.into_predicate());
        and_all(&mut self.select, condition);
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

    /// The first row for each value of this, in the order of the query, which has to begin with it. PostgreSQL has it; elsewhere number the rows
    /// with `func::row_number()` in a subquery.
    pub fn distinct_on<T>(mut self, by: impl Into<Expression<T>>) -> Self {
        match &mut self.select.distinct {
            Some(Distinct::On(keys)) => keys.push(by.into().expr),
            distinct => *distinct = Some(Distinct::On(vec![by.into().expr])),
        }
        self
    }

    /// Joins along a relation, also between aliases: `.join(Employee::manager.to(manager))`.
    pub fn join<M: Model, T: Model>(self, relation: impl Into<Along<M, T>>) -> Self {
        self.join_along(relation.into(), JoinKind::Inner)
    }

    /// Joins along a relation, keeping rows without a partner; the other model is then selected as `Post.optional()`.
    pub fn outer_join<M: Model, T: Model>(self, relation: impl Into<Along<M, T>>) -> Self {
        self.join_along(relation.into(), JoinKind::Left)
    }

    /// Joins along a relation, keeping rows of both sides without a partner. MySQL and MariaDB have it not.
    pub fn full_join<M: Model, T: Model>(self, relation: impl Into<Along<M, T>>) -> Self {
        self.join_along(relation.into(), JoinKind::Full)
    }

    /// Joins a model, an alias or a subquery on a condition.
    pub fn join_on(self, source: impl Source, on: impl Condition) -> Self {
        self.join_rows(source.rows(), JoinKind::Inner, Some(on.into_predicate()))
    }

    /// As [`join_on`](Self::join_on), keeping rows without a partner.
    pub fn outer_join_on(self, source: impl Source, on: impl Condition) -> Self {
        self.join_rows(source.rows(), JoinKind::Left, Some(on.into_predicate()))
    }

    /// As [`join_on`](Self::join_on), keeping rows of both sides without a partner. MySQL and MariaDB have it not.
    pub fn full_join_on(self, source: impl Source, on: impl Condition) -> Self {
        self.join_rows(source.rows(), JoinKind::Full, Some(on.into_predicate()))
    }

    /// Joins each row with each row.
    pub fn cross_join(self, source: impl Source) -> Self {
        self.join_rows(source.rows(), JoinKind::Cross, None)
    }

    fn join_along<M: Model, T: Model>(mut self, along: Along<M, T>, kind: JoinKind) -> Self {
        if self.select.from.is_empty() {
            self.select.from.push(along.start());
        }
        match along.steps() {
            Ok(steps) => steps.into_iter().fold(self, |query, (table, on)| {
                query.join_rows(Rows::of(table), kind, Some(Predicate::new(on)))
            }),
            Err(error) => self.broken(error),
        }
    }

    fn join_rows(mut self, rows: Rows, kind: JoinKind, on: Option<Predicate>) -> Self {
        let on = on.map(|on| self.take(on));
        if let Some(error) = self.joined_already(&rows.table) {
            return self.broken(error);
        }
        self.bring(rows.with);
        self.select.joins.push(Join { kind, table: rows.table, on });
        self
    }

    /// The common table expressions that a source needs.
    fn bring(&mut self, with: Vec<Cte>) {
        super::bulk::merge(&mut self.select.with, with, &mut self.broken);
    }

    /// A name means one thing in a query.
    fn joined_already(&self, table: &TableRef) -> Option<Error> {
        let name = known_as(table);
        let mut there = self.select.from.iter().chain(self.select.joins.iter().map(|j| &j.table));
        there.any(|t| known_as(t) == name).then(|| {
            Error::new(ErrorKind::State, format!("`{name}` would stand twice in one query")).advise(
                "give it a second name with `alias(…)`, filter with the relation's `any(…)` or `has(…)`, or load it with `.with(…)`",
            )
        })
    }

    /// One row for each value of this.
    pub fn group_by<T>(mut self, by: impl Into<Expression<T>>) -> Self {
        self.select.group_by.push(by.into().expr);
        self
    }

    /// Only groups that meet the condition.
    pub fn having(mut self, condition: impl Condition<Aggregate>) -> Self {
        let condition = self.take(condition.into_predicate());
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

    /// Only rows of that model that meet the condition, wherever the query reads them: also where it joins them, in its subqueries, and in the
    /// relations that it loads. [`Session::with_criteria`](crate::Session::with_criteria) says it of all queries of a session.
    pub fn with_criteria<M: Model>(mut self, model: EntityOf<M>, condition: impl Condition) -> Self {
        let _ = model;
        self.criteria.add(M::meta(), condition.into_predicate());
        self
    }

    /// Leaves out the criteria of the session, here and in the relations that the query loads: for a page that shows what was deleted softly.
    pub fn without_criteria(mut self) -> Self {
        self.criteria.leave_out();
        self
    }

    /// The rows that it selects from, when that is not what is selected: `select(func::count_all()).select_from(User)`.
    pub fn select_from(mut self, source: impl Source) -> Self {
        let rows = source.rows();
        self.bring(rows.with);
        self.select.from = vec![rows.table];
        self
    }

    /// The statement as data.
    ///
    /// # Errors
    /// When it cannot work.
    pub fn into_statement(self) -> Result<Select> {
        match self.broken {
            Some(error) => Err(error.again()),
            None => self.criteria.narrow(*self.select),
        }
    }

    /// The statement as a part of another, and why it cannot work.
    pub(crate) fn into_subquery(self) -> (Select, Option<std::sync::Arc<Error>>) {
        let broken = self.broken.or_else(|| {
            (!self.loading.is_empty()).then(|| {
                let error = Error::new(ErrorKind::State, "`with(…)` in a subquery loads nothing")
                    .advise("say it on the query that is run");
                std::sync::Arc::new(error)
            })
        });
        let broken = broken.or_else(|| self.criteria.refuse_within().map(std::sync::Arc::new));
        match self.criteria.narrow(*self.select) {
            Ok(select) => (select, broken),
            Err(error) => (Select::default(), broken.or(Some(std::sync::Arc::new(error)))),
        }
    }

    /// The statement as a part of another where no error can be kept: one that cannot work makes the whole fail with its text.
    pub(crate) fn into_inner(self) -> Select {
        let (mut select, broken) = self.into_subquery();
        if let Some(error) = broken {
            select.and_where(Expr::Invalid(error.to_string()));
        }
        select
    }

    /// The SQL as that database gets it. A statement that it cannot write gives the error's text after `-- `.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        let result =
            match &self.broken {
                Some(error) => Err(error.to_string()),
                None => self.criteria.narrow((*self.select).clone()).map_err(|e| e.to_string()).and_then(
                    |select| compile(&Statement::Select(select), dialect).map_err(|e| e.to_string()),
                ),
            };
        result.map_or_else(|why| format!("-- {why}"), |compiled| compiled.sql)
    }

    /// How the database would run it, as the database says it: `EXPLAIN`.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn explain<R: Runner>(mut self, on: R) -> Result<String> {
        on.settle(&mut self.criteria);
        on.explain(self.into_statement()?, false).await
    }

    /// Runs it and gives how it was run, with times: `EXPLAIN ANALYZE`. SQLite has it not.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn explain_analyze<R: Runner>(mut self, on: R) -> Result<String> {
        on.settle(&mut self.criteria);
        on.explain(self.into_statement()?, true).await
    }

    /// The same statement, its rows read in another way.
    pub(crate) fn of<T: Selection>(self) -> SelectStatement<T> {
        SelectStatement {
            select: self.select,
            loading: self.loading,
            fetch: self.fetch,
            populate: self.populate,
            broken: self.broken,
            criteria: self.criteria,
            selection: std::marker::PhantomData,
        }
    }

    /// The condition's SQL; its error becomes the statement's.
    fn take<K>(&mut self, condition: Predicate<K>) -> Expr {
        let Predicate { expr, broken, .. } = condition;
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
    pub fn all<R: Runner>(self, on: R) -> impl Future<Output = Result<Vec<R::Out<S>>>> + Send {
        on.rows(self)
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
    pub async fn one<R: Runner>(mut self, on: R) -> Result<R::Out<S>> {
        let what = expect_one(&mut self.select);
        at_most_one(on.rows(self).await?, &what)?.ok_or_else(|| no_row(&what))
    }

    /// The only row, or nothing.
    ///
    /// # Errors
    /// When there are several; else as [`all`](Self::all).
    pub async fn one_or_none<R: Runner>(mut self, on: R) -> Result<Option<R::Out<S>>> {
        let what = expect_one(&mut self.select);
        at_most_one(on.rows(self).await?, &what)
    }

    /// As [`first`](Self::first), with an error that answers 404 in a handler.
    ///
    /// # Errors
    /// When there is no row ([`Error::is_not_found`]); else as [`all`](Self::all).
    pub async fn first_or_404<R: Runner>(self, on: R) -> Result<R::Out<S>> {
        let what = self.what();
        self.first(on).await?.ok_or_else(|| no_row(&what).or_404())
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
    pub fn count<R: Runner>(self, on: R) -> impl Future<Output = Result<u64>> + Send {
        number(self.counting(), on)
    }

    /// Whether there is any row.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub fn exists<R: Runner>(mut self, on: R) -> impl Future<Output = Result<bool>> + Send {
        self.select.order_by.clear();
        self.select.limit = Some(1);
        if self.select.group_by.is_empty()
            && self.select.distinct.is_none()
            && self.select.compounds.is_empty()
        {
            self.select.columns = vec![crate::relation::one().into()];
        }
        let inner = rebis_sql::stmt::TableRef::Select {
            select: Box::new(named(*self.select)),
            alias: "found".into(),
        };
        let found = number(over(inner, self.broken, self.criteria), on);
        async { Ok(found.await? != 0) }
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

    /// One page, without counting how many there are: one statement, which reads one row more to know whether a page follows.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn slice<R: Runner>(self, on: R, page: Page) -> Result<Slice<R::Out<S>>> {
        let most = page.per_page().saturating_add(1);
        let items = self.limit(most).offset(page.skip()).all(on).await?;
        Ok(Slice::new(items, page))
    }

    fn what(&self) -> String {
        what(&self.select)
    }

    fn counting(self) -> SelectStatement<Count> {
        counting(*self.select, self.broken, self.criteria)
    }

    pub(crate) fn compiled(&self, dialect: Dialect) -> Result<rebis_sql::Compiled> {
        compile_query(&self.select, &self.criteria, self.broken.as_deref(), dialect)
    }
}

/// The text of a query, or why it is none.
pub(crate) fn compile_query(
    select: &Select,
    criteria: &Criteria,
    broken: Option<&Error>,
    dialect: Dialect,
) -> Result<rebis_sql::Compiled> {
    if let Some(error) = broken {
        return Err(error.again());
    }
    let column = |item: &SelectItem| matches!(item.expr, Expr::Column { table: Some(_), .. });
    if select.from.is_empty() && select.columns.iter().any(column) {
        return Err(Error::new(ErrorKind::State, "the query selects columns and does not say from what")
            .advise("columns of a subquery or a common table expression need `.select_from(…)` or a join"));
    }
    if criteria.is_empty() {
        return Ok(compile_select(select, dialect)?);
    }
    Ok(compile_select(&criteria.narrow(select.clone())?, dialect)?)
}

fn what(select: &Select) -> String {
    match select.from.first().map(rebis_sql::stmt::TableRef::base) {
        Some(rebis_sql::stmt::TableRef::Table { name, .. }) => format!("`{name}`"),
        _ => String::from("the query"),
    }
}

fn no_row(what: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no row of {what} matches"))
}

/// The number that a counting query gives.
async fn number<R: Runner>(counting: SelectStatement<Count>, on: R) -> Result<u64> {
    let rows = on.values(counting).await?;
    Ok(rows.first().and_then(|n| u64::try_from(*n).ok()).unwrap_or(0))
}

fn and_all(select: &mut Select, condition: Expr) {
    match condition {
        Expr::And(all) => all.into_iter().for_each(|one| select.and_where(one)),
        one => select.and_where(one),
    }
}

/// Asks for one row more than is expected; gives the words for what it is.
fn expect_one(select: &mut Select) -> String {
    select.limit = select.limit.or(Some(2));
    what(select)
}

fn at_most_one<T>(mut rows: Vec<T>, what: &str) -> Result<Option<T>> {
    if rows.len() > 1 {
        return Err(several_rows(what));
    }
    Ok(rows.pop())
}

fn several_rows(what: &str) -> Error {
    Error::new(ErrorKind::MultipleFound, format!("several rows of {what} match where one is expected"))
        .advise("narrow the filter, or take `.first(…)`")
}

/// The statement that counts a query's rows.
fn counting(
    mut select: Select,
    broken: Option<std::sync::Arc<Error>>,
    criteria: Criteria,
) -> SelectStatement<Count> {
    select.order_by.clear();
    let plain = select.group_by.is_empty() && select.distinct.is_none() && select.compounds.is_empty();
    if plain && select.limit.is_none() && select.offset.is_none() {
        let mut counting = over_nothing(broken, criteria);
        counting.select.with = select.with;
        counting.select.from = select.from;
        counting.select.joins = select.joins;
        counting.select.filter = select.filter;
        return counting;
    }
    over(
        rebis_sql::stmt::TableRef::Select { select: Box::new(named(select)), alias: "counted".into() },
        broken,
        criteria,
    )
}

/// The statement with a name for each column: two tables may have columns of one name, which a subquery may not.
fn named(mut select: Select) -> Select {
    for (i, item) in select.columns.iter_mut().enumerate() {
        item.alias = Some(format!("c{i}").into());
    }
    select
}

fn over_nothing(broken: Option<std::sync::Arc<Error>>, criteria: Criteria) -> SelectStatement<Count> {
    let mut counting = select(crate::func::count_all());
    counting.broken = broken;
    counting.criteria = criteria;
    counting
}

fn over(
    inner: rebis_sql::stmt::TableRef,
    broken: Option<std::sync::Arc<Error>>,
    criteria: Criteria,
) -> SelectStatement<Count> {
    let mut counting = over_nothing(broken, criteria);
    counting.select.from = vec![inner];
    counting
}

impl<S: Selection> std::fmt::Debug for SelectStatement<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.select.fmt(f)
    }
}
