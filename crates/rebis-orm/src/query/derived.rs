//! Queries as parts of queries: as a value, as a condition, as a table. Invariant: what cannot work in the inner query is said when the outer one is
//! run.

use rebis_sql::stmt::{SetOp, TableRef};
use rebis_sql::{Expr, Name, Select};

use super::select::SelectStatement;
use super::selection::Selection;
use super::source::{Rows, Source};
use crate::expr::{Expression, Predicate};

/// A subquery in FROM: what [`SelectStatement::derived`] makes.
#[derive(Clone, Debug)]
pub struct Derived<S: Selection> {
    table: TableRef,
    columns: S::Columns,
}

impl<S: Selection> Derived<S> {
    /// What it gives, as columns of the query around it: an expression for a column or expression, an alias for a model, a tuple of these.
    #[must_use]
    pub fn columns(&self) -> S::Columns {
        self.columns.clone()
    }

    /// The same subquery where it may use the tables that stand before it. SQLite and MariaDB have it not.
    #[must_use]
    pub fn lateral(mut self) -> Self {
        if let TableRef::Select { select, alias } = self.table {
            self.table = TableRef::Lateral { select, alias };
        }
        self
    }
}

impl<S: Selection> Source for Derived<S> {
    fn rows(&self) -> Rows {
        Rows::of(self.table.clone())
    }
}

impl<S: Selection> SelectStatement<S> {
    /// The query as a table in FROM, under that name.
    ///
    /// ```
    /// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
    /// # #[derive(Model, Clone, Debug)] struct User { #[column(primary_key)] id: i64, name: String }
    /// # #[derive(Model, Clone, Debug)] struct Post { #[column(primary_key)] id: i64, user_id: i64 }
    /// # fn main() {
    /// let per_user = select((Post::user_id, func::count(Post::id))).group_by(Post::user_id).derived("per_user");
    /// let (user_id, posts) = per_user.columns();
    /// let busy = select((User, posts.clone())).join_on(&per_user, user_id.eq(User::id)).filter(posts.gt(10));
    /// # let _ = busy;
    /// # }
    /// ```
    pub fn derived(self, name: &'static str) -> Derived<S> {
        let (select, names, columns) = self.named_columns(name);
        let select = Box::new(select.with_names(&names));
        Derived { table: TableRef::Select { select, alias: Name::Borrowed(name) }, columns }
    }

    /// The query, its columns' names, and its columns as the query around it sees them.
    pub(super) fn named_columns(self, table: &'static str) -> (Select, Vec<Name>, S::Columns) {
        let mut select = self.into_inner();
        let names = names(&select);
        let mut clash = None;
        let columns = S::columns(table, &names, &mut 0, &mut clash);
        if let Some(name) = clash {
            select.and_where(Expr::Invalid(format!(
                "the subquery `{table}` would have two columns `{name}`; select single columns in place of whole models"
            )));
        }
        (select, names, columns)
    }

    /// The query, which gives one column and at most one row, as a value. NULL when there is no row: say `.optional()` where that may be.
    ///
    /// It may use the tables of the query around it: `select(func::count(Post::id)).filter(Post::user_id.eq(User::id)).scalar_query()`.
    pub fn scalar_query(self) -> Expression<S::Plain> {
        Expression::new(Expr::Subquery(Box::new(self.into_inner())))
    }

    /// The rows of both, each once: `UNION`. Sort and limit the whole after it, by what the first query selects.
    pub fn union<O: Selection<Plain = S::Plain>>(self, other: SelectStatement<O>) -> Self {
        self.compound(SetOp::Union, false, other)
    }

    /// The rows of both: `UNION ALL`.
    pub fn union_all<O: Selection<Plain = S::Plain>>(self, other: SelectStatement<O>) -> Self {
        self.compound(SetOp::Union, true, other)
    }

    /// The rows that both give, each once: `INTERSECT`.
    pub fn intersect<O: Selection<Plain = S::Plain>>(self, other: SelectStatement<O>) -> Self {
        self.compound(SetOp::Intersect, false, other)
    }

    /// As [`intersect`](Self::intersect), as often as both give them. SQLite has it not.
    pub fn intersect_all<O: Selection<Plain = S::Plain>>(self, other: SelectStatement<O>) -> Self {
        self.compound(SetOp::Intersect, true, other)
    }

    /// The rows of this that the other does not give, each once: `EXCEPT`.
    pub fn except<O: Selection<Plain = S::Plain>>(self, other: SelectStatement<O>) -> Self {
        self.compound(SetOp::Except, false, other)
    }

    /// As [`except`](Self::except), less as often as the other gives them. SQLite has it not.
    pub fn except_all<O: Selection<Plain = S::Plain>>(self, other: SelectStatement<O>) -> Self {
        self.compound(SetOp::Except, true, other)
    }

    fn compound<O: Selection>(mut self, op: SetOp, all: bool, other: SelectStatement<O>) -> Self {
        *self.select = std::mem::take(&mut *self.select).compound(op, all, other.into_inner());
        self
    }
}

/// A name for each column: its own where no column before has it, else one by position.
fn names(select: &Select) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::with_capacity(select.columns.len());
    for (i, item) in select.columns.iter().enumerate() {
        let own = match (&item.alias, &item.expr) {
            (Some(alias), _) => Some(alias.clone()),
            (None, Expr::Column { name, .. }) => Some(name.clone()),
            _ => None,
        };
        names.push(own.filter(|name| !names.contains(name)).unwrap_or_else(|| format!("c{i}").into()));
    }
    names
}

/// Whether a query gives any row, as a condition of the query around it: `exists(select(Post).filter(Post::user_id.eq(User::id)))`.
pub fn exists<S: Selection>(query: SelectStatement<S>) -> Predicate {
    let (mut select, broken) = query.into_subquery();
    if select.group_by.is_empty() && select.distinct.is_none() && select.compounds.is_empty() {
        select.columns = vec![crate::relation::one().into()];
    }
    Predicate { broken, ..Predicate::new(Expr::Exists { select: Box::new(select), negated: false }) }
}
