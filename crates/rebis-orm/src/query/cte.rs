//! [`Cte`]: a query with a name. Invariant: inside its own definition a common table expression is its name alone.

use std::marker::PhantomData;

use rebis_sql::Name;
use rebis_sql::stmt::{SetOp, TableRef};

use super::select::SelectStatement;
use super::selection::Selection;
use super::source::{Rows, Source};

/// A common table expression: what [`SelectStatement::cte`] makes.
#[derive(Debug)]
pub struct Cte<S: Selection> {
    name: &'static str,
    /// Its definition; none inside of it, where its name alone stands.
    definition: Option<rebis_sql::stmt::Cte>,
    columns: S::Columns,
    of: PhantomData<fn() -> S>,
}

impl<S: Selection> SelectStatement<S> {
    /// The query under a name, to be used in FROM like a table: `WITH name AS (…)`. The queries that use it bring it along.
    pub fn cte(self, name: &'static str) -> Cte<S> {
        let (query, columns_names, columns) = self.named_columns(name);
        let definition = rebis_sql::stmt::Cte {
            name: Name::Borrowed(name),
            columns: columns_names,
            query: Box::new(query),
            recursive: false,
        };
        Cte { name, definition: Some(definition), columns, of: PhantomData }
    }
}

impl<S: Selection> Cte<S> {
    /// What it gives, as columns of the query around it: as [`Derived::columns`](super::Derived::columns).
    #[must_use]
    pub fn columns(&self) -> S::Columns {
        self.columns.clone()
    }

    /// Adds the rows that a query makes of the rows there are, again and again until there are no new ones: `WITH RECURSIVE`, `UNION ALL`.
    ///
    /// ```
    /// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
    /// # #[derive(Model, Clone, Debug)] struct Node { #[column(primary_key)] id: i64, parent_id: Option<i64> }
    /// # fn main() {
    /// let below = select((Node::id, func::value(0_i64))).filter(Node::id.eq(7)).cte("below").recursive(|below| {
    ///     let (id, depth) = below.columns();
    ///     select((Node::id, depth.plus(1))).join_on(below, Node::parent_id.eq(id))
    /// });
    /// let (id, depth) = below.columns();
    /// let query = select((Node, depth.clone())).join_on(&below, Node::id.eq(id)).order_by(depth);
    /// # let _ = query;
    /// # }
    /// ```
    #[must_use]
    pub fn recursive<O>(self, step: impl FnOnce(&Cte<S>) -> SelectStatement<O>) -> Self
    where
        O: Selection<Plain = S::Plain>,
    {
        self.growing(true, step)
    }

    /// As [`recursive`](Self::recursive), each row once (`UNION`): it ends also where rows lead in a circle.
    #[must_use]
    pub fn recursive_distinct<O>(self, step: impl FnOnce(&Cte<S>) -> SelectStatement<O>) -> Self
    where
        O: Selection<Plain = S::Plain>,
    {
        self.growing(false, step)
    }

    fn growing<O: Selection>(mut self, all: bool, step: impl FnOnce(&Cte<S>) -> SelectStatement<O>) -> Self {
        let inside =
            Cte { name: self.name, definition: None, columns: self.columns.clone(), of: PhantomData };
        let step = step(&inside).into_inner();
        if let Some(definition) = &mut self.definition {
            let start = std::mem::take(&mut *definition.query);
            *definition.query = start.compound(SetOp::Union, all, step);
            definition.recursive = true;
        }
        self
    }
}

impl<S: Selection> Clone for Cte<S> {
    fn clone(&self) -> Self {
        Cte {
            name: self.name,
            definition: self.definition.clone(),
            columns: self.columns.clone(),
            of: PhantomData,
        }
    }
}

impl<S: Selection> Source for Cte<S> {
    fn rows(&self) -> Rows {
        Rows { table: TableRef::table(self.name), with: self.definition.iter().cloned().collect() }
    }
}
